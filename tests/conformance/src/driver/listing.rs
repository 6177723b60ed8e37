//! The step that lists jobs: every page, without what the principal had before (§6.6).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Play, Wrong};
use crate::scenario::Listed;

/// Pages that a walk follows; a cursor that leads further leads nowhere.
const PAGES: usize = 1000;
/// Between two walks of a poll.
const BETWEEN: Duration = Duration::from_millis(200);

impl Play<'_> {
    pub(super) async fn listed(&mut self, step: &Listed) -> Result<(), Wrong> {
        let deadline = tokio::time::Instant::now() + self.stage.patience;
        let mut last = self.listed_once(step).await;
        while step.poll && last.is_err() && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(BETWEEN).await;
            last = self.listed_once(step).await;
        }
        last
    }

    async fn listed_once(&mut self, step: &Listed) -> Result<(), Wrong> {
        let before = match &step.but {
            Some(name) => ids(&self.names.expand(&json!(format!("${{{name}}}")))?),
            None => BTreeSet::new(),
        };
        let mut jobs = self.pages(step).await?;
        jobs.retain(|job| !before.contains(id(job)));
        let jobs = Value::Array(jobs);
        self.compare(&step.jobs, &jobs)?;
        self.keep(step.r#as.as_deref(), jobs)
    }

    /// The jobs of all pages. None is on two of them, and no page is longer than was asked for.
    async fn pages(&mut self, step: &Listed) -> Result<Vec<Value>, Wrong> {
        let Value::Object(mut payload) = self.names.expand(&step.payload)? else {
            return Err(Wrong::scenario("`payload` of `listed` is an object"));
        };
        let limit = payload.get("limit").and_then(Value::as_u64);
        let mut seen = BTreeSet::new();
        let mut jobs = Vec::new();
        for _ in 0..PAGES {
            let page = self.page(step, &payload).await?;
            let Value::Array(entries) = &page["jobs"] else {
                return Err(Wrong::new("a list of jobs", page.to_string()));
            };
            if limit.is_some_and(|limit| entries.len() as u64 > limit) {
                let seen = format!("{} in {page}", entries.len());
                return Err(Wrong::new(
                    format!("at most {} jobs on a page", payload["limit"]),
                    seen,
                ));
            }
            for entry in entries {
                if !seen.insert(id(entry).to_owned()) {
                    let twice = format!("{} again", id(entry));
                    return Err(Wrong::new("each job on one page alone", twice));
                }
            }
            jobs.extend(entries.iter().cloned());
            match &page["next_cursor"] {
                Value::Null => return Ok(jobs),
                cursor => payload.insert("cursor".to_owned(), cursor.clone()),
            };
        }
        Err(Wrong::new(
            "a last page, which has no next_cursor",
            format!("{PAGES} pages with {} jobs, and a cursor", jobs.len()),
        ))
    }

    async fn page(&mut self, step: &Listed, payload: &Map<String, Value>) -> Result<Value, Wrong> {
        let mut frame = Map::new();
        frame.insert("type".to_owned(), json!("session.list_jobs"));
        frame.insert("payload".to_owned(), Value::Object(payload.clone()));
        self.send(&step.on, &frame).await?;
        let answer = self
            .take_from(
                &step.on,
                &json!({"type": "session.jobs"}),
                self.stage.patience,
                !step.despite_errors,
            )
            .await?;
        Ok(answer["payload"].clone())
    }
}

fn id(job: &Value) -> &str {
    job["job_id"].as_str().unwrap_or_default()
}

fn ids(jobs: &Value) -> BTreeSet<String> {
    let jobs = jobs.as_array().into_iter().flatten();
    jobs.map(|job| id(job).to_owned()).collect()
}
