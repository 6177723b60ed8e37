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
