//! What arrived: every event is counted by its number, and looked at.

use std::collections::BTreeMap;

use arcp_generated::event::Progress;
use serde_json::Value;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has not.
    None,
    /// With the result that was expected.
    Success,
    /// With an error that says to try again.
    Retryable,
    /// Otherwise.
    Other,
}

/// The count of one job.
pub(super) struct Ledger {
    /// How many events there must be; `None` when a crash decides.
    expected: Option<u64>,
    /// How often each number arrived.
    seen: BTreeMap<u64, u64>,
    /// Events that say something else than their number demands.
    wrong: u64,
    /// What the clients reported as lost.
    lost: u64,
    reconnects: u64,
    end: End,
    last: Value,
}

impl Ledger {
    pub(super) fn new(expected: Option<u64>) -> Self {
        Self {
            expected,
            seen: BTreeMap::new(),
            wrong: 0,
            lost: 0,
            reconnects: 0,
            end: End::None,
            last: Value::Null,
        }
    }

    /// Takes a line of a client; gives what a spectator wants to know.
    pub(super) fn take(&mut self, line: &Value) -> Option<String> {
        self.last = line.clone();
        match line["type"].as_str() {
            Some("event") => self.event(line),
            Some("lost") => self.lost += 1,
            Some("result") => {
                let counted = line["result"]["counted"].as_u64();
                self.end = if counted.map(|n| 2 * n) == self.expected {
                    End::Success
                } else {
                    End::Other
                };
            }
            Some("error") => {
                let again = line["code"] == "INTERNAL_ERROR" && line["retryable"] == true;
                self.end = if again { End::Retryable } else { End::Other };
            }
            Some("resumed") => {
                self.reconnects += 1;
                return Some(format!(
                    "the client came back by itself and goes on after event {}",
                    line["after"]
                ));
            }
            _ => {}
        }
        None
    }

    /// The agent says `number k` and then how far it is: event 2k-1 and event 2k.
    fn event(&mut self, line: &Value) {
        let seq = line["event_seq"].as_u64().unwrap_or_default();
        *self.seen.entry(seq).or_default() += 1;
        let number = seq.div_ceil(2);
        let right = if seq % 2 == 1 {
            line["kind"] == "log" && line["body"]["message"] == format!("number {number}")
        } else {
            let progress = serde_json::from_str::<Progress>(&line["body"].to_string());
            line["kind"] == "progress"
                && progress.is_ok_and(|progress| progress.current == number.into())
        };
        self.wrong += u64::from(!right);
    }

    /// The highest number that arrived.
    pub(super) fn highest(&self) -> u64 {
        self.seen.keys().next_back().copied().unwrap_or_default()
    }

    /// How many different events arrived.
    pub(super) fn events(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Numbers between the first and the last that must be there which did not arrive.
    pub(super) fn missing(&self) -> u64 {
        let last = self.expected.unwrap_or_else(|| self.highest());
        last.saturating_sub(self.events()) + self.lost
    }

    /// Events that arrived again, with the same number.
    pub(super) fn twice(&self) -> u64 {
        self.seen.values().map(|times| times - 1).sum()
    }

    pub(super) fn wrong(&self) -> u64 {
        self.wrong
    }

    pub(super) fn reconnects(&self) -> u64 {
        self.reconnects
    }

    pub(super) fn end(&self) -> End {
        self.end
    }

    /// Everything arrived, as it should be.
    pub(super) fn is_whole(&self) -> bool {
        self.missing() == 0 && self.wrong == 0 && self.events() > 0
    }

    /// The last line, for when something goes wrong.
    pub(super) fn last_words(&self) -> String {
        crate::paint::line(&self.last.to_string(), 400)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{End, Ledger};

    fn event(seq: u64) -> Value {
        let number = seq.div_ceil(2);
        if seq % 2 == 1 {
            json!({"type": "event", "event_seq": seq, "kind": "log", "body": {"message": format!("number {number}")}})
        } else {
            json!({"type": "event", "event_seq": seq, "kind": "progress", "body": {"current": number}})
        }
    }

    fn after(numbers: &[u64]) -> Ledger {
        let mut ledger = Ledger::new(Some(6));
        for seq in numbers {
            ledger.take(&event(*seq));
        }
        ledger
    }

    #[test]
    fn it_finds_what_is_missing_doubled_and_wrong() {
        assert!(after(&[1, 2, 3, 4, 5, 6]).is_whole());
        assert_eq!(after(&[1, 2, 4, 5, 6]).missing(), 1);
        assert_eq!(after(&[1, 2, 3]).missing(), 3);
        assert_eq!(after(&[1, 2, 2, 3, 4, 5, 6]).twice(), 1);
        let mut ledger = after(&[1, 2, 3, 4, 5]);
        let mut other = event(6);
        other["body"]["current"] = json!(7);
        ledger.take(&other);
        assert_eq!((ledger.wrong(), ledger.is_whole()), (1, false));
        let mut ledger = after(&[1, 2, 3, 4, 5, 6]);
        ledger.take(&json!({"type": "lost"}));
        assert!(!ledger.is_whole());
    }

    #[test]
    fn it_tells_the_ends_apart() {
        for (line, end) in [
            (
                json!({"type": "result", "result": {"counted": 3}}),
                End::Success,
            ),
            (
                json!({"type": "result", "result": {"counted": 2}}),
                End::Other,
            ),
            (
                json!({"type": "error", "code": "INTERNAL_ERROR", "retryable": true}),
                End::Retryable,
            ),
            (
                json!({"type": "error", "code": "TIMEOUT", "retryable": true}),
                End::Other,
            ),
        ] {
            let mut ledger = Ledger::new(Some(6));
            ledger.take(&line);
            assert_eq!(ledger.end(), end, "{line}");
        }
    }
}
