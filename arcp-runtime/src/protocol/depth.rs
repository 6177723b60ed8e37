//! Nesting, looked at before a frame is parsed: a deep frame must not cost a deep stack (§5).

use super::refusal::Refusal;

/// Refuses JSON text that nests objects and arrays deeper than `limit`. Says nothing about whether the text is JSON.
///
/// # Errors
/// `INVALID_REQUEST` with the byte where it gets too deep.
pub(super) fn check(text: &str, limit: usize) -> Result<(), Refusal> {
    // A text with fewer openings than the limit cannot be too deep; that is nearly every frame.
    let bytes = text.as_bytes();
    if bytes.len() <= limit {
        return Ok(());
    }
    let mut depth = 0;
    let mut in_string = false;
    let mut place = 0;
    while place < bytes.len() {
        match bytes[place] {
            b'\\' if in_string => place += 1,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > limit {
                    return Err(Refusal::invalid(format!(
                        "the frame nests deeper than {limit} levels at byte {place}"
                    )));
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        place += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_nesting_counts() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(check(&deep(64), 64).is_ok());
        assert!(check(&deep(65), 64).is_err());
        assert!(check(&format!("\"{}\"", deep(100)), 64).is_ok());
        assert!(check(&format!("\"\\\"{}\"", deep(100)), 64).is_ok());
        assert!(check(&"[]".repeat(500), 64).is_ok());
    }
}
