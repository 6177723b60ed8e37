//! Words around generated code: the first line of a file, comments, and prose by the line.
//!
//! It knows no syntax beyond what a caller passes in.

use crate::model::{Basis, Docs, Limit, Member, Message, Presence};

/// What the first line of every printed file says.
pub const GENERATED: &str = "@generated from schema/ by `cargo run -p codegen`; do not edit.";

/// Breaks a text into lines of at most `width` characters, at spaces.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// One sentence on each line, for Markdown.
pub fn sentences(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.trim().chars().peekable();
    let mut ticks = false;
    while let Some(letter) = letters.next() {
        out.push(letter);
        ticks ^= letter == '`';
        let ends = matches!(letter, '.' | '!' | '?') && !ticks;
        if ends && letters.peek() == Some(&' ') {
            let mut rest = letters.clone();
            rest.next();
            // A sentence starts with a capital or with code; "e.g. this" goes on.
            if rest
                .peek()
                .is_some_and(|first| first.is_uppercase() || *first == '`')
            {
                letters.next();
                out.push('\n');
            }
        }
    }
    out
}

/// The description with its section and basis: `Opens a session. (§6.2)`.
pub fn described(docs: &Docs) -> String {
    let mut text = docs.description.trim().to_owned();
    if let Some(section) = &docs.section {
        text = format!("{text} (§{section}{})", basis_note(docs.basis));
    } else if docs.basis != Basis::Spec {
        text = format!(
            "{text} ({})",
            basis_note(docs.basis).trim_start_matches(", ")
        );
    }
    text
}

fn basis_note(basis: Basis) -> &'static str {
    match basis {
        Basis::Spec => "",
        Basis::Draft02 => ", draft-02",
        Basis::Ours => ", an addition",
    }
}

/// What a reader of a member has to know, a sentence on each line.
pub fn member_notes(member: &Member) -> Vec<String> {
    let mut notes = vec![described(&member.docs)];
    if let Presence::Default(json) = &member.presence {
        notes.push(format!("When missing: `{json}`."));
    }
    if let Some(other) = &member.fallback {
        notes.push(format!("Read from `{other}` when missing."));
    }
    if let Some(feature) = &member.feature {
        notes.push(format!("Needs the feature `{feature}`."));
    }
    if member.null_is_written {
        notes.push("Always sent; null when there is none.".into());
    } else if let Some(send) = &member.send {
        notes.push(format!("Sent: {}.", send.trim_end_matches('.')));
    }
    if let Some(unit) = &member.unit {
        notes.push(format!("Unit: {unit}."));
    }
    notes.retain(|note| !note.is_empty());
    notes
}

/// What a reader of a message has to know, a sentence on each line.
pub fn message_notes(message: &Message) -> Vec<String> {
    let mut notes = vec![format!("`{}`: {}", message.wire, described(&message.docs))];
    if let Some(feature) = &message.feature {
        notes.push(format!("Needs the feature `{feature}`."));
    }
    notes
}

/// What a reader of a limit has to know, a sentence on each line.
pub fn limit_notes(limit: &Limit) -> [String; 2] {
    [described(&limit.docs), format!("Unit: {}.", limit.unit)]
}

/// A text as a JSON string, which TypeScript and Python read as well.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A rendered template with exactly one newline at its end.
pub fn finished(rendered: &str) -> Vec<u8> {
    format!("{}\n", rendered.trim_end()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_gets_a_line() {
        assert_eq!(
            sentences("Opens it. `a.b` is set, e.g. now. Done."),
            "Opens it.\n`a.b` is set, e.g. now.\nDone."
        );
        assert_eq!(sentences("See `x. Y` there."), "See `x. Y` there.");
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
    }
}
