//! Text of others in logs and names of spans (§14): on one line, without anything that steers a terminal, and not without end.
//!
//! What a peer, an issuer or a gateway says goes into a log only in one of these. Frames carry it as it is.

use std::fmt::{self, Write as _};

use crate::limits::SHOWN_CHARS;

/// Between quotation marks, so that it cannot pass for another field of its line.
pub(crate) struct Shown<T>(pub T);

/// Without them, for a part of a longer text.
pub(crate) struct Escaped<T>(pub T);

impl<T: fmt::Display> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped(&self.0))
    }
}

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut escaping = Escaping {
            to: f,
            left: SHOWN_CHARS,
        };
        // Cutting it ends what would be written, which is no failure.
        let written = write!(escaping, "{}", self.0);
        if escaping.left == 0 && written.is_err() {
            return f.write_char('…');
        }
        written
    }
}

struct Escaping<'a, 'f> {
    to: &'a mut fmt::Formatter<'f>,
    left: usize,
}

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.left == 0 {
                return Err(fmt::Error);
            }
            self.left -= 1;
            match character {
                '\'' => self.to.write_char(character)?,
                // Marks that turn the direction of text can hide what a line says, and these two end a line for some.
                '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    write!(self.to, "{}", character.escape_unicode())?;
                }
                _ => write!(self.to, "{}", character.escape_debug())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_stays_on_its_line_and_between_its_marks() {
        for (said, shown) in [
            ("plain text, it's all", r#""plain text, it's all""#),
            ("a\nb\r\tc\0", r#""a\nb\r\tc\0""#),
            ("\u{1b}[2J\u{9b}1m\u{7f}", r#""\u{1b}[2J\u{9b}1m\u{7f}""#),
            (r#"x" who=alice \"#, r#""x\" who=alice \\""#),
            (
                "\u{202e}\u{2028}\u{2066}é",
                r#""\u{202e}\u{2028}\u{2066}é""#,
            ),
            ("", r#""""#),
        ] {
            assert_eq!(Shown(said).to_string(), shown);
        }
    }

    #[test]
    fn what_is_long_is_cut() {
        let most = "x".repeat(SHOWN_CHARS);
        assert_eq!(Escaped(&most).to_string(), most);
        let more = format!("{most}y");
        assert_eq!(Escaped(&more).to_string(), format!("{most}…"));
        assert_eq!(Shown(&more).to_string(), format!("\"{most}…\""));
    }
}
