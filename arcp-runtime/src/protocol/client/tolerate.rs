//! Reading what other runtimes write (wire §9): the fast path is the exact one, repairs are tried only on frames that it refuses.
//!
//! A repair changes nothing that the specification fixes: budgets that are texts become numbers, members that cannot be read and are not needed are dropped.

use std::collections::BTreeMap;

use arcp_generated::common::JobId;
use arcp_generated::envelope::{DecodeError, Envelope};
use arcp_generated::job;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::job::Terminal;

/// What a frame turned out to be.
pub(super) enum Read {
    /// A frame, perhaps repaired.
    Frame(Envelope),
    /// An end of a job without all that its envelope needs.
    Bare(Bare),
    /// Nothing that can be used.
    Bad {
        reason: String,
        event_seq: Option<u64>,
        job_id: Option<JobId>,
    },
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

pub(super) fn read(text: &str) -> Read {
    match Envelope::decode(text) {
        Ok(envelope) => Read::Frame(envelope),
        Err(error) => second_look(text, &error),
    }
}

fn second_look(text: &str, error: &DecodeError) -> Read {
    let rest: Rest<'_> = serde_json::from_str(text).unwrap_or_default();
    if let Some(envelope) = repaired(text) {
        return Read::Frame(envelope);
    }
    if rest.job_id.is_none() || rest.event_seq.is_none() {
        let payload = rest.payload.map_or("{}", RawValue::get);
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
    Read::Bad {
        reason: error.to_string(),
        event_seq: rest.event_seq,
        job_id: rest.job_id,
    }
}

/// The frame with its budget as numbers and, if that is not enough, without what is not needed.
fn repaired(text: &str) -> Option<Envelope> {
    let mut frame: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
    let mut payload: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(frame.get("payload")?.get()).ok()?;
    if let Some(budget) = payload.get("budget").and_then(|budget| as_numbers(budget)) {
        payload.insert("budget".to_owned(), budget);
        if let Some(envelope) = with_payload(&mut frame, &payload) {
            return Some(envelope);
        }
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

fn with_payload(
    frame: &mut BTreeMap<String, Box<RawValue>>,
    payload: &BTreeMap<String, Box<RawValue>>,
) -> Option<Envelope> {
    let payload = serde_json::value::to_raw_value(payload).ok()?;
    frame.insert("payload".to_owned(), payload);
    Envelope::decode(&serde_json::to_string(frame).ok()?).ok()
}

/// `{"USD": "USD:5.00"}` and `{"USD": "5.00"}` as `{"USD": 5.00}`, digit by digit.
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
