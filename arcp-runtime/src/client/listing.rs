//! Looking through a runtime's jobs page by page (§6.6).

use std::collections::VecDeque;

use arcp_generated::common::Cursor;
use arcp_generated::session::{JobFilter, JobSummary, ListJobs};

use super::{Client, ClientError};

/// The jobs that match a filter, oldest first, asked for page by page as they are read.
#[derive(Debug)]
pub struct JobList {
    client: Client,
    filter: JobFilter,
    page: VecDeque<JobSummary>,
    next: Next,
    trail: Trail,
    most_pages: u64,
}

/// Where the next page begins.
#[derive(Debug)]
enum Next {
    Start,
    After(Cursor),
    /// Nowhere, and this is why; to be said after the jobs that came with it.
    Astray(String),
    Done,
}

/// What is remembered of the cursors so far, which does not grow with them: one of them, from ever further on (Brent). Whoever goes round in a circle, of
/// whatever length and with whatever way into it, comes by it again.
#[derive(Debug, Default)]
struct Trail {
    mark: Option<Cursor>,
    pages: u64,
    /// After so many pages the mark is moved.
    moves_at: u64,
}

impl Trail {
    /// Goes on to a cursor; true when it was seen before.
    fn closes(&mut self, cursor: &Cursor) -> bool {
        if self.mark.as_ref() == Some(cursor) {
            return true;
        }
        self.pages += 1;
        if self.pages >= self.moves_at {
            self.mark = Some(cursor.clone());
            self.moves_at = self.pages.saturating_mul(2);
        }
        false
    }
}

impl JobList {
    pub(super) fn new(client: Client, filter: JobFilter, most_pages: u64) -> Self {
        Self {
            client,
            filter,
            page: VecDeque::new(),
            next: Next::Start,
            trail: Trail::default(),
            most_pages,
        }
    }

    /// The next job; `None` after the last.
    ///
    /// # Errors
    /// As [`Client::list_jobs`]; asking again tries the same page again. [`ClientError::Protocol`] when the runtime's pages lead in a circle, or are more than
    /// [`ClientLimits::list_pages`](super::ClientLimits::list_pages), after the jobs of all pages so far; the list is over then.
    ///
    /// # Cancel safety
    /// Safe: a job is taken only when it is returned.
    pub async fn next(&mut self) -> Result<Option<JobSummary>, ClientError> {
        loop {
            if let Some(job) = self.page.pop_front() {
                return Ok(Some(job));
            }
            let query = ListJobs::new().with_filter(self.filter.clone());
            let query = match &mut self.next {
                Next::Start => query,
                Next::After(cursor) => query.with_cursor(cursor.clone()),
                Next::Astray(reason) => {
                    let reason = std::mem::take(reason);
                    self.next = Next::Done;
                    return Err(ClientError::Protocol(reason));
                }
                Next::Done => return Ok(None),
            };
            let page = self.client.list_jobs(query).await?;
            self.next = match page.next_cursor {
                Some(cursor) => self.after(cursor),
                None => Next::Done,
            };
            self.page = page.jobs.into();
        }
    }

    /// On to the next page, if it leads on.
    fn after(&mut self, cursor: Cursor) -> Next {
        if self.trail.closes(&cursor) {
            return Next::Astray("its pages of jobs lead in a circle".to_owned());
        }
        if self.trail.pages < self.most_pages {
            return Next::After(cursor);
        }
        Next::Astray(format!(
            "its list of jobs has not ended after {} pages; ask for fewer with a filter, or raise `ClientLimits::list_pages`",
            self.trail.pages
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many cursors a walk is noticed that leads to a circle of `round` by way of `way`.
    fn walked(way: u64, round: u64) -> u64 {
        let mut trail = Trail::default();
        let mut walk = (0..way + round).chain((0..).map(|at| way + at % round));
        let seen = walk.position(|at| trail.closes(&Cursor::try_from(at.to_string()).unwrap()));
        seen.unwrap() as u64
    }

    #[test]
    fn every_circle_is_noticed_and_nothing_else() {
        for way in [0, 1, 2, 5, 100] {
            for round in [1, 2, 3, 7, 64, 100] {
                let walked = walked(way, round);
                assert!(
                    (way + round..=3 * (way + round) + 3).contains(&walked),
                    "{way} and {round}: {walked}"
                );
            }
        }
    }
}
