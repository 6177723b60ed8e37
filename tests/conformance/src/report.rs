//! Results for people and machines.
use crate::library::Library;
use crate::run::Played;

/// What a person reads.
pub fn terminal(library: &Library, played: &[Played]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for one in played {
        if let Some(failure) = one.outcome.failure() {
            let _ = writeln!(
                text,
                "FAIL {} ({} ms)\n  step {}\n  expected {}\n  seen     {}",
                one.outcome.scenario,
                one.outcome.took_ms,
                failure.step,
                failure.expected,
                failure.seen
            );
            for rule in &failure.rules {
                let _ = writeln!(text, "  {rule}: {}", library.text_of(rule));
            }
        }
    }
    let passed = played.iter().filter(|one| one.outcome.passed()).count();
    let failed = played
        .iter()
        .filter(|one| one.outcome.failure().is_some())
        .count();
    let _ = writeln!(
        text,
        "{passed} passed, {failed} failed, {} not applicable",
        played.len() - passed - failed
    );
    text
}
