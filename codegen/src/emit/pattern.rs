//! The schema's patterns (ECMA-262 with the `u` flag) in the spelling of other regex engines.
//!
//! The schema allows no look-around and no back-references, so only the classes and the end anchor differ.

/// An engine with its own spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Python's `re` on `str`.
    Python,
    /// `regex-automata`.
    Rust,
}

/// Rewrites a pattern so that the engine accepts exactly the strings that ECMA-262 accepts.
pub fn translate(pattern: &str, engine: Engine) -> String {
    let mut out = String::new();
    let mut in_class = false;
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.push_str(&escape(letters.next().unwrap_or('\\'), in_class)),
            '[' if !in_class => {
                in_class = true;
                out.push('[');
            }
            // Both engines give a second bracket a meaning of its own.
            '[' => out.push_str("\\["),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(letter);
            }
            '$' if !in_class => out.push_str(match engine {
                Engine::Python => "\\Z",
                Engine::Rust => "\\z",
            }),
            '.' if !in_class => out.push_str("[^\\n\\r\\u2028\\u2029]"),
            other => out.push(other),
        }
    }
    out
}

const SPACE: &str =
    "\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";

fn escape(letter: char, in_class: bool) -> String {
    let set = match letter {
        'd' | 'D' => "0-9",
        'w' | 'W' => "A-Za-z0-9_",
        's' | 'S' => SPACE,
        '/' => return "/".into(),
        'v' => return "\\x0b".into(),
        other => return format!("\\{other}"),
    };
    match (letter.is_ascii_lowercase(), in_class) {
        (true, true) => set.into(),
        (true, false) => format!("[{set}]"),
        (false, false) => format!("[^{set}]"),
        // Inside a class a negated set has no spelling that both engines share but its complement, in two ranges or more.
        (false, true) => match letter {
            'D' => "\\x00-/:-\\U0010ffff".into(),
            'W' => "\\x00-/:-@\\[-\\^`{-\\U0010ffff".into(),
            _ => "\\x00-\\x08\\x0e-\\x1f!-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\U0010ffff".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_and_classes_are_spelled_out() {
        assert_eq!(translate("^a$", Engine::Python), "^a\\Z");
        assert_eq!(translate("^[$.]\\d$", Engine::Rust), "^[$.][0-9]\\z");
        assert_eq!(
            translate("\\/.", Engine::Python),
            "/[^\\n\\r\\u2028\\u2029]"
        );
        assert!(translate("[\\s\\S]", Engine::Rust).starts_with("[\\t\\n"));
    }
}
