//! How wire spellings and schema names become names of a language. The only place that changes case.

/// `LeaseConstraints` or `cost.budget` as `lease_constraints`, `cost_budget`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `tool_call` or `session.list_jobs` as `ToolCall`, `SessionListJobs`. Upper camel case stays as it is.
pub fn upper_camel(name: &str) -> String {
    words(name).iter().map(|word| capital(word)).collect()
}

/// `parent_job_id` as `parentJobId`.
pub fn lower_camel(name: &str) -> String {
    let camel = upper_camel(name);
    let mut letters = camel.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + letters.as_str()
    })
}

/// `JobId` or `cancel_grace_sec` as `JOB_ID`, `CANCEL_GRACE_SEC`.
pub fn screaming(name: &str) -> String {
    snake(name).to_uppercase()
}

/// `session.hello` as `session-hello`, for anchors.
pub fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// A snake-case name as a Rust identifier; keywords get `r#`, and the few that may not have it a `_`.
pub fn rust_ident(name: &str) -> String {
    let snake = snake(name);
    match snake.as_str() {
        "self" | "super" | "crate" => format!("{snake}_"),
        _ if RUST_KEYWORDS.contains(&snake.as_str()) => format!("r#{snake}"),
        _ if snake.starts_with(|first: char| first.is_ascii_digit()) => format!("_{snake}"),
        _ => snake,
    }
}

/// Whether a name is `UpperCamelCase` in ASCII.
pub fn is_upper_camel(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

/// The words of a name in lower case. A new word starts at a separator and where a capital follows a small letter or digit.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_small = false;
    let mut open = false;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            open = false;
            after_small = false;
            continue;
        }
        let capital = letter.is_ascii_uppercase();
        if !open || (capital && after_small) {
            words.push(String::new());
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.push(letter.to_ascii_lowercase());
        }
        after_small = !capital;
    }
    words
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_words() {
        assert_eq!(snake("LeaseConstraints"), "lease_constraints");
        assert_eq!(snake("cost.budget"), "cost_budget");
        assert_eq!(snake("INVALID_REQUEST"), "invalid_request");
        assert_eq!(snake("Sha256"), "sha256");
        assert_eq!(upper_camel("session.list_jobs"), "SessionListJobs");
        assert_eq!(upper_camel("ToolCall"), "ToolCall");
        assert_eq!(lower_camel("parent_job_id"), "parentJobId");
        assert_eq!(screaming("JobId"), "JOB_ID");
        assert_eq!(kebab("session.list_jobs"), "session-list-jobs");
        assert_eq!(rust_ident("type"), "r#type");
        assert_eq!(rust_ident("self"), "self_");
    }
}
