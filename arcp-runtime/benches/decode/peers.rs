//! The same event in other ways of writing it down: by hand, and with what serde's attributes offer.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A head of owned strings around a payload that stays text.
#[derive(Deserialize, Serialize)]
pub(crate) struct Raw {
    arcp: String,
    id: String,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_seq: Option<u64>,
    pub(crate) payload: Box<RawValue>,
}

/// The least that a reader can do: nothing is copied.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read, never looked at")]
pub(crate) struct Borrowed<'a> {
    arcp: &'a str,
    id: &'a str,
    r#type: &'a str,
    session_id: Option<&'a str>,
    trace_id: Option<&'a str>,
    job_id: Option<&'a str>,
    event_seq: Option<u64>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// What a careful author writes: the payload is borrowed as text and read once the type is known, and so is the body.
#[derive(Serialize)]
pub(crate) struct HandTyped {
    arcp: String,
    id: String,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_seq: Option<u64>,
    payload: HandEvent,
}

#[derive(Serialize)]
struct HandEvent {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<String>,
    body: HandBody,
}

#[derive(Serialize)]
#[serde(untagged)]
enum HandBody {
    Log(Log),
    Progress(Progress),
    Status(Status),
}

#[derive(Deserialize)]
struct HandFrame<'a> {
    arcp: String,
    id: String,
    r#type: String,
    session_id: Option<String>,
    trace_id: Option<String>,
    job_id: Option<String>,
    event_seq: Option<u64>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

#[derive(Deserialize)]
struct HandPayload<'a> {
    kind: String,
    ts: Option<String>,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl HandTyped {
    pub(crate) fn decode(text: &str) -> Self {
        let frame: HandFrame<'_> = serde_json::from_str(text).expect("a frame");
        assert_eq!(frame.r#type, "job.event");
        let payload: HandPayload<'_> = serde_json::from_str(frame.payload.get()).expect("an event");
        let body = payload.body.get();
        let body = match payload.kind.as_str() {
            "log" => HandBody::Log(serde_json::from_str(body).expect("a log line")),
            "progress" => HandBody::Progress(serde_json::from_str(body).expect("progress")),
            _ => HandBody::Status(serde_json::from_str(body).expect("a status")),
        };
        Self {
            arcp: frame.arcp,
            id: frame.id,
            r#type: frame.r#type,
            session_id: frame.session_id,
            trace_id: frame.trace_id,
            job_id: frame.job_id,
            event_seq: frame.event_seq,
            payload: HandEvent {
                kind: payload.kind,
                ts: payload.ts,
                body,
            },
        }
    }
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Log {
    level: String,
    message: String,
}

#[derive(Deserialize, Serialize)]
struct Progress {
    current: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Status {
    phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// `RawValue` cannot stand inside what serde buffers, so these count in floats.
#[derive(Deserialize, Serialize)]
pub(crate) struct FloatProgress {
    current: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Terminal {
    code: String,
    message: String,
}

/// A frame whose message is flattened into it, told apart by tag and content.
#[derive(Deserialize, Serialize)]
pub(crate) struct Flat {
    arcp: String,
    id: String,
    session_id: Option<String>,
    trace_id: Option<String>,
    job_id: Option<String>,
    event_seq: Option<u64>,
    #[serde(flatten)]
    message: FlatMessage,
}

#[derive(Deserialize, Serialize)]
#[serde(tag = "type", content = "payload")]
enum FlatMessage {
    #[serde(rename = "job.event")]
    Event(FlatEvent),
    #[serde(rename = "job.error")]
    Error(Terminal),
}

#[derive(Deserialize, Serialize)]
struct FlatEvent {
    ts: Option<String>,
    #[serde(flatten)]
    body: FlatBody,
}

#[derive(Deserialize, Serialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
enum FlatBody {
    Log(Log),
    Status(Status),
    Progress(FloatProgress),
}

/// What a generator makes of `oneOf` with a `const` in each arm: the first arm that fits, tried in the order of the schema.
macro_rules! arms {
    ($union:ident of $outer:ident, $($arm:ident $tag:literal $content:ty,)*) => {
        #[derive(Deserialize, Serialize)]
        #[serde(untagged)]
        pub(crate) enum $union {
            $($arm($outer<tags::$arm, $content>),)*
        }

        mod tags {
            use serde::{Deserialize, Serialize};
            $(#[derive(Deserialize, Serialize)]
            pub(crate) enum $arm {
                #[serde(rename = $tag)]
                Is,
            })*
        }
    };
}

#[derive(Deserialize, Serialize)]
pub(crate) struct UntaggedFrame<T, P> {
    arcp: String,
    id: String,
    r#type: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_seq: Option<u64>,
    payload: P,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct UntaggedEvent<T, B> {
    kind: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<String>,
    body: B,
}

/// A payload or body that is not the one of the benchmark: it is never read, because its tag does not fit.
#[derive(Deserialize, Serialize)]
pub(crate) struct Other {
    reason: Option<String>,
}

mod event {
    use super::{FloatProgress, Log, Other, Status, UntaggedEvent};
    use serde::{Deserialize, Serialize};

    arms! { Event of UntaggedEvent,
        Log "log" Log,
        Thought "thought" Other,
        ToolCall "tool_call" Other,
        ToolResult "tool_result" Other,
        Status "status" Status,
        Metric "metric" Other,
        ArtifactRef "artifact_ref" Other,
        Delegate "delegate" Other,
        Progress "progress" FloatProgress,
        ResultChunk "result_chunk" Other,
    }
}

mod message {
    use super::event::Event;
    use super::{Other, Terminal, UntaggedFrame};
    use serde::{Deserialize, Serialize};

    arms! { Frame of UntaggedFrame,
        Hello "session.hello" Other,
        Welcome "session.welcome" Other,
        Resume "session.resume" Other,
        Ping "session.ping" Other,
        Pong "session.pong" Other,
        Ack "session.ack" Other,
        ListJobs "session.list_jobs" Other,
        Jobs "session.jobs" Other,
        Close "session.close" Other,
        Closed "session.closed" Other,
        Bye "session.bye" Other,
        SessionError "session.error" Terminal,
        Submit "job.submit" Other,
        Accepted "job.accepted" Other,
        Event "job.event" Event,
        Result "job.result" Other,
        JobError "job.error" Terminal,
        Cancel "job.cancel" Other,
        Cancelled "job.cancelled" Other,
        Subscribe "job.subscribe" Other,
        Subscribed "job.subscribed" Other,
        Unsubscribe "job.unsubscribe" Other,
    }
}

pub(crate) use message::Frame as Untagged;
