//! Halves of characters, looked for before a frame is parsed: `"\ud834"` is no text (RFC 8259 §8.2), and whoever gets it passed on
//! cannot read the frame that it is in (§5).

use super::refusal::Refusal;

/// Refuses JSON text with a `\u` escape that is half a surrogate pair. Says nothing about whether the text is JSON.
///
/// # Errors
/// `INVALID_REQUEST` with the byte where the half stands.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let bytes = text.as_bytes();
    let mut from = 0;
    // Most frames have no backslash at all.
    while let Some(place) = text[from..].find('\\').map(|at| from + at) {
        let half = |at: usize| match bytes.get(at..at + 6) {
            Some([b'\\', b'u', b'd' | b'D', kind, _, _]) => match kind {
                b'8' | b'9' | b'a' | b'b' | b'A' | b'B' => Some(true),
                b'c'..=b'f' | b'C'..=b'F' => Some(false),
                _ => None,
            },
            _ => None,
        };
        from = match half(place) {
            None => place + 2,
            Some(true) if half(place + 6) == Some(false) => place + 12,
            Some(_) => {
                return Err(Refusal::invalid(format!(
                    "half a surrogate pair at byte {place}: write both halves, or the character itself"
                )));
            }
        };
        // What follows a backslash may be a longer character in text that is no JSON.
        while !text.is_char_boundary(from.min(text.len())) {
            from += 1;
        }
        if from >= text.len() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_refused_and_pairs_are_not() {
        let whole = [
            r"\ud834\udd1e",
            r"\uD834\uDD1E",
            r"\\ud834",
            r"\\\\ud834",
            r"\u00e9",
            r"\ud7ff",
            r"\n",
            r"\é",
            r"\",
            "",
        ];
        for text in whole {
            assert!(check(text).is_ok(), "{text}");
        }
        for text in [
            r"\ud834",
            r"\udd1e",
            r"\udd1e\ud834",
            r"\\\ud834",
            r"\ud834x\udd1e",
            r"\ud834\ud834",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
