//! Reading what other runtimes write: the fast path is the exact one, repairs are tried only on frames that it refuses.
//!
//! A repair changes nothing that the specification fixes: budgets that are texts become numbers, counts become flags, members that cannot be read and are not
//! needed are dropped.

use std::collections::BTreeMap;

use arcp_generated::common::{JobId, SessionId};
use arcp_generated::envelope::{DecodeError, Envelope};
use arcp_generated::job;
use arcp_generated::session::JobSummary;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::correlate::Kind;
use super::job::Terminal;

/// What a frame turned out to be.
pub(super) enum Read {
    /// A frame, perhaps repaired.
    Frame(Envelope),
    /// An end of a job without all that its envelope needs.
    Bare(Bare),
    /// Nothing that can be used.
    Bad(Bad),
}

/// A frame that cannot be read, and what can still be said of it.
pub(super) struct Bad {
    pub(super) reason: String,
    /// What it would have answered.
    pub(super) answers: Option<Kind>,
    /// Whether it would have ended its job.
    pub(super) ends: bool,
    pub(super) request_id: Option<String>,
    pub(super) id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) event_seq: Option<u64>,
    pub(super) job_id: Option<JobId>,
}

/// `job.error` or `job.result` without a number or without a job.
pub(super) struct Bare {
    pub(super) id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) job_id: Option<JobId>,
    pub(super) terminal: Terminal,
}

/// The members of a payload that a client can do without, and that peers write differently.
const OPTIONAL: [&str; 3] = ["budget", "lease", "credentials"];

/// What of an envelope is still worth knowing when the whole cannot be read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Rest<'a> {
    r#type: Option<String>,
    id: Option<String>,
    trace_id: Option<String>,
    job_id: Option<JobId>,
    event_seq: Option<u64>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// What of a payload is still worth knowing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RestOfPayload {
    request_id: Option<String>,
    reply_to: Option<String>,
    job_id: Option<JobId>,
}

pub(super) fn read(text: &str) -> Read {
    match Envelope::decode(text) {
        Ok(envelope) => Read::Frame(envelope),
        Err(error) => second_look(text, &error),
    }
}

fn second_look(text: &str, error: &DecodeError) -> Read {
    if let Some(envelope) = repaired(text) {
        return Read::Frame(envelope);
    }
    let rest: Rest<'_> = serde_json::from_str(text).unwrap_or_default();
    let payload = rest.payload.map_or("{}", RawValue::get);
    if rest.job_id.is_none() || rest.event_seq.is_none() {
        let terminal = match rest.r#type.as_deref() {
            Some("job.error") => serde_json::from_str::<job::Error>(payload)
                .ok()
                .map(Terminal::Error),
            Some("job.result") => serde_json::from_str::<job::Result>(payload)
                .ok()
                .map(Terminal::Result),
            _ => None,
        };
        if let Some(terminal) = terminal {
            return Read::Bare(Bare {
                id: rest.id,
                trace_id: rest.trace_id,
                job_id: rest.job_id,
                terminal,
            });
        }
    }
    let of_payload: RestOfPayload = serde_json::from_str(payload).unwrap_or_default();
    Read::Bad(Bad {
        reason: error.to_string(),
        answers: match rest.r#type.as_deref() {
            Some("job.accepted") => Some(Kind::Submit),
            Some("session.jobs") => Some(Kind::ListJobs),
            Some("job.subscribed") => Some(Kind::Subscribe),
            _ => None,
        },
        ends: matches!(rest.r#type.as_deref(), Some("job.result" | "job.error")),
        request_id: of_payload.request_id.or(of_payload.reply_to),
        id: rest.id,
        trace_id: rest.trace_id,
        event_seq: rest.event_seq,
        job_id: rest.job_id.or(of_payload.job_id),
    })
}

/// A JSON object whose members were not looked at.
type Members = BTreeMap<String, Box<RawValue>>;

/// The frame with its known quirks put right and, if that is not enough, without what is not needed.
fn repaired(text: &str) -> Option<Envelope> {
    let mut frame: Members = serde_json::from_str(text).ok()?;
    if frame
        .get("session_id")
        .is_some_and(|id| serde_json::from_str::<SessionId>(id.get()).is_err())
    {
        frame.remove("session_id");
    }
    let mut payload: Members = serde_json::from_str(frame.get("payload")?.get()).ok()?;
    answer_by_other_names(&frame, &mut payload);
    amounts_as_numbers(&mut payload);
    counts_as_flags(&mut payload);
    nothing_as_null(&mut payload);
    if let Some(jobs) = payload.get("jobs").and_then(|jobs| entries(jobs)) {
        payload.insert("jobs".to_owned(), jobs);
    }
    if let Some(envelope) = with_payload(&mut frame, &payload) {
        return Some(envelope);
    }
    for member in OPTIONAL {
        if payload.remove(member).is_some()
            && let Some(envelope) = with_payload(&mut frame, &payload)
        {
            return Some(envelope);
        }
    }
    None
}

fn with_payload(frame: &mut Members, payload: &Members) -> Option<Envelope> {
    let payload = serde_json::value::to_raw_value(payload).ok()?;
    frame.insert("payload".to_owned(), payload);
    Envelope::decode(&serde_json::to_string(frame).ok()?).ok()
}

/// Listings without a `request_id`: one peer names the request `reply_to`, another repeats its id on the envelope.
fn answer_by_other_names(frame: &Members, payload: &mut Members) {
    if payload.contains_key("jobs")
        && !payload.contains_key("request_id")
        && let Some(id) = payload.get("reply_to").or_else(|| frame.get("id"))
    {
        let id = id.clone();
        payload.insert("request_id".to_owned(), id);
    }
}

/// `"replayed": 3` as `true`: one peer counts.
fn counts_as_flags(payload: &mut Members) {
    if let Some(count) = payload.get("replayed")
        && let Ok(count) = serde_json::from_str::<i64>(count.get())
        && let Ok(flag) = serde_json::value::to_raw_value(&(count != 0))
    {
        payload.insert("replayed".to_owned(), flag);
    }
}

/// A tool result with neither `result` nor `error` as one with `result: null`: the tool returned nothing.
fn nothing_as_null(payload: &mut Members) {
    let is_tool_result = payload
        .get("kind")
        .is_some_and(|kind| kind.get() == "\"tool_result\"");
    if is_tool_result
        && let Some(body) = payload.get("body")
        && let Ok(mut body) = serde_json::from_str::<Members>(body.get())
        && !body.contains_key("result")
        && !body.contains_key("error")
    {
        body.insert("result".to_owned(), RawValue::NULL.to_owned());
        if let Ok(body) = serde_json::value::to_raw_value(&body) {
            payload.insert("body".to_owned(), body);
        }
    }
}

/// The entries of a listing, each repaired by itself.
fn entries(jobs: &RawValue) -> Option<Box<RawValue>> {
    let mut jobs: Vec<Members> = serde_json::from_str(jobs.get()).ok()?;
    for entry in &mut jobs {
        amounts_as_numbers(entry);
        for member in OPTIONAL {
            let text = serde_json::to_string(entry).ok()?;
            if serde_json::from_str::<JobSummary>(&text).is_ok() {
                break;
            }
            entry.remove(member);
        }
    }
    serde_json::value::to_raw_value(&jobs).ok()
}

/// `{"USD": "USD:5.00"}` and `{"USD": "5.00"}` as `{"USD": 5.00}`, digit by digit.
fn amounts_as_numbers(members: &mut Members) {
    if let Some(budget) = members.get("budget").and_then(|budget| as_numbers(budget)) {
        members.insert("budget".to_owned(), budget);
    }
}

fn as_numbers(budget: &RawValue) -> Option<Box<RawValue>> {
    let entries: BTreeMap<String, Box<RawValue>> = serde_json::from_str(budget.get()).ok()?;
    let mut numbers = BTreeMap::new();
    for (currency, amount) in entries {
        let number = match serde_json::from_str::<String>(amount.get()) {
            Ok(text) => {
                let digits = text
                    .rsplit_once(':')
                    .map_or(text.as_str(), |(_, rest)| rest);
                digits.parse::<f64>().ok()?;
                RawValue::from_string(digits.to_owned()).ok()?
            }
            Err(_) => amount,
        };
        numbers.insert(currency, number);
    }
    serde_json::value::to_raw_value(&numbers).ok()
}
