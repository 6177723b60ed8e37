//! Broken runtimes: ours behind a switch that spoils one thing on the wire. Each is caught by the scenario meant for it, so none
//! of these scenarios is one that cannot fail.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::link::{Incoming, Link, Outgoing, queues};
use arcp_conformance::outcome::Verdict;
use arcp_conformance::report::{Held, Report};
use arcp_conformance::run::{Options, run};
use arcp_conformance::target::{Carrier, Connecting, Offer, Runtime as Target};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

use crate::memory::Memory;
use crate::served::principals;

mod switches;

/// What a switch does to a frame on its way: gives back what is passed on, in order, and in which direction.
type Spoil = fn(&mut Spoiler, Value, To) -> Vec<(Value, To)>;

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Client,
    Runtime,
}

/// What a switch remembers of one connection, and of all of them.
#[derive(Debug, Default)]
struct Spoiler {
    count: u64,
    kept: BTreeMap<String, Value>,
    held: VecDeque<Value>,
    shared: Shared,
}

/// What one connection of a runtime knows of the others.
type Shared = Arc<std::sync::Mutex<BTreeMap<String, Value>>>;

impl Spoiler {
    /// Lets the other connections know something.
    fn tell(&self, name: &str, value: Value) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.insert(name.to_owned(), value);
    }

    /// What any connection let the others know; null when none did.
    fn told(&self, name: &str) -> Value {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.get(name).cloned().unwrap_or_default()
    }
}

fn pass(frame: Value, to: To) -> Vec<(Value, To)> {
    vec![(frame, to)]
}

/// One switch: its name, what it spoils, and what has to catch it.
#[derive(Clone, Copy)]
struct Control {
    name: &'static str,
    /// The scenario that is played.
    scenario: &'static str,
    /// What fails then: [`SCENARIO`], or the name of an invariant that its traffic breaks.
    by: &'static str,
    /// What the failure says that it expected, so that it is caught for what it spoils and for nothing else.
    says: &'static str,
    spoil: Spoil,
}

/// The scenario itself, by what it asks for.
const SCENARIO: &str = "the scenario";

/// Our runtime behind a switch.
struct Broken<'a> {
    sound: &'a Memory,
    spoil: Spoil,
    shared: Shared,
}

impl Target for Broken<'_> {
    fn connect<'a>(&'a self, profile: &'a str, path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move {
            let inner = self.sound.connect(profile, path).await?;
            let (mut link, to_send, came) = queues();
            link.carrier = Some(tokio::spawn(between(
                inner,
                to_send,
                came,
                self.spoil,
                self.shared.clone(),
            )));
            Ok(link)
        })
    }

    fn profiles(&self) -> Vec<String> {
        self.sound.profiles()
    }

    fn carrier(&self) -> Carrier {
        Carrier::Memory
    }
}

/// Carries both directions through the switch.
async fn between(
    mut inner: Link,
    mut to_send: mpsc::Receiver<Outgoing>,
    came: mpsc::Sender<Incoming>,
    spoil: Spoil,
    shared: Shared,
) {
    let mut spoiler = Spoiler {
        shared,
        ..Spoiler::default()
    };
    loop {
        let (text, to) = tokio::select! {
            outgoing = to_send.recv() => match outgoing {
                Some(Outgoing::Text(text)) => (text, To::Runtime),
                Some(other) => {
                    let cut = other == Outgoing::Cut;
                    let _ = inner.out.send(other).await;
                    if cut {
                        return;
                    }
                    continue;
                }
                None => return,
            },
            incoming = inner.incoming.recv() => match incoming {
                Some(Incoming::Text(text)) => (text, To::Client),
                Some(end) => {
                    let _ = came.send(end).await;
                    return;
                }
                None => return,
            },
        };
        let passed = match serde_json::from_str::<Value>(&text) {
            Ok(frame) => spoil(&mut spoiler, frame, to)
                .into_iter()
                .map(|(frame, to)| (frame.to_string(), to))
                .collect(),
            // What is no JSON is none of a switch's business.
            Err(_) => vec![(text, to)],
        };
        for (text, to) in passed {
            let gone = match to {
                To::Client => came.send(Incoming::Text(text)).await.is_err(),
                To::Runtime => inner.out.send(Outgoing::Text(text)).await.is_err(),
            };
            if gone {
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_runtime_is_caught_by_the_scenario_meant_for_it() {
    let controls = switches::all();
    assert!(controls.len() >= 30);
    let library = Library::load().unwrap();
    // On disk, so that there are credentials to spoil.
    let folder = tempfile::tempdir().unwrap();
    let sound = Memory::start(Some(folder.path())).await;
    let missed = Mutex::new(Vec::new());
    // Each control has principals of its own, so that they can all run at the same time.
    let pairs = principals();
    let tries = controls
        .iter()
        .zip(pairs.chunks(4))
        .map(|(control, pairs)| {
            let (library, sound, missed) = (&library, &sound, &missed);
            async move {
                let mut options = Options::new(pairs.to_vec());
                options.only = Some(control.scenario.to_owned());
                options.at_a_time = 2;
                // A broken runtime is often one that says nothing; how long that takes is of no interest.
                options.patience = Duration::from_secs(4);
                let offer = Offer::everything();
                let broken = Broken {
                    sound,
                    spoil: control.spoil,
                    shared: Shared::default(),
                };
                let played = run(library, &broken, &offer, &options).await;
                let meant = if control.by == SCENARIO {
                    control.scenario.to_owned()
                } else {
                    format!("always/{}", control.by)
                };
                let caught = played.iter().any(|one| {
                    let here = one.outcome.scenario == meant;
                    here && one.outcome.failure().is_some_and(|failure| {
                        failure.step != "before the first step"
                            && failure.expected.contains(control.says)
                    })
                });
                if !caught {
                    let verdicts: Vec<_> = played
                        .iter()
                        .filter(|one| !one.outcome.passed())
                        .map(|one| (&one.outcome.scenario, &one.outcome.verdict))
                        .collect();
                    missed
                        .lock()
                        .await
                        .push(format!("{}: {verdicts:?}", control.name));
                }
            }
        });
    futures_util::future::join_all(tries).await;
    let missed = missed.into_inner();
    assert!(missed.is_empty(), "{missed:#?}");
}

/// The way through a switch spoils nothing by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_does_nothing_is_not_caught() {
    let library = Library::load().unwrap();
    let sound = Memory::start(None).await;
    let mut options = Options::new(principals());
    options.only = Some("8.".to_owned());
    options.patience = Duration::from_secs(30);
    let broken = Broken {
        sound: &sound,
        spoil: |_, frame, to| pass(frame, to),
        shared: Shared::default(),
    };
    let played = run(&library, &broken, &Offer::everything(), &options).await;
    let caught: Vec<_> = played
        .iter()
        .filter(|one| one.outcome.failure().is_some())
        .map(|one| (&one.outcome.scenario, &one.outcome.verdict))
        .collect();
    assert!(caught.is_empty() && played.len() > 10, "{caught:#?}");
}

/// An invariant that found nothing to look at has decided nothing, and is not counted as if it had.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_looked_at_does_not_hold() {
    let library = Library::load().unwrap();
    let sound = Memory::start(None).await;
    let mut options = Options::new(principals());
    options.only = Some("7.3/success is a job.result".to_owned());
    let played = run(&library, &sound, &Offer::everything(), &options).await;
    let outcomes: Vec<_> = played.into_iter().map(|one| one.outcome).collect();
    let expected = Expected::default();
    let rules = Report::new(&library, &outcomes, &expected).rules();
    // One job that succeeds: no resume, no ping, no chunk, no credential, no cancel, no operation.
    let silent = [
        "R-6.3-01",
        "R-6.3-03",
        "R-6.3-07",
        "R-6.3-08",
        "R-6.4-05",
        "R-6.4-10",
        "R-6.5-07",
        "R-6.7-06",
        "R-7.3-05",
        "R-7.4-03",
        "R-7.6-10",
        "R-7.6-13",
        "R-7.6-15",
        "R-8.2-05",
        "R-8.4-03",
        "R-9.8.2-03",
        "R-12-01",
        "R-14-09",
        "R-14-11",
        "R-14-12",
    ];
    for rule in silent {
        assert_ne!(rules.get(rule), Some(&Held::Pass), "{rule}");
    }
    for rule in ["R-3-02", "R-5-01", "R-6.2-02", "R-7.3-04", "R-8.3-03"] {
        assert_eq!(rules.get(rule), Some(&Held::Pass), "{rule}");
    }
    let chunks = outcomes
        .iter()
        .find(|one| one.scenario == "always/chunks are in order");
    let reason = "nothing to look at".to_owned();
    assert_eq!(chunks.unwrap().verdict, Verdict::NotApplicable { reason });
}
