//! Runtimes that let nobody in for a while from an address that guessed too often (§14). The kit does guess, since wrong logins have to be seen
//! refused: here it finds out that it is locked out, and waits until it is let in again. Which scenarios guess is [`Scenario::guesses`].
//!
//! [`Scenario::guesses`]: crate::scenario::Scenario::guesses

use std::sync::LazyLock;
use std::time::Duration;

use regex_lite::Regex;
use tokio::time::{Instant, sleep};

use super::{Survey, survey};
use crate::driver::Stage;
use crate::outcome::Failure;
use crate::transcript::{Line, Side, What};

/// How long is waited at most. A minute is what runtimes usually let pass.
pub(super) const LONGEST: Duration = Duration::from_secs(90);
/// Between two tries.
const BETWEEN: Duration = Duration::from_secs(3);

/// How it is said, whatever the code is.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("(?i)too many|rate.?limit|throttl|try again|retry (after|later)|locked out").ok()
});

/// Whether somebody was refused for now and not for good: in words or as retryable in a `session.error`, as the close code 1013 of WebSocket
/// (try again later), or as the HTTP status 429 (too many requests).
pub(super) fn is_temporary(lines: &[Line], failure: Option<&Failure>) -> bool {
    let temporary = |what: &What| match what {
        What::Frame(frame) if frame["type"] == "session.error" => {
            let error = &frame["payload"];
            let message = error["message"].as_str().unwrap_or_default();
            error["code"] == "UNAUTHENTICATED" && error["retryable"] == true
                || WORDS.as_ref().is_some_and(|words| words.is_match(message))
        }
        What::Closed(told) => told.starts_with("1013"),
        _ => false,
    };
    failure.is_some_and(|failure| failure.seen.contains("HTTP status 429"))
        || lines
            .iter()
            .any(|line| line.from == Side::Runtime && temporary(&line.what))
}

/// Says hello, again and again while the runtime lets nobody in from here. `welcomed`: it knows the token, so it is no wrong one that it refuses.
/// Whether it had to be waited for is told beside what it says.
pub(super) async fn wait(
    stage: Stage<'_>,
    profile: &str,
    welcomed: bool,
    aside: fn(&str),
) -> (Survey, bool) {
    let deadline = Instant::now() + LONGEST;
    let mut waited = false;
    loop {
        let found = survey(stage, profile).await;
        let locked = found.temporary || welcomed && found.is_unauthenticated();
        if !locked || Instant::now() >= deadline {
            return (found, waited);
        }
        if !waited {
            aside(&format!(
                "the runtime refuses logins from this address for now; waiting up to {} s",
                LONGEST.as_secs()
            ));
        }
        waited = true;
        sleep(BETWEEN).await;
    }
}
