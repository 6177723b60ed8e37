//! Plays a scenario against a runtime, and writes down every frame.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::client::{Commands, Stand};
use crate::library::Library;
use crate::link::NoLink;
use crate::matcher::{Matcher, Mismatch, brief};
use crate::outcome::Failure;
use crate::scenario::{Action, Scenario, Step};
use crate::target::{Offer, Principals, Runtime};
use crate::transcript::{Line, Transcript};
use crate::value::Names;

mod clients;
mod connection;
mod farewell;
mod jobs;
mod listing;
mod sessions;

use connection::{Connection, Unseen, summary};

/// How long is waited for what has to come, unless a step says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What a scenario is played with.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    /// The rules, shapes and programs.
    pub library: &'a Library,
    /// The runtime.
    pub runtime: &'a dyn Runtime,
    /// What it offers.
    pub offer: &'a Offer,
    /// Who may log in, for this scenario alone.
    pub principals: &'a Principals,
    /// How long to wait for what has to come.
    pub patience: Duration,
}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// Plays a scenario, or its hostile twin, to its end or to the first thing that is wrong.
pub async fn play(
    stage: Stage<'_>,
    scenario: &Scenario,
    twin: bool,
) -> (Vec<Line>, Result<(), Failure>) {
    let (mut play, steps) = prepare(stage, scenario, twin);
    let result = play.steps(steps).await;
    // What is said from here on is no part of the scenario.
    let lines = play.transcript.lines();
    play.farewell(&lines).await;
    (lines, result)
}

/// Starts a client, and plays the runtime to it.
pub async fn play_client(
    stage: Stage<'_>,
    scenario: &Scenario,
    twin: bool,
    commands: &Commands,
) -> (Vec<Line>, Result<(), Failure>) {
    let (mut play, steps) = prepare(stage, scenario, twin);
    let result = match play.stand(commands).await {
        Ok(()) => play.steps(steps).await,
        Err(wrong) => Err(Failure {
            step: "before the first step".to_owned(),
            expected: wrong.expected,
            seen: wrong.seen,
            rules: scenario.rules.clone(),
        }),
    };
    play.connections.clear();
    (play.transcript.lines(), result)
}

fn prepare<'a>(stage: Stage<'a>, scenario: &'a Scenario, twin: bool) -> (Play<'a>, &'a [Step]) {
    let steps = if twin {
        scenario.hostile.as_deref().unwrap_or_default()
    } else {
        &scenario.steps
    };
    let mut play = Play {
        stage,
        scenario,
        names: Names::default(),
        connections: BTreeMap::new(),
        opened: 0,
        transcript: Transcript::default(),
        client: None,
    };
    play.names
        .set("alice", Value::String(stage.principals.alice.clone()));
    if let Some(bob) = &stage.principals.bob {
        play.names.set("bob", Value::String(bob.clone()));
    }
    (play, steps)
}

struct Play<'a> {
    stage: Stage<'a>,
    scenario: &'a Scenario,
    names: Names,
    connections: BTreeMap<String, Connection>,
    opened: usize,
    transcript: Transcript,
    client: Option<Stand>,
}

/// What is wrong with a step, before it is known which one it is.
#[derive(Debug)]
struct Wrong {
    expected: String,
    seen: String,
}

impl Wrong {
    fn new(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            seen: seen.into(),
        }
    }

    /// A mistake in the scenario, not in the runtime.
    fn scenario(sentence: impl Into<String>) -> Self {
        Self::new("a scenario that can be played", sentence)
    }
}

impl From<Mismatch> for Wrong {
    fn from(mismatch: Mismatch) -> Self {
        Self::new(
            format!("{}: {}", place(&mismatch.at), mismatch.expected),
            mismatch.seen,
        )
    }
}

fn place(at: &str) -> &str {
    if at.is_empty() { "the whole" } else { at }
}

impl From<String> for Wrong {
    fn from(sentence: String) -> Self {
        Self::scenario(sentence)
    }
}

impl Play<'_> {
    async fn steps(&mut self, steps: &[Step]) -> Result<(), Failure> {
        for (index, step) in steps.iter().enumerate() {
            let number = index + 1;
            match &step.action {
                Action::Each(each) => {
                    let of = self
                        .names
                        .expand(&each.of)
                        .map_err(|error| self.failure(step, number, Wrong::scenario(error)))?;
                    let Value::Array(values) = of else {
                        return Err(self.failure(
                            step,
                            number,
                            Wrong::scenario("`each` takes a list"),
                        ));
                    };
                    for value in values {
                        self.names.set(&each.r#as, value.clone());
                        Box::pin(self.steps(&each.r#do)).await.map_err(|failure| {
                            within(
                                failure,
                                number,
                                &format!("{} = {}", each.r#as, brief(&value)),
                            )
                        })?;
                    }
                }
                Action::Repeat(repeat) => {
                    for round in 0..repeat.times {
                        self.names.set(&repeat.r#as, Value::from(round));
                        Box::pin(self.steps(&repeat.r#do))
                            .await
                            .map_err(|failure| {
                                within(failure, number, &format!("{} = {round}", repeat.r#as))
                            })?;
                    }
                }
                action => {
                    self.act(action)
                        .await
                        .map_err(|wrong| self.failure(step, number, wrong))?;
                }
            }
        }
        Ok(())
    }

    fn failure(&self, step: &Step, number: usize, wrong: Wrong) -> Failure {
        let rules = if step.rules.is_empty() {
            self.scenario.rules.clone()
        } else {
            step.rules.clone()
        };
        Failure {
            step: format!("{number}: {}", cut(&step.written)),
            expected: wrong.expected,
            seen: wrong.seen,
            rules,
        }
    }

    async fn act(&mut self, action: &Action) -> Result<(), Wrong> {
        match action {
            Action::Open(step) => self.open(step).await,
            Action::Hello(step) => self.hello(step).await,
            Action::Resume(step) => self.resume(step).await,
            Action::Send(step) => {
                let sent = self.send(&step.on, &step.frame).await?;
                self.keep(step.r#as.as_deref(), sent)
            }
            Action::Raw(step) => self.raw(step).await,
            Action::Expect(step) => self.expect(step).await,
            Action::Ask(step) => self.ask(step).await,
            Action::Poll(step) => self.poll(step).await,
            Action::Listed(step) => self.listed(step).await,
            Action::Refused(step) => self.refused(step).await,
            Action::Submit(step) => self.submit(step).await,
            Action::Ends(step) => self.ends(step).await,
            Action::Until(step) => self.until(step).await,
            Action::Nothing(step) => self.nothing(step).await,
            Action::Cut(step) => {
                self.drop_connection(&step.on, crate::link::Outgoing::Cut)
                    .await
            }
            Action::HangUp(step) => {
                self.drop_connection(&step.on, crate::link::Outgoing::Close)
                    .await
            }
            Action::Closed(step) => self.closed(step).await,
            Action::Set(step) => {
                let value = self.names.expand(&step.value)?;
                self.keep(Some(&step.name), value)
            }
            Action::Check(step) => {
                let value = self.names.expand(&step.value)?;
                self.compare(&step.is, &value)
            }
            Action::Pause(step) => {
                tokio::time::sleep(Duration::from_millis(step.ms)).await;
                Ok(())
            }
            Action::Heart(step) => {
                self.connection(&step.on)?.answer_pings(step.answers);
                Ok(())
            }
            Action::Accept(step) => self.accept(step).await,
            Action::Welcome(step) => self.welcome(step).await,
            Action::Submitted(step) => self.submitted(step).await,
            Action::Start(step) => self.start(&step.command, &step.with),
            Action::Kill(step) => self.kill(step).await,
            Action::Exits(step) => self.exits(step).await,
            Action::Alive(step) => self.alive(&step.on).await,
            Action::Each(_) | Action::Repeat(_) => Ok(()),
        }
    }

    fn connection(&mut self, name: &str) -> Result<&mut Connection, Wrong> {
        let name = self.plain(name)?;
        self.connections
            .get_mut(&name)
            .ok_or_else(|| Wrong::scenario(format!("no connection `{name}` was opened")))
    }

    /// Compares with a pattern in which names were replaced, and keeps what it captures.
    fn compare(&mut self, pattern: &Value, seen: &Value) -> Result<(), Wrong> {
        let pattern = self.names.expand(pattern)?;
        let mut matcher = Matcher::new(&self.stage.library.shapes);
        let outcome = matcher.matches(&pattern, seen);
        for (name, value) in matcher.captured {
            self.names.set(&name, value);
        }
        outcome.map_err(|mismatch| {
            let mut wrong = Wrong::from(mismatch);
            if wrong.seen != brief(seen) {
                wrong.seen = format!("{} in {}", wrong.seen, brief(seen));
            }
            wrong
        })
    }

    /// Keeps a value under a name, in which names are replaced too: `J${i}` is `J0` in the first round.
    fn keep(&mut self, name: Option<&str>, value: Value) -> Result<(), Wrong> {
        if let Some(name) = name {
            let name = self.plain(name)?;
            self.names.set(&name, value);
        }
        Ok(())
    }

    /// A text with its names replaced.
    fn plain(&self, text: &str) -> Result<String, Wrong> {
        Ok(match self.names.expand(&Value::String(text.to_owned()))? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    async fn send(&mut self, on: &str, frame: &Map<String, Value>) -> Result<Value, Wrong> {
        let frame = self.names.expand(&Value::Object(frame.clone()))?;
        let Value::Object(frame) = frame else {
            return Err(Wrong::scenario("a frame is an object"));
        };
        Ok(self.connection(on)?.send(frame).await)
    }

    /// Takes the first frame with the address of the pattern. An error that nobody asked for ends the wait.
    async fn take(&mut self, on: &str, pattern: &Value, within: Duration) -> Result<Value, Wrong> {
        self.take_from(on, pattern, within, true).await
    }

    async fn take_from(
        &mut self,
        on: &str,
        pattern: &Value,
        within: Duration,
        errors_end_it: bool,
    ) -> Result<Value, Wrong> {
        let address = Address::of(pattern);
        let expected = address.words();
        let connection = self.connection(on)?;
        let taken = connection
            .take(
                &mut |frame| address.fits(frame) || errors_end_it && address.unlike_error(frame),
                within,
            )
            .await;
        match taken {
            Ok(frame) if address.fits(&frame) => Ok(frame),
            Ok(frame) => Err(Wrong::new(expected, summary(&frame))),
            Err(Unseen::Late) => Err(Wrong::new(
                format!("{expected} within {} ms", within.as_millis()),
                connection.waiting(),
            )),
            Err(Unseen::Ended(how)) => Err(Wrong::new(
                expected,
                format!("{how}; before it: {}", connection.waiting()),
            )),
        }
    }

    fn patience(&self, given: Option<u64>) -> Duration {
        given.map_or(self.stage.patience, Duration::from_millis)
    }
}

fn within(mut failure: Failure, number: usize, which: &str) -> Failure {
    failure.step = format!("{number}, {which}, {}", failure.step);
    failure
}

fn cut(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn no_link(error: &NoLink) -> Wrong {
    Wrong::new("a connection", error.to_string())
}

/// What a pattern says about which frame is meant.
#[derive(Debug)]
struct Address {
    /// The types that are meant; any when empty.
    kinds: Vec<Value>,
    job: Option<Value>,
    event: Option<Value>,
    /// Members of the payload that pair an answer with its request.
    pairs: Vec<(&'static str, Value)>,
}

impl Address {
    fn of(pattern: &Value) -> Self {
        let literal = |value: &Value| value.is_string().then(|| value.clone());
        Self {
            kinds: match &pattern["type"] {
                kind @ Value::String(_) => vec![kind.clone()],
                question => question["$one_of"].as_array().cloned().unwrap_or_default(),
            },
            job: literal(&pattern["job_id"]),
            event: literal(&pattern["payload"]["kind"]),
            pairs: ["request_id", "ping_nonce"]
                .into_iter()
                .filter_map(|name| Some((name, literal(&pattern["payload"][name])?)))
                .collect(),
        }
    }

    fn fits(&self, frame: &Value) -> bool {
        let is = |wanted: &Option<Value>, seen: &Value| {
            wanted.as_ref().is_none_or(|wanted| wanted == seen)
        };
        (self.kinds.is_empty() || self.kinds.contains(&frame["type"]))
            && is(&self.job, &frame["job_id"])
            && is(&self.event, &frame["payload"]["kind"])
            && self
                .pairs
                .iter()
                .all(|(name, wanted)| frame["payload"][name] == *wanted)
    }

    /// Whether the frame says that what is waited for will not come.
    fn unlike_error(&self, frame: &Value) -> bool {
        frame["type"] == "session.error"
            && !self.kinds.is_empty()
            && !self.kinds.contains(&frame["type"])
    }

    fn words(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(text).collect();
        let mut words = if kinds.is_empty() {
            "a frame".to_owned()
        } else {
            kinds.join(" or ")
        };
        if let Some(event) = &self.event {
            words = format!("{words} {}", text(event));
        }
        if let Some(job) = &self.job {
            words = format!("{words} of {}", text(job));
        }
        words
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
