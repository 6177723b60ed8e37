//! The client's cursor into a session's event stream (§8.3): numbers start at 1 and rise by 1.
//!
//! It judges numbers; what happens to a repeat or after a gap is decided by the caller.

/// The last number that was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    last: u64,
}

/// What a number is to a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The one that was due; the cursor is on it now.
    Next,
    /// Seen before: a replay overlapped, or the peer repeats itself.
    Repeat,
    /// Numbers are missing before it; the cursor has not moved.
    Gap {
        /// The first missing number.
        from: u64,
        /// The last missing number.
        through: u64,
    },
}

impl Sequence {
    /// A cursor after `last`; 0 when nothing was received.
    pub fn after(last: u64) -> Self {
        Self { last }
    }

    /// The last number that was taken; 0 when there is none.
    pub fn last(self) -> u64 {
        self.last
    }

    /// Judges a number and, when it is the next one, moves onto it.
    pub fn observe(&mut self, event_seq: u64) -> Seen {
        let due = self.last.saturating_add(1);
        if event_seq < due {
            return Seen::Repeat;
        }
        if event_seq > due {
            return Seen::Gap {
                from: due,
                through: event_seq - 1,
            };
        }
        self.last = event_seq;
        Seen::Next
    }

    /// Gives up on what is missing before `event_seq`: the cursor is just before it.
    pub fn skip_to(&mut self, event_seq: u64) {
        self.last = self.last.max(event_seq.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_once_and_in_order() {
        let mut cursor = Sequence::default();
        assert_eq!(cursor.observe(1), Seen::Next);
        assert_eq!(cursor.observe(2), Seen::Next);
        assert_eq!(cursor.observe(2), Seen::Repeat);
        assert_eq!(cursor.observe(0), Seen::Repeat);
        assert_eq!(
            cursor.observe(5),
            Seen::Gap {
                from: 3,
                through: 4
            }
        );
        assert_eq!(cursor.last(), 2);
        cursor.skip_to(5);
        assert_eq!(cursor.observe(5), Seen::Next);
    }

    #[test]
    fn a_cursor_never_goes_back() {
        let mut cursor = Sequence::after(10);
        cursor.skip_to(3);
        assert_eq!(cursor.last(), 10);
        let mut end = Sequence::after(u64::MAX);
        assert_eq!(end.observe(u64::MAX), Seen::Next);
    }
}
