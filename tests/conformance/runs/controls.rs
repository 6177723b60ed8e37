//! Broken runtimes: ours behind a switch that spoils one thing on the wire. Each is caught by the scenario meant for it, so none
//! of these scenarios is one that cannot fail.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use arcp_conformance::library::Library;
use arcp_conformance::link::{Incoming, Link, Outgoing, queues};
use arcp_conformance::run::{Options, run};
use arcp_conformance::target::{Carrier, Connecting, Offer, Runtime as Target};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

use crate::memory::Memory;
use crate::served::principals;

mod switches;

use switches::CONTROLS;

/// What a switch does to a frame on its way: gives back what is passed on, in order, and in which direction.
type Spoil = fn(&mut Spoiler, Value, To) -> Vec<(Value, To)>;

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Client,
    Runtime,
}

/// What a switch remembers of one connection.
#[derive(Debug, Default)]
struct Spoiler {
    count: u64,
    kept: BTreeMap<String, Value>,
    held: VecDeque<Value>,
}

fn pass(frame: Value, to: To) -> Vec<(Value, To)> {
    vec![(frame, to)]
}

/// One switch: its name, what it spoils, and what has to catch it.
struct Control {
    name: &'static str,
    /// The scenario that is played.
    scenario: &'static str,
    /// What fails then: [`SCENARIO`], or the name of an invariant that its traffic breaks.
    by: &'static str,
    spoil: Spoil,
}

/// The scenario itself, by what it asks for.
const SCENARIO: &str = "the scenario";

/// Our runtime behind a switch.
struct Broken<'a> {
    sound: &'a Memory,
    spoil: Spoil,
}

impl Target for Broken<'_> {
    fn connect<'a>(&'a self, profile: &'a str, path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move {
            let inner = self.sound.connect(profile, path).await?;
            let (mut link, to_send, came) = queues();
            link.carrier = Some(tokio::spawn(between(inner, to_send, came, self.spoil)));
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
) {
    let mut spoiler = Spoiler::default();
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
    assert!(CONTROLS.len() >= 30);
    let library = Library::load().unwrap();
    let sound = Memory::start(None).await;
    let missed = Mutex::new(Vec::new());
    // Each control has principals of its own, so that they can all run at the same time.
    let pairs = principals();
    let tries = CONTROLS
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
                };
                let played = run(library, &broken, &offer, &options).await;
                let meant = if control.by == SCENARIO {
                    control.scenario.to_owned()
                } else {
                    format!("always/{}", control.by)
                };
                let caught = played.iter().any(|one| {
                    let here = one.outcome.scenario == meant;
                    here && one
                        .outcome
                        .failure()
                        .is_some_and(|failure| failure.step != "before the first step")
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
    };
    let played = run(&library, &broken, &Offer::everything(), &options).await;
    let caught: Vec<_> = played
        .iter()
        .filter(|one| !one.outcome.passed())
        .map(|one| (&one.outcome.scenario, &one.outcome.verdict))
        .collect();
    assert!(caught.is_empty() && played.len() > 10, "{caught:#?}");
}
