//! The switches: one thing that each spoils, and the scenario that has to catch it. They stand by section in files of their own.

use serde_json::Value;

use super::Control;

/// Changes frames of a type on their way to the client.
macro_rules! answers {
    ($kind:literal, |$frame:ident| $change:expr) => {
        |_: &mut Spoiler, mut $frame: Value, to: To| {
            if to == To::Client && $frame["type"] == $kind {
                $change;
            }
            pass($frame, to)
        }
    };
}

/// Keeps frames of a type from whoever they are for.
macro_rules! swallows {
    ($to:path, $kind:literal) => {
        |_: &mut Spoiler, frame: Value, to: To| {
            if to == $to && frame["type"] == $kind {
                Vec::new()
            } else {
                pass(frame, to)
            }
        }
    };
}

/// Changes requests of a type on their way to the runtime, as a runtime would that does not look.
macro_rules! ignores {
    ($kind:literal, |$frame:ident| $change:expr) => {
        |_: &mut Spoiler, mut $frame: Value, to: To| {
            if to == To::Runtime && $frame["type"] == $kind {
                $change;
            }
            pass($frame, to)
        }
    };
}

/// Tells the client of a type after the frame that comes next.
macro_rules! too_late {
    ($kind:literal) => {
        |spoiler: &mut Spoiler, frame: Value, to: To| {
            if to == To::Client && frame["type"] == $kind {
                spoiler.held.push_back(frame);
                return Vec::new();
            }
            match (to, spoiler.held.pop_front()) {
                (To::Client, Some(held)) => vec![(frame, to), (held, to)],
                (_, held) => {
                    spoiler.held.extend(held);
                    pass(frame, to)
                }
            }
        }
    };
}

fn remove(frame: &mut Value, pointer: &str, name: &str) {
    if let Some(members) = frame.pointer_mut(pointer).and_then(Value::as_object_mut) {
        members.remove(name);
    }
}

fn is_end(frame: &Value) -> bool {
    frame["type"] == "job.result" || frame["type"] == "job.error"
}

fn is_counted(frame: &Value) -> bool {
    is_end(frame) || frame["type"] == "job.event"
}

mod authority;
mod frames;
mod jobs;
mod sessions;

/// Every switch.
pub(super) fn all() -> Vec<Control> {
    [frames::ALL, sessions::ALL, jobs::ALL, authority::ALL].concat()
}
