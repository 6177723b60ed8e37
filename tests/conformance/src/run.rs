//! A whole run: which scenarios apply, several at a time, each with principals of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;

use crate::driver::{PATIENCE, Stage, play};
use crate::invariant::{self, Judged, Judgement};
use crate::library::{Library, Part};
use crate::link::NoLink;
use crate::outcome::{Failure, Outcome, Verdict};
use crate::scenario::Scenario;
use crate::target::{Carrier, Offer, Principals, Runtime};
use crate::transcript::{Head, Line, Side, What};

mod always;
mod lockout;

/// How often a person who waits hears how far the run is.
const WORD_AFTER: Duration = Duration::from_secs(20);

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
    /// Is told in words what a person who waits wants to know.
    pub aside: fn(&str),
}

impl Options {
    /// One pair of principals, so one scenario at a time.
    pub fn new(principals: Vec<Principals>) -> Self {
        Self {
            at_a_time: 24,
            principals,
            patience: PATIENCE,
            only: None,
            aside: |_| (),
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
    /// What came of judging the traffic by the invariants.
    judged: Judgement,
}

impl Played {
    /// An outcome of a client, whose invariants were judged already.
    pub(crate) fn of_client(outcome: Outcome, lines: Vec<Line>, scenario: &Scenario) -> Self {
        Self {
            outcome,
            lines,
            tested: Side::Client,
            exempt: scenario.exempt.clone(),
            judged: Judgement::default(),
        }
    }

    /// The first line of its transcript. When everything was played, `whole` is what the run is called and how many transcripts it has.
    pub fn head(&self, whole: Option<(&str, usize)>) -> Head {
        Head {
            scenario: self.outcome.scenario.clone(),
            tested: self.tested,
            exempt: self.exempt.clone(),
            of: whole.map(|(_, of)| of),
            run: whole.map(|(run, _)| run.to_owned()),
        }
    }
}

/// What a runtime said when it was first greeted.
#[derive(Clone, Debug, Default)]
struct Survey {
    features: Vec<String>,
    agents: Vec<String>,
    trouble: Option<String>,
    /// The code of a `session.error` that came instead of a welcome.
    code: Option<String>,
    /// The trouble is one that is over after a while.
    temporary: bool,
}

impl Survey {
    fn is_unauthenticated(&self) -> bool {
        self.code.as_deref() == Some("UNAUTHENTICATED")
    }
}

/// Plays every scenario that applies, and their hostile twins. The order of the outcomes is that of the specification.
/// Those that log in wrongly are played last, so that a runtime that has enough of it does not refuse the others.
pub async fn run<'a>(
    library: &'a Library,
    runtime: &dyn Runtime,
    offer: &Offer,
    options: &Options,
) -> Vec<Played> {
    let Some(first) = options.principals.first() else {
        return Vec::new();
    };
    let stage = Stage {
        library,
        runtime,
        offer,
        principals: first,
        patience: options.patience,
    };
    // Profiles may differ in what they offer.
    let mut surveys = BTreeMap::new();
    for profile in runtime.profiles() {
        let (found, _) = lockout::wait(stage, &profile, false, options.aside).await;
        surveys.insert(profile, found);
    }
    let nothing = Survey::default();
    let pool = Pool::new(&options.principals);
    let at_a_time = options.at_a_time.min(options.principals.len()).max(1);
    let play = |place_and_part, alone| {
        let (place, part): (usize, Part<'a>) = place_and_part;
        let survey = surveys.get(&part.scenario.profile).unwrap_or(&nothing);
        let pool = &pool;
        async move {
            let principals = pool.take();
            let stage = Stage {
                principals: &principals,
                ..stage
            };
            let played = if alone {
                guess(stage, survey, &part, options.aside).await
            } else {
                one(stage, survey, &part).await
            };
            pool.give_back(principals);
            (place, played)
        }
    };
    let parts = library.parts(options.only.as_deref());
    let all = parts.len();
    let (last, others): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .enumerate()
        .partition(|(_, part)| part.scenario.guesses(part.twin));
    let others = others.into_iter().map(|part| play(part, false));
    // Whoever is slow keeps nobody behind him waiting.
    let mut playing = futures_util::stream::iter(others).buffer_unordered(at_a_time);
    let (mut played, mut told) = (Vec::with_capacity(all), Instant::now());
    while let Some(one) = playing.next().await {
        played.push(one);
        if told.elapsed() >= WORD_AFTER {
            (options.aside)(&format!("{} of {all} scenarios are played", played.len()));
            told = Instant::now();
        }
    }
    // Only over a network is there an address that can be locked out, by one scenario for another.
    let alone = runtime.carrier() == Carrier::WebSocket;
    let last = last.into_iter().map(|part| play(part, alone));
    let last = futures_util::stream::iter(last).buffer_unordered(if alone { 1 } else { at_a_time });
    played.extend(last.collect::<Vec<_>>().await);
    played.sort_unstable_by_key(|(place, _)| *place);
    let mut played: Vec<Played> = played.into_iter().map(|(_, played)| played).collect();
    let always = always::outcomes(&played, runtime.carrier());
    played.extend(always);
    played
}

/// Plays a scenario that logs in wrongly, when the runtime lets us in. Once more, when it stopped to do so meanwhile: then some wrong logins may have
/// been refused unseen, and some right ones too.
async fn guess(stage: Stage<'_>, survey: &Survey, part: &Part<'_>, aside: fn(&str)) -> Played {
    let profile = &part.scenario.profile;
    if applies(stage, survey, part).is_some() {
        return one(stage, survey, part).await;
    }
    lockout::wait(stage, profile, true, aside).await;
    let played = one(stage, survey, part).await;
    let failure = played.outcome.failure();
    let suspicious = failure.is_some() || lockout::is_temporary(&played.lines, failure);
    if suspicious && lockout::wait(stage, profile, true, aside).await.1 {
        return one(stage, survey, part).await;
    }
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
    /// It does not know the first principal.
    Unwelcome {
        /// What came instead of a welcome.
        why: String,
    },
    /// It lets nobody in from here, and has not for a while.
    LockedOut {
        /// What came instead of a welcome.
        why: String,
    },
    /// It answers, but not as a runtime does.
    Strange {
        /// What came instead of a welcome.
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
            // Who is to try again later is waited for below.
            Ok(Ok(_) | Err(NoLink::Refused(429))) => continue,
            Ok(Err(why)) => why.to_string(),
            Err(_) => format!("nothing within {} ms", options.patience.as_millis()),
        };
        return Err(Unready::Unreachable { profile, why });
    }
    let Some(first) = options.principals.first() else {
        return Ok(());
    };
    let stage = Stage {
        library,
        runtime,
        offer,
        principals: first,
        patience: options.patience,
    };
    let (found, _) = lockout::wait(stage, "default", false, options.aside).await;
    let (temporary, unknown) = (found.temporary, found.is_unauthenticated());
    if let Some(why) = found.trouble {
        return Err(match (temporary, unknown) {
            (true, _) => Unready::LockedOut { why },
            (false, true) => Unready::Unwelcome { why },
            (false, false) => Unready::Strange { why },
        });
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

async fn one(stage: Stage<'_>, survey: &Survey, part: &Part<'_>) -> Played {
    let scenario = part.scenario;
    let start = Instant::now();
    let (lines, verdict) = if let Some(verdict) = applies(stage, survey, part) {
        (Vec::new(), verdict)
    } else {
        let (lines, result) = play(stage, scenario, part.twin).await;
        (lines, result.map_or_else(Verdict::Fail, |()| Verdict::Pass))
    };
    let (lines, judged) = judged(lines, stage, scenario).await;
    let outcome = Outcome {
        scenario: part.id.clone(),
        section: part.section.to_owned(),
        rules: scenario
            .all_rules()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        undecided: Vec::new(),
        verdict,
        took_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        transcript: None,
    };
    Played {
        outcome,
        lines,
        tested: Side::Runtime,
        exempt: scenario.exempt.clone(),
        judged,
    }
}

/// Judges the traffic by what must hold of all of it. On another thread: a long transcript must not keep the other scenarios, which all
/// are played on this one, from showing that they live.
async fn judged(lines: Vec<Line>, stage: Stage<'_>, scenario: &Scenario) -> (Vec<Line>, Judgement) {
    let (shapes, exempt) = (stage.library.shapes.clone(), scenario.exempt.clone());
    let judging = tokio::task::spawn_blocking(move || {
        let judgement = invariant::judge(&lines, &shapes, Judged::Runtime, &exempt);
        (lines, judgement)
    });
    judging.await.unwrap_or_else(|error| {
        let broken = Failure {
            step: "after the last step".to_owned(),
            expected: "traffic that can be judged".to_owned(),
            seen: error.to_string(),
            rules: scenario.rules.clone(),
        };
        let judgement = Judgement {
            broken: vec![broken],
            ..Judgement::default()
        };
        (Vec::new(), judgement)
    })
}

/// A verdict without playing, where there is one.
fn applies(stage: Stage<'_>, survey: &Survey, part: &Part<'_>) -> Option<Verdict> {
    let scenario = part.scenario;
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
    if let Some(reason) = without(&part.id) {
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
    if !stage.offer.has_probe() && scenario.wants_probe(&mapped, part.twin) {
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
async fn survey(stage: Stage<'_>, profile: &str) -> Survey {
    let greeting = r#"{"name": "survey", "rules": [], "steps": [{"hello": "a"}], "no_hostile": "it only asks"}"#;
    let Ok(mut scenario) = serde_json::from_str::<Scenario>(greeting) else {
        return Survey::default();
    };
    profile.clone_into(&mut scenario.profile);
    let (lines, result) = play(stage, &scenario, false).await;
    let frame = |kind: &str| {
        lines.iter().find_map(|line| match &line.what {
            What::Frame(frame) if frame["type"] == kind => Some(frame),
            _ => None,
        })
    };
    let welcome = frame("session.welcome");
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
    let failure = result.err();
    let error = failure.is_some().then(|| frame("session.error")).flatten();
    Survey {
        features: offered("features"),
        agents: offered("agents"),
        code: error
            .and_then(|error| error["payload"]["code"].as_str())
            .map(str::to_owned),
        temporary: failure
            .as_ref()
            .is_some_and(|failure| lockout::is_temporary(&lines, Some(failure))),
        trouble: failure
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
