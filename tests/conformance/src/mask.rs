//! Secrets in transcripts and reports: each becomes a mark that is the same wherever the same secret stands, so that a value that was
//! told twice is still seen. The key of the marks is made at random for each run and forgotten with it: nobody gets a secret back from its mark.
//!
//! It knows bearer tokens, resume tokens and the values of credentials; it decides nothing about them, that is [`crate::invariant`].

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::matcher::CUT;
use crate::transcript::{Line, What};

/// A shorter secret is a word that occurs by chance: it is masked where secrets stand, and nowhere else.
pub(crate) const A_WORD: usize = 16;

/// Where secrets stand in a payload.
const PLACES: [&str; 6] = [
    "/payload/auth/token",
    "/payload/resume_token",
    "/payload/resume/resume_token",
    "/payload/details/resume_token",
    "/payload/body/value",
    "/payload/credentials",
];

/// Replaces secrets by marks.
#[derive(Debug, Default)]
pub struct Mask {
    key: RandomState,
    /// Secrets that are looked for in what is no frame and in reports, the longest first.
    known: Vec<String>,
}

impl Mask {
    /// A mask that knows some secrets from the start, for example the principals' tokens.
    pub fn knowing<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut mask = Self::default();
        mask.known.extend(secrets.into_iter().map(str::to_owned));
        mask.known.retain(|secret| secret.len() >= A_WORD);
        mask
    }

    /// The lines with marks in place of secrets. What is found in them is known from then on.
    pub fn lines(&mut self, lines: &[Line]) -> Vec<Line> {
        let mut secrets = BTreeSet::new();
        for line in lines {
            if let Some(frame) = frame(&line.what) {
                find(&frame, &mut secrets);
            }
        }
        let mut here: Vec<String> = secrets.into_iter().collect();
        longest_first(&mut here);
        self.known.extend(here.iter().cloned());
        longest_first(&mut self.known);
        let masked = lines.iter().map(|line| Line {
            what: self.what(&line.what, &here),
            ..line.clone()
        });
        masked.collect()
    }

    /// Text of a report, with marks in place of every secret that is known by now, and of the part of one before which the text was cut.
    pub fn text(&self, text: &str) -> String {
        let masked = self.replace(text, &self.known);
        let pieces = masked.split(CUT).map(|piece| self.without_a_part(piece));
        pieces.collect::<Vec<_>>().join(&CUT.to_string())
    }

    fn without_a_part(&self, piece: &str) -> String {
        for secret in &self.known {
            let part = secret
                .char_indices()
                .rev()
                .map(|(end, _)| &secret[..end])
                .take_while(|part| part.len() >= A_WORD / 2)
                .find(|part| piece.ends_with(part));
            if let Some(part) = part {
                let whole = &piece[..piece.len() - part.len()];
                return format!("{whole}{}", self.mark(secret));
            }
        }
        piece.to_owned()
    }

    /// The mark of a secret. A short secret has a short mark, so that whoever leaves out short secrets leaves it out too.
    fn mark(&self, secret: &str) -> String {
        // What was masked before keeps its mark, so that it is found in its file.
        let digits = secret.strip_prefix("***").unwrap_or_default();
        if matches!(digits.len(), 8 | 16) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return secret.to_owned();
        }
        let hash = self.key.hash_one(secret);
        if secret.len() < A_WORD {
            format!("***{:08x}", hash & 0xffff_ffff)
        } else {
            format!("***{hash:016x}")
        }
    }

    fn replace(&self, text: &str, secrets: &[String]) -> String {
        let mut masked = text.to_owned();
        for secret in secrets {
            if masked.contains(secret.as_str()) {
                masked = masked.replace(secret.as_str(), &self.mark(secret));
            }
        }
        masked
    }

    fn what(&self, what: &What, secrets: &[String]) -> What {
        match what {
            What::Frame(frame) => {
                let mut frame = frame.clone();
                self.short(&mut frame);
                self.value(&mut frame, secrets);
                What::Frame(frame)
            }
            // Here a secret may stand that no frame has shown.
            What::Text(text) => What::Text(self.replace(text, &self.known)),
            What::Binary(bytes) => match plain(bytes) {
                Some(text) => {
                    let masked = match serde_json::from_str::<Value>(&text) {
                        Ok(mut frame) => {
                            self.short(&mut frame);
                            frame.to_string()
                        }
                        Err(_) => text,
                    };
                    What::Binary(STANDARD.encode(self.replace(&masked, &self.known)))
                }
                None => what.clone(),
            },
            What::Closed(reason) => What::Closed(self.replace(reason, secrets)),
            What::Opened(_) => what.clone(),
        }
    }

    /// Masks what is too short to be looked for everywhere.
    fn short(&self, frame: &mut Value) {
        each(frame, &mut |secret| {
            if !secret.is_empty() && secret.len() < A_WORD {
                *secret = self.mark(secret);
            }
        });
    }

    fn value(&self, value: &mut Value, secrets: &[String]) {
        match value {
            Value::String(text) => *text = self.replace(text, secrets),
            Value::Array(list) => list.iter_mut().for_each(|item| self.value(item, secrets)),
            Value::Object(members) => {
                let named = secrets
                    .iter()
                    .any(|secret| members.keys().any(|name| name.contains(secret.as_str())));
                if named {
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, member)| (self.replace(&name, secrets), member))
                        .collect();
                }
                members
                    .values_mut()
                    .for_each(|member| self.value(member, secrets));
            }
            _ => {}
        }
    }
}

fn longest_first(secrets: &mut Vec<String>) {
    secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    secrets.dedup();
}

/// What a line holds of JSON.
fn frame(what: &What) -> Option<Value> {
    match what {
        What::Frame(frame) => Some(frame.clone()),
        What::Binary(bytes) => serde_json::from_str(&plain(bytes)?).ok(),
        _ => None,
    }
}

fn plain(bytes: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(bytes).ok()?).ok()
}

/// The long secrets of a frame.
fn find(frame: &Value, secrets: &mut BTreeSet<String>) {
    let mut frame = frame.clone();
    each(&mut frame, &mut |secret| {
        if secret.len() >= A_WORD {
            secrets.insert(secret.clone());
        }
    });
}

/// Every secret of a frame, where it stands.
fn each(frame: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    let rotated = frame.pointer("/payload/body/phase") == Some(&Value::from("credential_rotated"));
    for place in PLACES {
        match frame.pointer_mut(place) {
            // Other bodies have values too: metrics, for one.
            Some(Value::String(_)) if place == "/payload/body/value" && !rotated => {}
            Some(Value::String(secret)) => visit(secret),
            Some(Value::Array(credentials)) => {
                for credential in credentials {
                    of_credential(credential, visit);
                }
            }
            _ => {}
        }
    }
    // A listing shows the credentials of each of its jobs.
    if let Some(Value::Array(jobs)) = frame.pointer_mut("/payload/jobs") {
        for job in jobs {
            if let Some(Value::Array(credentials)) = job.get_mut("credentials") {
                for credential in credentials {
                    of_credential(credential, visit);
                }
            }
        }
    }
}

fn of_credential(credential: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    if let Some(Value::String(secret)) = credential.get_mut("value") {
        visit(secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariant::{Judged, check};
    use crate::library::Library;
    use crate::transcript::{Side, Transcript};
    use serde_json::json;

    fn to_text(lines: &[Line]) -> String {
        let lines = lines.iter().map(serde_json::to_string);
        lines.map(Result::unwrap).collect()
    }

    const BEARER: &str = "a-bearer-token-of-alice";
    const RESUME: &str = "rt_0123456789abcdefghijkl";
    const VALUE: &str = "a-credential-that-opens-a-door";

    /// A session in which a runtime says everything that it must not, twice.
    fn talkative() -> Vec<Line> {
        let transcript = Transcript::default();
        let frame = |from, frame: Value| {
            transcript.text("a1", from, &frame.to_string());
        };
        transcript.write("a1", Side::Client, What::Opened(true));
        frame(
            Side::Client,
            json!({"arcp": "1.1", "id": "1", "type": "session.hello", "payload": {"auth": {"scheme": "bearer", "token": BEARER}}}),
        );
        frame(
            Side::Runtime,
            json!({"arcp": "1.1", "id": "2", "type": "session.welcome", "session_id": "s", "payload": {"resume_token": RESUME}}),
        );
        frame(
            Side::Runtime,
            json!({"arcp": "1.1", "id": "3", "type": "job.accepted", "session_id": "s", "payload": {"job_id": "j", "credentials": [{"id": "c", "scheme": "bearer", "value": VALUE}]}}),
        );
        frame(
            Side::Runtime,
            json!({"arcp": "1.1", "id": "4", "type": "job.event", "session_id": "s", "job_id": "j", "event_seq": 1, "payload": {"kind": "log", "body": {"message": format!("I know {BEARER} and {RESUME}"), BEARER: 1}}}),
        );
        transcript.text("a1", Side::Runtime, &format!("{{ {BEARER}"));
        transcript.binary(
            "a1",
            Side::Client,
            format!("{{\"payload\":{{\"auth\":{{\"token\":\"{BEARER}\"}}}}}}").as_bytes(),
        );
        transcript.lines()
    }

    #[test]
    fn no_secret_is_left_and_every_other_word_is() {
        let lines = talkative();
        let masked = Mask::default().lines(&lines);
        let text = to_text(&masked);
        for secret in [BEARER, RESUME, VALUE] {
            assert!(
                to_text(&lines).contains(secret) && !text.contains(secret),
                "{secret}"
            );
        }
        for line in &masked {
            if let What::Binary(bytes) = &line.what {
                let plain = plain(bytes).unwrap();
                assert!(plain.contains("***") && !plain.contains(BEARER), "{plain}");
            }
        }
        assert!(text.contains("I know ***") && text.contains("credentials"));
        assert_eq!(masked.len(), lines.len());
    }

    #[test]
    fn what_is_broken_is_broken_in_masked_transcripts_too() {
        let shapes = Library::load().unwrap().shapes;
        let steps = |lines: &[Line]| -> Vec<String> {
            let failures = check(lines, &shapes, Judged::Both, &[]);
            failures.into_iter().map(|failure| failure.step).collect()
        };
        let lines = talkative();
        let masked = Mask::default().lines(&lines);
        let broken = steps(&masked);
        assert_eq!(broken, steps(&lines));
        for name in [
            "bearer tokens are never told",
            "resume tokens are told once",
        ] {
            assert!(broken.iter().any(|step| step.ends_with(name)), "{broken:?}");
        }
    }

    #[test]
    fn the_same_secret_has_one_mark_in_a_run_and_another_in_the_next() {
        let (mut one, mut other) = (Mask::default(), Mask::default());
        let lines = talkative();
        assert_eq!(one.lines(&lines), one.lines(&lines));
        assert_ne!(one.lines(&lines), other.lines(&lines));
        assert!(!one.text(&format!("seen {BEARER}")).contains(BEARER));
        let mask = Mask::knowing([BEARER]);
        assert!(!mask.text(BEARER).contains(BEARER));
        for end in A_WORD / 2..BEARER.len() {
            let cut = format!("seen {}… (700 bytes)", &BEARER[..end]);
            assert_eq!(
                mask.text(&cut),
                mask.text(&format!("seen {BEARER}… (700 bytes)"))
            );
        }
    }

    #[test]
    fn what_is_masked_stays_as_it_is() {
        let masked = Mask::default().lines(&talkative());
        assert_eq!(Mask::default().lines(&masked), masked);
    }

    #[test]
    fn a_short_secret_is_masked_where_it_stands_and_is_a_word_elsewhere() {
        let transcript = Transcript::default();
        transcript.text("a1", Side::Client, &json!({"type": "session.hello", "payload": {"auth": {"token": "tok-a"}, "client": {"name": "tok-agent"}}}).to_string());
        let text = to_text(&Mask::default().lines(&transcript.lines()));
        assert!(
            text.contains("tok-agent") && !text.contains("\"tok-a\""),
            "{text}"
        );
    }
}
