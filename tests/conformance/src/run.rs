//! A whole run: which scenarios apply, several at a time, each with principals of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;

use crate::driver::{PATIENCE, Stage, play};
use crate::invariant::{self, Invariant, Judged};
use crate::library::{Library, Part};
use crate::outcome::{Failure, Outcome, Verdict};
use crate::scenario::Scenario;
use crate::target::{Carrier, Offer, Principals, Runtime};
use crate::transcript::{Head, Line, Side};

/// How a run is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Pairs of principals. So many scenarios run at a time at most; a pair is used again only when all were used.
    pub principals: Vec<Principals>,
    /// So many scenarios run at a time.
    pub at_a_time: usize,
    /// How long is waited for what has to come.
    pub patience: Duration,
    /// Only scenarios whose id contains this.
    pub only: Option<String>,
}

impl Options {
    /// One pair of principals, so one scenario at a time.
    pub fn new(principals: Vec<Principals>) -> Self {
        Self {
            at_a_time: 24,
            principals,
            patience: PATIENCE,
            only: None,
        }
    }
}

/// A scenario's outcome, with what went over the wire.
#[derive(Clone, Debug)]
pub struct Played {
    /// The outcome.
    pub outcome: Outcome,
    /// The transcript. Empty for an invariant.
    pub lines: Vec<Line>,
    /// The side that was tested.
    pub tested: Side,
    /// Invariants that the traffic is not judged by.
    pub exempt: Vec<String>,
    /// Invariants that the traffic broke.
    broken: Vec<Failure>,
}

impl Played {
    /// An outcome of a client, whose invariants were judged already.
    pub(crate) fn of_client(outcome: Outcome, lines: Vec<Line>, scenario: &Scenario) -> Self {
        Self {
            outcome,
            lines,
            tested: Side::Client,
            exempt: scenario.exempt.clone(),
            broken: Vec::new(),
        }
    }

    /// The first line of its transcript.
    pub fn head(&self) -> Head {
        Head {
            scenario: self.outcome.scenario.clone(),
            tested: self.tested,
            exempt: self.exempt.clone(),
        }
    }
}

/// What a runtime said when it was first greeted.
#[derive(Clone, Debug, Default)]
struct Survey {
    features: Vec<String>,
    agents: Vec<String>,
    trouble: Option<String>,
}

/// Plays every scenario that applies, and their hostile twins. The order of the outcomes is that of the specification.
pub async fn run(
    library: &Library,
    runtime: &dyn Runtime,
    offer: &Offer,
    options: &Options,
) -> Vec<Played> {
    let Some(first) = options.principals.first() else {
        return Vec::new();
    };
    // Profiles may differ in what they offer.
    let mut surveys = BTreeMap::new();
    for profile in runtime.profiles() {
        let found = survey(library, runtime, offer, first, options, &profile).await;
        surveys.insert(profile, found);
    }
    let nothing = Survey::default();
    let parts = library.parts(options.only.as_deref());
    let pool = Pool::new(&options.principals);
    let at_a_time = options.at_a_time.min(options.principals.len()).max(1);
    let played = futures_util::stream::iter(parts.into_iter().map(|part| {
        let Part {
            id,
            section,
            scenario,
            twin,
        } = part;
        let survey = surveys.get(&scenario.profile).unwrap_or(&nothing);
        let pool = &pool;
        async move {
            let principals = pool.take();
            let stage = Stage {
                library,
                runtime,
                offer,
                principals: &principals,
                patience: options.patience,
            };
            let played = one(stage, survey, id, section, scenario, twin).await;
            pool.give_back(principals);
            played
        }
    }));
    let mut played: Vec<Played> = played.buffered(at_a_time).collect().await;
    let always = always(&played);
    played.extend(always);
    played
}

/// The ids of the scenarios and twins whose id contains `only`.
pub fn ids(library: &Library, only: Option<&str>) -> Vec<String> {
    let parts = library.parts(only);
    parts.into_iter().map(|part| part.id).collect()
}

/// Why a runtime cannot be tested at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unready {
    /// Nothing answers in a profile.
    Unreachable {
        /// The profile.
        profile: String,
        /// What broke.
        why: String,
    },
    /// It does not welcome the first principal.
    Unwelcome {
        /// What came instead.
        why: String,
    },
    /// It has no contract agent, and no agents of its own are mapped.
    NoProbe {
        /// The agents that it has.
        agents: Vec<String>,
    },
}

/// Looks whether there is a runtime to test, so that one sentence says it when there is none and not every scenario.
///
/// # Errors
/// Why not.
pub async fn ready(
    library: &Library,
    runtime: &dyn Runtime,
    offer: &Offer,
    options: &Options,
) -> Result<(), Unready> {
    for profile in runtime.profiles() {
        let connected = tokio::time::timeout(options.patience, runtime.connect(&profile, None));
        let why = match connected.await {
            Ok(Ok(_)) => continue,
            Ok(Err(why)) => why.to_string(),
            Err(_) => format!("nothing within {} ms", options.patience.as_millis()),
        };
        return Err(Unready::Unreachable { profile, why });
    }
    let Some(first) = options.principals.first() else {
        return Ok(());
    };
    let found = survey(library, runtime, offer, first, options, "default").await;
    if let Some(why) = found.trouble {
        return Err(Unready::Unwelcome { why });
    }
    let is_probe = |agent: &String| agent == "probe";
    let needed = offer.has_probe() && offer.programs.is_empty();
    if needed && !found.agents.is_empty() && !found.agents.iter().any(is_probe) {
        return Err(Unready::NoProbe {
            agents: found.agents,
        });
    }
    Ok(())
}

/// One outcome for each invariant, over the traffic of all scenarios.
fn always(played: &[Played]) -> Vec<Played> {
    let silent = played.iter().all(|one| one.lines.is_empty());
    let outcome = |invariant: Invariant| {
        let mut seen: Vec<(&str, String)> = Vec::new();
        for one in played {
            for failure in one
                .broken
                .iter()
                .filter(|failure| failure.step == invariant.step())
            {
                // The same thing is told once, with the first scenario that showed it.
                if seen
                    .iter()
                    .all(|(expected, _)| *expected != failure.expected)
                {
                    seen.push((
                        &failure.expected,
                        format!("{} in {}", failure.seen, one.outcome.scenario),
                    ));
                }
            }
        }
        let verdict = if silent {
            Verdict::NotApplicable {
                reason: "nothing was sent".to_owned(),
            }
        } else if seen.is_empty() {
            Verdict::Pass
        } else {
            let (expected, seen): (Vec<&str>, Vec<String>) = seen.into_iter().unzip();
            Verdict::Fail(Failure {
                step: invariant.step(),
                expected: expected.join("; "),
                seen: seen.join("; "),
                rules: invariant
                    .rules
                    .iter()
                    .map(|&rule| rule.to_owned())
                    .collect(),
            })
        };
        Played {
            outcome: Outcome {
                scenario: format!("always/{}", invariant.name),
                section: "always".to_owned(),
                rules: invariant
                    .rules
                    .iter()
                    .map(|&rule| rule.to_owned())
                    .collect(),
                verdict,
                took_ms: 0,
                transcript: None,
            },
            lines: Vec::new(),
            tested: Side::Runtime,
            exempt: Vec::new(),
            broken: Vec::new(),
        }
    };
    invariant::of_runtimes().into_iter().map(outcome).collect()
}

async fn one(
    stage: Stage<'_>,
    survey: &Survey,
    id: String,
    section: &str,
    scenario: &Scenario,
    twin: bool,
) -> Played {
    let start = Instant::now();
    let (lines, verdict) = if let Some(verdict) = applies(stage, survey, &id, scenario, twin) {
        (Vec::new(), verdict)
    } else {
        let (lines, result) = play(stage, scenario, twin).await;
        (lines, result.map_or_else(Verdict::Fail, |()| Verdict::Pass))
    };
    let (lines, broken) = judged(lines, stage, scenario).await;
    let outcome = Outcome {
        scenario: id,
        section: section.to_owned(),
        rules: scenario
            .all_rules()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        verdict,
        took_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        transcript: None,
    };
    Played {
        outcome,
        lines,
        tested: Side::Runtime,
        exempt: scenario.exempt.clone(),
        broken,
    }
}

/// Judges the traffic by what must hold of all of it. On another thread: a long transcript must not keep the other scenarios, which all
/// are played on this one, from showing that they live.
async fn judged(
    lines: Vec<Line>,
    stage: Stage<'_>,
    scenario: &Scenario,
) -> (Vec<Line>, Vec<Failure>) {
    let (shapes, exempt) = (stage.library.shapes.clone(), scenario.exempt.clone());
    let judging = tokio::task::spawn_blocking(move || {
        let broken = invariant::check(&lines, &shapes, Judged::Runtime, &exempt);
        (lines, broken)
    });
    judging.await.unwrap_or_else(|error| {
        let broken = Failure {
            step: "after the last step".to_owned(),
            expected: "traffic that can be judged".to_owned(),
            seen: error.to_string(),
            rules: scenario.rules.clone(),
        };
        (Vec::new(), vec![broken])
    })
}

/// A verdict without playing, where there is one.
fn applies(
    stage: Stage<'_>,
    survey: &Survey,
    id: &str,
    scenario: &Scenario,
    twin: bool,
) -> Option<Verdict> {
    let without = |name: &str| stage.offer.without.get(name).cloned();
    let not = |reason: String| Some(Verdict::NotApplicable { reason });
    let missing = |what: String, cure: &str| {
        Some(Verdict::Fail(Failure {
            step: "before the first step".to_owned(),
            expected: what,
            seen: format!("there is none; {cure}"),
            rules: scenario.rules.clone(),
        }))
    };
    if let Some(reason) = without(id) {
        return not(reason);
    }
    if !stage.runtime.profiles().contains(&scenario.profile) {
        return match without(&scenario.profile) {
            Some(reason) => not(reason),
            None => missing(
                format!("a runtime with the profile `{}`", scenario.profile),
                "pass --endpoint, or say in the target file's `without` why there is none",
            ),
        };
    }
    if let Some(trouble) = &survey.trouble {
        return missing("a runtime that welcomes a hello".to_owned(), trouble);
    }
    for feature in &scenario.features {
        if !survey.features.contains(feature) {
            return not(format!("the runtime does not offer the feature {feature}"));
        }
    }
    let carrier = stage.runtime.carrier();
    if let Some(reason) = carrier.unlike(&scenario.needs) {
        return not(reason);
    }
    for need in &scenario.needs {
        if need == "several" && carrier == Carrier::Stdio {
            return not("one process carries one connection".to_owned());
        }
        if let Some(reason) = without(need) {
            return not(reason);
        }
        if need == "bob" && stage.principals.bob.is_none() {
            return missing("a second principal".to_owned(), "pass --other-token");
        }
    }
    let mapped = |name: &str| stage.offer.programs.contains_key(name);
    if !stage.offer.has_probe() && scenario.wants_probe(&mapped, twin) {
        return match without("probe") {
            Some(reason) => not(reason),
            None => missing(
                "the contract agent `probe`, or a mapping of its programs".to_owned(),
                "map the programs in the target file, or say in `without: {probe: …}` why there is none",
            ),
        };
    }
    None
}

/// Says hello once, to learn what the runtime offers.
async fn survey(
    library: &Library,
    runtime: &dyn Runtime,
    offer: &Offer,
    principals: &Principals,
    options: &Options,
    profile: &str,
) -> Survey {
    let greeting = r#"{"name": "survey", "rules": [], "steps": [{"hello": "a"}], "no_hostile": "it only asks"}"#;
    let Ok(mut scenario) = serde_json::from_str::<Scenario>(greeting) else {
        return Survey::default();
    };
    profile.clone_into(&mut scenario.profile);
    let stage = Stage {
        library,
        runtime,
        offer,
        principals,
        patience: options.patience,
    };
    let (lines, result) = play(stage, &scenario, false).await;
    let welcome = lines.iter().find_map(|line| match &line.what {
        crate::transcript::What::Frame(frame) if frame["type"] == "session.welcome" => Some(frame),
        _ => None,
    });
    let offered = |what: &str| {
        welcome
            .and_then(|welcome| welcome["payload"]["capabilities"][what].as_array())
            .into_iter()
            .flatten()
            // Agents are objects with a name, or names.
            .filter_map(|one| one.as_str().or_else(|| one["name"].as_str()))
            .map(str::to_owned)
            .collect()
    };
    Survey {
        features: offered("features"),
        agents: offered("agents"),
        trouble: result
            .err()
            .map(|failure| format!("expected {}, saw {}", failure.expected, failure.seen)),
    }
}

/// Pairs of principals that are not in use, the longest unused first.
struct Pool(Arc<Mutex<std::collections::VecDeque<Principals>>>);

impl Pool {
    fn new(all: &[Principals]) -> Self {
        Self(Arc::new(Mutex::new(all.iter().cloned().collect())))
    }

    /// There is always one: no more scenarios run at a time than there are pairs.
    fn take(&self) -> Principals {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pool.pop_front().unwrap_or_else(|| Principals {
            alice: String::new(),
            bob: None,
        })
    }

    fn give_back(&self, principals: Principals) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(principals);
    }
}
