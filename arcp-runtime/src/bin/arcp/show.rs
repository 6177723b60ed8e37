//! What comes of a job as aligned one-liners for people. `line` has the same for programs.

use arcp_generated::common::Timestamp;
use arcp_generated::event::{EventBody, LogLevel, Progress, ToolResult};
use arcp_generated::job::FinalStatus;
use arcp_runtime::client::{Incident, JobFailure, Refusal};

use crate::paint::{Ink, Paint, line};

/// The longest text of one line for people.
const MOST: usize = 400;

/// An event as one line for people: time, number, kind, text.
pub(crate) fn event(paint: Paint, seq: u64, ts: Option<&Timestamp>, event: &EventBody) -> String {
    let (ink, text) = body(event);
    let kind = format!("{:<12}", line(event.kind_str(), 40));
    format!(
        "{} {:>6}  {} {}",
        paint.ink(Ink::Dim, &time(ts)),
        seq,
        paint.ink(ink, &kind),
        line(&text, MOST)
    )
}

/// The time of day of a timestamp, which is what changes from line to line.
fn time(ts: Option<&Timestamp>) -> String {
    let of_day = ts
        .and_then(|ts| ts.as_str().get(11..))
        .map(|rest| rest.trim_end_matches('Z'));
    format!("{:<12}", line(of_day.unwrap_or("-"), 12))
}

fn body(body: &EventBody) -> (Ink, String) {
    match body {
        EventBody::Log(log) => {
            // Other runtimes write levels in capitals (A-55).
            let ink = match LogLevel::try_from(log.level.as_str().to_ascii_lowercase()) {
                Ok(LogLevel::Error) => Ink::Red,
                Ok(LogLevel::Warn) => Ink::Yellow,
                _ => Ink::Green,
            };
            (ink, format!("{:<5} {}", log.level.as_str(), log.message))
        }
        EventBody::Thought(thought) => (Ink::Magenta, thought.text.clone()),
        EventBody::ToolCall(call) => (Ink::Blue, format!("{} {}", call.tool, call.args.get())),
        EventBody::ToolResult(ToolResult::Success(done)) => {
            (Ink::Blue, format!("-> {}", done.result.get()))
        }
        EventBody::ToolResult(ToolResult::Failure(failed)) => (
            Ink::Red,
            format!(
                "-> {}: {}",
                failed.error.code.as_str(),
                failed.error.message
            ),
        ),
        EventBody::Status(status) => {
            let message = status.message.as_deref().unwrap_or_default();
            let text = format!("{} {message}", status.phase.as_str());
            (Ink::Cyan, text.trim_end().to_owned())
        }
        EventBody::Metric(metric) => {
            let unit = metric.unit.as_deref().unwrap_or_default();
            let text = format!("{} = {} {unit}", metric.name, metric.value.as_str());
            (Ink::Cyan, text.trim_end().to_owned())
        }
        EventBody::ArtifactRef(artifact) => (
            Ink::Cyan,
            format!(
                "{} ({})",
                artifact.uri.as_str(),
                artifact.content_type.as_str()
            ),
        ),
        EventBody::Delegate(delegate) => {
            let child = delegate.child_job_id.as_ref().map_or("", |id| id.as_str());
            let text = format!("{} {child}", delegate.agent.as_str());
            (Ink::Magenta, text.trim_end().to_owned())
        }
        EventBody::Progress(progress) => (Ink::Dim, self::progress(progress)),
        EventBody::ResultChunk(chunk) => (
            Ink::Dim,
            format!("piece {} of the result", chunk.chunk_seq + 1),
        ),
        EventBody::Unknown { body, .. } => (Ink::Yellow, body.get().to_owned()),
    }
}

/// How far a job is, in words.
pub(crate) fn progress(progress: &Progress) -> String {
    let mut text = progress.current.as_str().to_owned();
    if let Some(total) = &progress.total {
        text.push_str(" of ");
        text.push_str(total.as_str());
    }
    for more in [&progress.units, &progress.message].into_iter().flatten() {
        text.push(' ');
        text.push_str(more);
    }
    text
}

/// Something that happened beside the job, as one line for people; `None` when only programs want to know.
pub(crate) fn incident(incident: &Incident) -> Option<String> {
    Some(match incident {
        Incident::Disconnected { reason } => format!("disconnected: {reason}; coming back"),
        Incident::RetryFailed { reason, .. } => format!("still away: {reason}"),
        Incident::Resumed { after, .. } => {
            format!("back: the session goes on after event {after}")
        }
        Incident::Replaced { .. } => "back, with a new session".to_owned(),
        Incident::BadFrame { reason } => {
            format!("the runtime sent a frame that was skipped: {reason}")
        }
        Incident::Error(refusal) => format!("the runtime reports {refusal}"),
        // Losses stand among the events, the end is the outcome, the rest is about this program's own pace.
        _ => return None,
    })
}

/// A failure in one sentence with the cure.
pub(crate) fn failure(failure: &JobFailure) -> String {
    let JobFailure::Ended {
        error,
        final_status,
    } = failure
    else {
        return failure.to_string();
    };
    let how = match final_status {
        FinalStatus::Cancelled => "was cancelled",
        FinalStatus::TimedOut => "ran out of time",
        _ => "ended with an error",
    };
    let again = if error.retryable {
        "; submitting it again can help"
    } else {
        ""
    };
    format!("the job {how}: {}{again}", refusal(error))
}

/// A runtime's code and its reason.
pub(crate) fn refusal(error: &Refusal) -> String {
    let reason = line(error.message.trim_end_matches('.'), MOST);
    format!("{}: {reason}", error.code.as_str())
}

#[cfg(test)]
mod tests {
    use arcp_generated::event::EventBody;
    use serde_json::json;

    use super::body;

    fn text(kind: &str, value: &serde_json::Value) -> String {
        let frame = json!({"arcp": "1.1", "id": "1", "type": "job.event", "session_id": "s", "job_id": "j", "event_seq": 1,
            "payload": {"kind": kind, "ts": "2026-01-02T03:04:05Z", "body": value}});
        let frame = arcp_generated::envelope::Envelope::decode(&frame.to_string()).unwrap();
        let arcp_generated::message::Message::JobEvent(event) = frame.message else {
            panic!("not an event");
        };
        let event_body: EventBody = event.body;
        body(&event_body).1
    }

    #[test]
    fn events_have_one_line_each() {
        for (kind, value, expected) in [
            ("log", json!({"level": "warn", "message": "m"}), "warn  m"),
            (
                "tool_call",
                json!({"tool": "t", "args": {"a": 1}, "call_id": "c"}),
                r#"t {"a":1}"#,
            ),
            (
                "tool_result",
                json!({"call_id": "c", "result": [1]}),
                "-> [1]",
            ),
            ("status", json!({"phase": "running"}), "running"),
            (
                "metric",
                json!({"name": "n", "value": 1.50, "unit": "ms"}),
                "n = 1.5 ms",
            ),
            (
                "progress",
                json!({"current": 3, "total": 7, "units": "files"}),
                "3 of 7 files",
            ),
            ("x-vendor.a.b", json!({"k": true}), r#"{"k":true}"#),
        ] {
            assert_eq!(text(kind, &value), expected);
        }
    }
}
