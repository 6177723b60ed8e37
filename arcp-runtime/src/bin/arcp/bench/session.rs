//! A session as the benchmark drives it: a hello, a submit, and a light look at each frame instead of a parse.

use serde_json::{Value, json};
use url::Url;

use super::socket::{Socket, find, lost};
use super::target::Target;
use crate::fault::{Fault, Trouble};

/// What a frame is, as far as a row needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `job.event`.
    Event,
    /// `job.result`.
    Result,
    /// `job.accepted`.
    Accepted,
    /// Anything else.
    Other,
}

/// Finds a frame's type and number without parsing it. It looks first where they were in the frame before.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    type_at: usize,
    seq_at: usize,
}

impl Scan {
    /// What the frame is. An error of the peer is a fault.
    pub(crate) fn kind(&mut self, frame: &[u8]) -> Result<Kind, Fault> {
        let name = member(frame, b"\"type\"", &mut self.type_at).unwrap_or_default();
        Ok(if name.starts_with(b"\"job.event\"") {
            Kind::Event
        } else if name.starts_with(b"\"job.result\"") {
            Kind::Result
        } else if name.starts_with(b"\"job.accepted\"") {
            Kind::Accepted
        } else if name.starts_with(b"\"job.error\"") || name.starts_with(b"\"session.error\"") {
            return Err(refused(frame));
        } else {
            Kind::Other
        })
    }

    /// The frame's `event_seq`.
    pub(crate) fn seq(&mut self, frame: &[u8]) -> Option<u64> {
        let digits = member(frame, b"\"event_seq\"", &mut self.seq_at)?;
        let mut seq = None;
        for byte in digits {
            match byte {
                b'0'..=b'9' => seq = Some(seq.unwrap_or(0) * 10 + u64::from(byte - b'0')),
                _ => break,
            }
        }
        seq
    }
}

/// What follows a member's name.
fn member<'a>(frame: &'a [u8], name: &[u8], at: &mut usize) -> Option<&'a [u8]> {
    let there = frame.get(*at..).is_some_and(|rest| rest.starts_with(name));
    if !there {
        *at = find(frame, name)?;
    }
    let mut rest = &frame[*at + name.len()..];
    while let [b' ' | b':', after @ ..] = rest {
        rest = after;
    }
    Some(rest)
}

/// An open session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) socket: Socket,
    pub(crate) id: String,
    pub(crate) token: String,
    scan: Scan,
    /// The last number received.
    pub(crate) last: u64,
    sent: u64,
}

impl Session {
    /// Opens a session.
    pub(crate) fn open(target: &Target, small: bool) -> Result<Self, Fault> {
        Self::greet(target, small, None)
    }

    /// Leaves the connection without a word, and comes back for everything after `last`.
    pub(crate) fn resume(self, target: &Target, last: u64) -> Result<Self, Fault> {
        let Self {
            socket, id, token, ..
        } = self;
        drop(socket);
        let claim = json!({ "session_id": id, "resume_token": token, "last_event_seq": last });
        Self::greet(target, false, Some((claim, last)))
    }

    fn greet(target: &Target, small: bool, claim: Option<(Value, u64)>) -> Result<Self, Fault> {
        let url: &Url = &target.url;
        let mut socket = Socket::connect(url, small)?;
        let mut payload = json!({
            "client": { "name": "arcp-bench", "version": env!("CARGO_PKG_VERSION") },
            "auth": { "scheme": "bearer", "token": target.token },
            "capabilities": {
                "encodings": ["json"],
                "features": ["progress", "result_chunk", "agent_versions", "subscribe"],
            },
        });
        let last = claim.as_ref().map_or(0, |(_, last)| *last);
        if let Some((claim, _)) = claim {
            for name in ["resume_token", "last_event_seq"] {
                payload[name] = claim[name].clone();
            }
            payload["resume"] = claim;
        }
        let hello =
            json!({ "arcp": "1.1", "id": "hello", "type": "session.hello", "payload": payload });
        socket.send(&hello.to_string())?;
        let welcome: Value = serde_json::from_slice(socket.read()?)
            .map_err(|error| lost(format!("{url}: the welcome is no JSON: {error}")))?;
        if welcome["type"] != "session.welcome" {
            return Err(Fault::new(
                Trouble::Refused,
                format!(
                    "{url} did not welcome the benchmark: {}",
                    welcome["payload"]["message"]
                        .as_str()
                        .unwrap_or("it answered with something else")
                ),
            ));
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let id = text(&welcome["session_id"])
            .or_else(|| text(&welcome["payload"]["session_id"]))
            .unwrap_or_default();
        Ok(Self {
            socket,
            id,
            token: text(&welcome["payload"]["resume_token"]).unwrap_or_default(),
            scan: Scan::default(),
            last,
            sent: 0,
        })
    }

    /// Sends a frame of this session; it leaves with the next flush.
    pub(crate) fn queue(&mut self, message_type: &str, payload: &Value) {
        self.sent += 1;
        let frame = json!({
            "arcp": "1.1",
            "id": format!("bench-{}", self.sent),
            "type": message_type,
            "session_id": self.id,
            "payload": payload,
        });
        self.socket.queue(&frame.to_string());
    }

    /// Submits a job.
    pub(crate) fn submit(&mut self, job: &Value) -> Result<(), Fault> {
        self.queue("job.submit", job);
        self.socket.flush()
    }

    /// The next frame, with its number checked.
    pub(crate) fn next(&mut self) -> Result<(Kind, &[u8]), Fault> {
        let frame = self.socket.read()?;
        let kind = self.scan.kind(frame)?;
        if matches!(kind, Kind::Event | Kind::Result)
            && let Some(seq) = self.scan.seq(frame)
        {
            if seq != self.last + 1 {
                return Err(Fault::new(
                    Trouble::Failed,
                    format!(
                        "the peer lost events: event_seq {seq} came after {}",
                        self.last
                    ),
                ));
            }
            self.last = seq;
        }
        Ok((kind, frame))
    }

    /// The next frame with its number, unchecked: for rows that count what is missing.
    pub(crate) fn next_unchecked(&mut self) -> Result<(Kind, Option<u64>), Fault> {
        let frame = self.socket.read()?;
        Ok((self.scan.kind(frame)?, self.scan.seq(frame)))
    }

    /// Reads until one job has ended; answers with its events.
    pub(crate) fn until_result(&mut self) -> Result<u64, Fault> {
        let mut events = 0;
        loop {
            match self.next()?.0 {
                Kind::Event => events += 1,
                Kind::Result => return Ok(events),
                Kind::Accepted | Kind::Other => {}
            }
        }
    }
}

fn refused(frame: &[u8]) -> Fault {
    let frame: Value = serde_json::from_slice(frame).unwrap_or_default();
    let payload = &frame["payload"];
    let text = |name: &str| {
        payload[name]
            .as_str()
            .or_else(|| payload["error"][name].as_str())
            .unwrap_or_default()
    };
    Fault::new(
        Trouble::Refused,
        format!("the peer refused: {} {}", text("code"), text("message")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_look_finds_type_and_number_wherever_they_are() {
        let mut scan = Scan::default();
        for (frame, kind, seq) in [
            (
                r#"{"type":"job.event","event_seq":7,"payload":{}}"#,
                Kind::Event,
                Some(7),
            ),
            (
                r#"{"type":"job.event","event_seq":8,"payload":{}}"#,
                Kind::Event,
                Some(8),
            ),
            (
                r#"{"event_seq": 123, "type": "job.result"}"#,
                Kind::Result,
                Some(123),
            ),
            (
                r#"{"type":"job.accepted","event_seq":null}"#,
                Kind::Accepted,
                None,
            ),
            (r#"{"type":"session.jobs"}"#, Kind::Other, None),
        ] {
            assert_eq!(scan.kind(frame.as_bytes()).unwrap(), kind, "{frame}");
            assert_eq!(scan.seq(frame.as_bytes()), seq, "{frame}");
        }
        let refused =
            scan.kind(br#"{"type":"job.error","payload":{"code":"TIMEOUT","message":"late"}}"#);
        assert!(format!("{refused:?}").contains("TIMEOUT late"));
    }
}
