// @generated from schema/ by codegen; do not edit
//! The grammars of strings, computed from the patterns of the schema: loops over one class of bytes, and small automata.
//!
//! Private: the types in the other modules use them. No regular expression is interpreted at run time.

/// Whether a text has `min` to `max` characters. A text has at most as many characters as bytes.
pub(crate) fn length(text: &str, min: u32, max: u32) -> bool {
    let at_most = |count: usize| u32::try_from(count).is_ok_and(|count| count <= max);
    let at_least = |count: usize| u32::try_from(count).is_ok_and(|count| count >= min);
    if text.is_ascii() || (max == u32::MAX && min <= 1) {
        return at_least(text.len()) && at_most(text.len());
    }
    let count = text.chars().count();
    at_least(count) && at_most(count)
}

/// An automaton over bytes. State 0 accepts nothing any more.
#[allow(dead_code, reason = "a schema may need no automaton")]
struct Automaton<const CLASSES: usize, const STATES: usize> {
    /// The class of each byte.
    classes: [u8; 256],
    /// The next state by state and class.
    next: [[u8; CLASSES]; STATES],
    /// Whether a text may end in a state.
    accepts: [bool; STATES],
}

#[allow(dead_code, reason = "a schema may need no automaton")]
impl<const CLASSES: usize, const STATES: usize> Automaton<CLASSES, STATES> {
    fn accepts(&self, text: &str) -> bool {
        let mut state = 1;
        for byte in text.bytes() {
            let class = usize::from(self.classes[usize::from(byte)]);
            state = usize::from(self.next[state][class]);
            if state == 0 {
                return false;
            }
        }
        self.accepts[state]
    }
}

/// Whether a text fits: it must have 1 to 256 characters and match `^[a-z0-9][a-z0-9._-]*$`.
pub(crate) fn agent_name(text: &str) -> bool {
    static TABLE: Automaton<3, 3> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\0\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [*b"\0\0\0", *b"\0\0\x02", *b"\0\x02\x02"],
        accepts: [false, false, true],
    };
    length(text, 1u32, 256u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[a-z0-9][a-z0-9._-]*(@[a-zA-Z0-9.+_-]+)?$`.
pub(crate) fn agent_ref(text: &str) -> bool {
    static TABLE: Automaton<5, 5> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x02\x02\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\0\0\0\0\0\x04\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\0\0\0\0\x02\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0\0",
            *b"\0\0\0\x02\0",
            *b"\0\0\x02\x02\x03",
            *b"\0\x04\x04\x04\0",
            *b"\0\x04\x04\x04\0",
        ],
        accepts: [false, false, true, false, true],
    };
    length(text, 1u32, 256u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[a-zA-Z0-9.+_-]+$`.
pub(crate) fn agent_version(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text
            .bytes()
            .fold(
                true,
                |fits, byte| {
                    fits
                        & matches!(
                            byte, b'+' | b'-'..= b'.' | b'0'..= b'9' | b'A'..= b'Z' |
                            b'_' | b'a'..= b'z'
                        )
                },
            )
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn call_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have at most 128 characters.
pub(crate) fn credential_credential_scheme(text: &str) -> bool {
    length(text, 0u32, 128u32)
}
/// Whether a text fits: it must have 1 to 65536 characters.
pub(crate) fn credential_credential_value(text: &str) -> bool {
    length(text, 1u32, 65536u32)
}
/// Whether a text fits: it must have 8 to 2048 characters and match `^https?://\S+$`.
pub(crate) fn credential_endpoint(text: &str) -> bool {
    static TABLE: Automaton<30, 25> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\x01\x01\x01\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\x05\0\0\x06\x07\0\0\0\0\0\0\0\0\0\0\0\x08\t\n\n\n\x0B\n\n\n\n\n\x0C\x0C\x0C\x0C\x0C\r\r\r\r\r\r\r\r\r\r\x0E\r\r\r\r\x0F\x10\x11\x11\x11\x11\x11\x11\x11\x12\x12\x11\x11\x11\x11\x11\x12\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x01\x01\x13\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x14\x15\x16\x17\x18\x19\x19\x19\x19\x19\x19\x19\x19\x19\x1A\x19\x19\x1B\x1C\x1C\x1C\x1D\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x06\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\t\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\n\0\n\n\n\n\n\n\0\0\0\0\0\0\0\0\0\0\0\x0B\x0C\r\x0E\x0F\x10\x11\x12\x13\x14\x15",
            *b"\n\0\n\n\n\n\n\n\0\0\0\0\0\0\0\0\0\0\0\x0B\x0C\r\x0E\x0F\x10\x11\x12\x13\x14\x15",
            *b"\0\0\0\0\0\0\0\0\n\n\n\0\n\n\n\n\0\n\n\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\n\n\n\n\n\n\n\n\n\n\n\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0C\x0C\x0C\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x0C\x0C\x0C\x0C\x0C\x0C\x16\x0C\x0C\x0C\x0C\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x17\x18\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x16\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x0C\x0C\x0C\x0C\x0C\x0C\x0C\x0C\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\x11\x11\x11\x11\x11\x11\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x11\x11\x11\x11\x11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\n\n\n\n\n\n\n\n\n\n\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\n\n\n\n\n\n\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\n\n\n\n\n\n\n\0\n\n\n\0\0\0\0\0\0\0\0\0\0\0",
        ],
        accepts: [
            false, false, false, false, false, false, false, false, false, false, true,
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false,
        ],
    };
    length(text, 8u32, 2048u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn credential_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have 1 to 32 characters and match `^[A-Za-z][A-Za-z0-9_-]*$`.
pub(crate) fn currency(text: &str) -> bool {
    static TABLE: Automaton<3, 3> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\0\0\0\0\0\0\0\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\0\0\0\0\x01\0\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [*b"\0\0\0", *b"\0\0\x02", *b"\0\x02\x02"],
        accepts: [false, false, true],
    };
    length(text, 1u32, 32u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 4096 characters and match `^[!-~]+$`.
pub(crate) fn cursor(text: &str) -> bool {
    (1..=4096).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn delegate_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must match `^1(\.[0-9]+)?$`.
pub(crate) fn envelope_version(text: &str) -> bool {
    static TABLE: Automaton<4, 5> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x02\x03\x02\x02\x02\x02\x02\x02\x02\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0",
            *b"\0\0\0\x02",
            *b"\0\x03\0\0",
            *b"\0\0\x04\x04",
            *b"\0\0\x04\x04",
        ],
        accepts: [false, false, true, false, true],
    };
    TABLE.accepts(text)
}
/// Whether a text fits: it must have at most 128 characters.
pub(crate) fn error_error_code(text: &str) -> bool {
    length(text, 0u32, 128u32)
}
/// Whether a text fits: it must have 1 to 256 characters.
pub(crate) fn event_dimension_name(text: &str) -> bool {
    length(text, 1u32, 256u32)
}
/// Whether a text fits: it must have 1 to 128 characters.
pub(crate) fn event_event_kind(text: &str) -> bool {
    length(text, 1u32, 128u32)
}
/// Whether a text fits: it must have at most 64 characters and match `^[\s\S]+$`.
pub(crate) fn event_log_level(text: &str) -> bool {
    length(text, 1u32, 64u32)
        && text
            .bytes()
            .fold(
                true,
                |fits, byte| fits & matches!(byte, b'\0'..= b'\x7F' | b'\x80'..= b'\xff'),
            )
}
/// Whether a text fits: it must have at most 128 characters and match `^[\s\S]+$`.
pub(crate) fn event_status_phase(text: &str) -> bool {
    length(text, 1u32, 128u32)
        && text
            .bytes()
            .fold(
                true,
                |fits, byte| fits & matches!(byte, b'\0'..= b'\x7F' | b'\x80'..= b'\xff'),
            )
}
/// Whether a text fits: it must have 20 to 30 characters and match `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?Z$`.
pub(crate) fn expiry(text: &str) -> bool {
    static TABLE: Automaton<13, 37> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\x03\x04\x05\x06\x07\x07\x08\t\t\t\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0B\0\0\0\0\0\x0C\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x02\x02\x02\x02\x02\x02\x02\0\0\0",
            *b"\0\0\0\x03\x03\x03\x03\x03\x03\x03\0\0\0",
            *b"\0\0\0\x04\x04\x04\x04\x04\x04\x04\0\0\0",
            *b"\0\0\0\x05\x05\x05\x05\x05\x05\x05\0\0\0",
            *b"\0\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x07\x08\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\t\t\t\t\t\t\0\0\0",
            *b"\0\0\0\t\t\t\0\0\0\0\0\0\0",
            *b"\0\n\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x0B\x0C\x0C\r\0\0\0\0\0\0",
            *b"\0\0\0\0\x0E\x0E\x0E\x0E\x0E\x0E\0\0\0",
            *b"\0\0\0\x0E\x0E\x0E\x0E\x0E\x0E\x0E\0\0\0",
            *b"\0\0\0\x0E\x0E\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\x0F\0",
            *b"\0\0\0\x10\x10\x11\0\0\0\0\0\0\0",
            *b"\0\0\0\x12\x12\x12\x12\x12\x12\x12\0\0\0",
            *b"\0\0\0\x12\x12\x12\x12\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\x13\0\0",
            *b"\0\0\0\x14\x14\x14\x14\x14\0\0\0\0\0",
            *b"\0\0\0\x15\x15\x15\x15\x15\x15\x15\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\x16\0\0",
            *b"\0\0\0\x17\x17\x17\x17\x17\x18\0\0\0\0",
            *b"\0\0\0\x19\x19\x19\x19\x19\x19\x19\0\0\0",
            *b"\0\0\0\x19\0\0\0\0\0\0\0\0\0",
            *b"\0\0\x1A\0\0\0\0\0\0\0\0\0\x1B",
            *b"\0\0\0\x1C\x1C\x1C\x1C\x1C\x1C\x1C\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x1D\x1D\x1D\x1D\x1D\x1D\x1D\0\0\x1B",
            *b"\0\0\0\x1E\x1E\x1E\x1E\x1E\x1E\x1E\0\0\x1B",
            *b"\0\0\0\x1F\x1F\x1F\x1F\x1F\x1F\x1F\0\0\x1B",
            *b"\0\0\0       \0\0\x1B",
            *b"\0\0\0!!!!!!!\0\0\x1B",
            *b"\0\0\0\"\"\"\"\"\"\"\0\0\x1B",
            *b"\0\0\0#######\0\0\x1B",
            *b"\0\0\0$$$$$$$\0\0\x1B",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\x1B",
        ],
        accepts: [
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, true, false, false, false, false, false,
            false, false, false, false,
        ],
    };
    length(text, 20u32, 30u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 256 characters.
pub(crate) fn idempotency_key(text: &str) -> bool {
    length(text, 1u32, 256u32)
}
/// Whether a text fits: it must have at most 128 characters.
pub(crate) fn job_final_status(text: &str) -> bool {
    length(text, 0u32, 128u32)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn job_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have at most 128 characters.
pub(crate) fn job_job_status(text: &str) -> bool {
    length(text, 0u32, 128u32)
}
/// Whether a text fits: it must have 3 to 61 characters and match `^[A-Za-z][A-Za-z0-9_-]{0,31}:[0-9]{1,18}(\.[0-9]{1,9})?$`.
pub(crate) fn lease_amount(text: &str) -> bool {
    static TABLE: Automaton<6, 63> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x04\0\0\0\0\0\0\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\0\0\0\0\x01\0\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x02",
            *b"\0\x03\0\x03\x04\x03",
            *b"\0\x05\0\x05\x04\x05",
            *b"\0\0\0\x06\0\0",
            *b"\0\x07\0\x07\x04\x07",
            *b"\0\0\x08\t\0\0",
            *b"\0\n\0\n\x04\n",
            *b"\0\0\0\x0B\0\0",
            *b"\0\0\x08\x0C\0\0",
            *b"\0\r\0\r\x04\r",
            *b"\0\0\0\x0E\0\0",
            *b"\0\0\x08\x0F\0\0",
            *b"\0\x10\0\x10\x04\x10",
            *b"\0\0\0\x11\0\0",
            *b"\0\0\x08\x12\0\0",
            *b"\0\x13\0\x13\x04\x13",
            *b"\0\0\0\x14\0\0",
            *b"\0\0\x08\x15\0\0",
            *b"\0\x16\0\x16\x04\x16",
            *b"\0\0\0\x17\0\0",
            *b"\0\0\x08\x18\0\0",
            *b"\0\x19\0\x19\x04\x19",
            *b"\0\0\0\x1A\0\0",
            *b"\0\0\x08\x1B\0\0",
            *b"\0\x1C\0\x1C\x04\x1C",
            *b"\0\0\0\x1D\0\0",
            *b"\0\0\x08\x1E\0\0",
            *b"\0\x1F\0\x1F\x04\x1F",
            *b"\0\0\0 \0\0",
            *b"\0\0\x08!\0\0",
            *b"\0\"\0\"\x04\"",
            *b"\0\0\0#\0\0",
            *b"\0\0\x08$\0\0",
            *b"\0%\0%\x04%",
            *b"\0\0\0\0\0\0",
            *b"\0\0\x08&\0\0",
            *b"\0'\0'\x04'",
            *b"\0\0\x08(\0\0",
            *b"\0)\0)\x04)",
            *b"\0\0\x08*\0\0",
            *b"\0+\0+\x04+",
            *b"\0\0\x08,\0\0",
            *b"\0-\0-\x04-",
            *b"\0\0\x08.\0\0",
            *b"\0/\0/\x04/",
            *b"\0\0\x080\0\0",
            *b"\x001\x001\x041",
            *b"\0\0\x082\0\0",
            *b"\x003\x003\x043",
            *b"\0\0\x08\0\0\0",
            *b"\x004\x004\x044",
            *b"\x005\x005\x045",
            *b"\x006\x006\x046",
            *b"\x007\x007\x047",
            *b"\08\08\x048",
            *b"\09\09\x049",
            *b"\0:\0:\x04:",
            *b"\0;\0;\x04;",
            *b"\0<\0<\x04<",
            *b"\0=\0=\x04=",
            *b"\0>\0>\x04>",
            *b"\0\0\0\0\x04\0",
        ],
        accepts: [
            false, false, false, false, false, false, true, false, false, true, false,
            true, true, false, true, true, false, true, true, false, true, true, false,
            true, true, false, true, true, false, true, true, false, true, true, false,
            true, true, false, true, false, true, false, true, false, true, false, true,
            false, true, false, true, false, false, false, false, false, false, false,
            false, false, false, false, false,
        ],
    };
    length(text, 3u32, 61u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have at most 128 characters and match `^(fs\.read|fs\.write|net\.fetch|tool\.call|agent\.delegate|cost\.budget|model\.use|x-vendor(\.[a-z0-9_-]+)+)$`.
pub(crate) fn lease_capability_name(text: &str) -> bool {
    static TABLE: Automaton<24, 67> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\0\x04\x05\x06\x07\x08\t\n\x0B\x0C\x03\x03\r\x0E\x0F\x10\x03\x03\x11\x12\x13\x14\x15\x16\x17\x03\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x02\0\x03\0\0\x04\0\0\0\0\x05\x06\0\0\0\x07\0\0\0\x08",
            *b"\0\0\0\0\0\0\0\0\0\0\t\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\n\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0B\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0C\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\r\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0E\0\0\0\0\0\0\0",
            *b"\0\x0F\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x11\0\0\0\0\0",
            *b"\0\0\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\x13\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x15\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x16\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x17\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x18\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x19\0\0\0\0\x1A\0",
            *b"\0\0\0\0\0\0\0\0\x1B\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\x1C\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\x1D\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\x1E\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x1F\0\0\0\0",
            *b"\0\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\"\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0#\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0$\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0%\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0&\0\0\0\0\0\0\0\0",
            *b"\0\0'\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0(\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0)\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0*\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0+\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0,\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0-\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0.\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0/\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x000\0\0\0",
            *b"\0\0\0\0\0\0\x001\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x002\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x003\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x004\0\0\0\0",
            *b"\0\0\0\x005\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x006\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\x007\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\x001\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x002\0\0\0\0\0",
            *b"\0\0\0\0\0\09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0:\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0;\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0<\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0=\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\x001\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\x001\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0>\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0?\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0@\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0A\0AAAAAAAAAAAAAAAAAAAAA",
            *b"\0\0\0\0\0\0\0\0\0\0B\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x001\0\0\0\0",
            *b"\0A>AAAAAAAAAAAAAAAAAAAAA",
            *b"\0\0\0\0*\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ],
        accepts: [
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, true, false, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false, true,
            false,
        ],
    };
    length(text, 0u32, 128u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 4096 characters and match `^[^\x00]+$`.
pub(crate) fn lease_pattern(text: &str) -> bool {
    length(text, 1u32, 4096u32)
        && text
            .bytes()
            .fold(
                true,
                |fits, byte| {
                    fits & matches!(byte, b'\x01'..= b'\x7F' | b'\x80'..= b'\xff')
                },
            )
}
/// Whether a text fits: it must have 3 to 256 characters and match `^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?$`.
pub(crate) fn media_type(text: &str) -> bool {
    static TABLE: Automaton<29, 21> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\x01\x02\x01\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x03\0\x03\x03\0\x03\0\0\0\0\x03\0\x03\x03\x04\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\x05\0\0\0\0\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\0\0\x03\x03\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\0\0\0\0\x06\x07\x08\x08\x08\t\x08\x08\x08\x08\x08\n\n\n\n\n\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0C\x0B\x0B\x0B\x0B\r\x0E\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x10\x10\x0F\x0F\x0F\x0F\x0F\x10\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x0F\x11\x11\x12\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x13\x14\x15\x16\x17\x18\x18\x18\x18\x18\x18\x18\x18\x18\x19\x18\x18\x1A\x1B\x1B\x1B\x1C\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x02\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\x05\x05\x04\0\x06\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\x08\t\n\0\0\0\0\0",
            *b"\0\x05\x05\0\0\x06\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\x08\t\n\0\0\0\0\0",
            *b"\x06\x06\0\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0\0\x0B\x0B\x0C\r\r\r\r\x0E\x0F\x10\x11",
            *b"\0\0\0\0\0\0\0\0\0\x05\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x13\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x06\x06\x06\x06\x06\x06\x06\x06\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0B\x0B\x0B\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\r\r\r\r\r\r\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\r\r\r\r\r\r\r\r\r\r\r\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\r\r\r\r\r\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x05\x05\x05\x05\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ],
        accepts: [
            false, false, false, false, true, false, true, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false,
        ],
    };
    length(text, 3u32, 256u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn message_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have 1 to 128 characters.
pub(crate) fn message_message_type(text: &str) -> bool {
    length(text, 1u32, 128u32)
}
/// Whether a text fits: it must have 1 to 256 characters.
pub(crate) fn nonce(text: &str) -> bool {
    length(text, 1u32, 256u32)
}
/// Whether a text fits: it must have 1 to 512 characters.
pub(crate) fn resolved_agent(text: &str) -> bool {
    length(text, 1u32, 512u32)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn result_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have 1 to 4096 characters and match `^[!-~]+$`.
pub(crate) fn resume_token(text: &str) -> bool {
    (1..=4096).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have at most 16384 characters.
pub(crate) fn session_bearer_token(text: &str) -> bool {
    length(text, 0u32, 16384u32)
}
/// Whether a text fits: it must have at most 128 characters.
pub(crate) fn session_encoding(text: &str) -> bool {
    length(text, 0u32, 128u32)
}
/// Whether a text fits: it must have at most 128 characters.
pub(crate) fn session_feature(text: &str) -> bool {
    length(text, 0u32, 128u32)
}
/// Whether a text fits: it must have 1 to 256 characters and match `^[!-~]+$`.
pub(crate) fn session_id(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().fold(true, |fits, byte| fits & matches!(byte, b'!'..= b'~'))
}
/// Whether a text fits: it must have 64 characters and match `^[0-9A-Fa-f]{64}$`.
pub(crate) fn sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .fold(
                true,
                |fits, byte| {
                    fits & matches!(byte, b'0'..= b'9' | b'A'..= b'F' | b'a'..= b'f')
                },
            )
}
/// Whether a text fits: it must have 20 to 64 characters and match `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`.
pub(crate) fn timestamp(text: &str) -> bool {
    static TABLE: Automaton<14, 35> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x02\x03\0\x04\x05\x06\x07\x08\x08\t\n\n\n\x0B\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0C\0\0\0\0\0\r\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0C\0\0\0\0\0\r\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x02\x02\x02\x02\x02\x02\x02\0\0\0",
            *b"\0\0\0\0\x03\x03\x03\x03\x03\x03\x03\0\0\0",
            *b"\0\0\0\0\x04\x04\x04\x04\x04\x04\x04\0\0\0",
            *b"\0\0\0\0\x05\x05\x05\x05\x05\x05\x05\0\0\0",
            *b"\0\0\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x07\x08\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\t\t\t\t\t\t\0\0\0",
            *b"\0\0\0\0\t\t\t\0\0\0\0\0\0\0",
            *b"\0\0\n\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x0B\x0C\x0C\r\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x0E\x0E\x0E\x0E\x0E\x0E\0\0\0",
            *b"\0\0\0\0\x0E\x0E\x0E\x0E\x0E\x0E\x0E\0\0\0",
            *b"\0\0\0\0\x0E\x0E\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\x0F\0",
            *b"\0\0\0\0\x10\x10\x11\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x12\x12\x12\x12\x12\x12\x12\0\0\0",
            *b"\0\0\0\0\x12\x12\x12\x12\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\x13\0\0",
            *b"\0\0\0\0\x14\x14\x14\x14\x14\0\0\0\0\0",
            *b"\0\0\0\0\x15\x15\x15\x15\x15\x15\x15\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\x16\0\0",
            *b"\0\0\0\0\x17\x17\x17\x17\x17\x18\0\0\0\0",
            *b"\0\0\0\0\x19\x19\x19\x19\x19\x19\x19\0\0\0",
            *b"\0\0\0\0\x19\0\0\0\0\0\0\0\0\0",
            *b"\0\x1A\x1A\x1B\0\0\0\0\0\0\0\0\0\x1C",
            *b"\0\0\0\0\x1D\x1D\x1E\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x1F\x1F\x1F\x1F\x1F\x1F\x1F\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0       \0\0\0",
            *b"\0\0\0\0    \0\0\0\0\0\0",
            *b"\0\x1A\x1A\0\x1F\x1F\x1F\x1F\x1F\x1F\x1F\0\0\x1C",
            *b"\0\0\0\0\0\0\0\0\0\0\0!\0\0",
            *b"\0\0\0\0\"\"\"\"\"\0\0\0\0\0",
            *b"\0\0\0\0\x1C\x1C\x1C\x1C\x1C\x1C\x1C\0\0\0",
        ],
        accepts: [
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false, false, false, true, false, false, false, false,
            false, false,
        ],
    };
    length(text, 20u32, 64u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have at most 256 characters.
pub(crate) fn trace_id(text: &str) -> bool {
    length(text, 0u32, 256u32)
}
/// Whether a text fits: it must have 3 to 8192 characters and match `^[A-Za-z][A-Za-z0-9+.-]*:\S+$`.
pub(crate) fn uri(text: &str) -> bool {
    static TABLE: Automaton<27, 19> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\x01\x01\x01\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x02\x02\0\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x03\0\0\0\0\0\0\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\0\0\0\0\0\0\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\0\0\0\0\0\x05\x06\x07\x07\x07\x08\x07\x07\x07\x07\x07\t\t\t\t\t\n\n\n\n\n\n\n\n\n\n\x0B\n\n\n\n\x0C\r\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0F\x0F\x0E\x0E\x0E\x0E\x0E\x0F\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x0E\x01\x01\x10\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x12\x13\x14\x15\x16\x16\x16\x16\x16\x16\x16\x16\x16\x17\x16\x16\x18\x19\x19\x19\x1A\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\x02\x03\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\x04\0\x04\x04\x04\0\0\0\0\0\0\0\0\0\0\0\x05\x06\x07\x08\t\n\x0B\x0C\r\x0E\x0F",
            *b"\x04\0\x04\x04\x04\0\0\0\0\0\0\0\0\0\0\0\x05\x06\x07\x08\t\n\x0B\x0C\r\x0E\x0F",
            *b"\0\0\0\0\0\x04\x04\x04\0\x04\x04\x04\x04\0\x04\x04\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x06\x06\x06\x06\x06\x06\x10\x06\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x11\x12\x06\x06\x06\x06\x06\x06\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x10\x06\x06\x06\x06\x06\x06\x06\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x06\x06\x06\x06\x06\x06\x06\x06\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x06\x06\x06\x06\x06\x06\x06\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\x0B\x0B\x0B\x0B\x0B\x0B\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x0B\x0B\x0B\x0B\x0B\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\x04\x04\x04\x04\x04\x04\0\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\x04\x04\x04\x04\x04\x04\x04\0\x04\x04\x04\0\0\0\0\0\0\0\0\0\0\0",
        ],
        accepts: [
            false, false, false, false, true, false, false, false, false, false, false,
            false, false, false, false, false, false, false, false,
        ],
    };
    length(text, 3u32, 8192u32) && TABLE.accepts(text)
}
/// Whether a text fits: it must have 10 to 128 characters and match `^x-vendor(\.[a-z0-9_-]+)+$`.
pub(crate) fn vendor_name(text: &str) -> bool {
    static TABLE: Automaton<11, 12> = Automaton {
        classes: *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\0\x03\x03\x03\x04\x05\x03\x03\x03\x03\x03\x03\x03\x03\x06\x07\x03\x03\x08\x03\x03\x03\t\x03\n\x03\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        next: [
            *b"\0\0\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\0\x02",
            *b"\0\x03\0\0\0\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\0\0\x04\0",
            *b"\0\0\0\0\0\x05\0\0\0\0\0",
            *b"\0\0\0\0\0\0\x06\0\0\0\0",
            *b"\0\0\0\0\x07\0\0\0\0\0\0",
            *b"\0\0\0\0\0\0\0\x08\0\0\0",
            *b"\0\0\0\0\0\0\0\0\t\0\0",
            *b"\0\0\n\0\0\0\0\0\0\0\0",
            *b"\0\x0B\0\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B",
            *b"\0\x0B\n\x0B\x0B\x0B\x0B\x0B\x0B\x0B\x0B",
        ],
        accepts: [
            false, false, false, false, false, false, false, false, false, false, false,
            true,
        ],
    };
    length(text, 10u32, 128u32) && TABLE.accepts(text)
}
