//! Everything that is embedded: rules, scenarios, shapes, programs.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::invariant;
use crate::matcher::Shapes;
use crate::requirement::{self, Requirement};
use crate::scenario::{Programs, Scenario, ScenarioFile};

macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../", $path)))),*]
    };
}

/// The scenario files for runtimes, in the order of the specification.
const SERVER: &[(&str, &str)] = embedded![
    "server/03-overview.yaml",
    "server/04-transport.yaml",
    "server/05-wire-format.yaml",
    "server/06.1-authentication.yaml",
    "server/06.2-handshake.yaml",
    "server/06.3-resume.yaml",
    "server/06.4-heartbeats.yaml",
    "server/06.5-acknowledgement.yaml",
    "server/06.6-listing.yaml",
    "server/06.7-close.yaml",
    "server/07.1-submission.yaml",
    "server/07.2-idempotency.yaml",
    "server/07.3-lifecycle.yaml",
    "server/07.4-cancellation.yaml",
    "server/07.5-agent-versions.yaml",
    "server/07.6-subscription.yaml",
    "server/08.1-events.yaml",
    "server/08.3-ordering.yaml",
    "server/08.4-result-streaming.yaml",
    "server/09.1-leases.yaml",
    "server/09.4-subsets.yaml",
    "server/09.5-expiry.yaml",
    "server/09.6-budget.yaml",
    "server/09.7-models.yaml",
    "server/09.8-credentials.yaml",
    "server/10-delegation.yaml",
    "server/11-trace.yaml",
    "server/14-security.yaml",
];

/// The scenario files for clients.
const CLIENT: &[(&str, &str)] = embedded![
    "client/clients.yaml",
    "client/submitting.yaml",
    "client/listing.yaml",
    "client/following.yaml",
    "client/resuming.yaml",
];

const SHAPES: &str = include_str!("../shapes.yaml");
const PROGRAMS: &str = include_str!("../programs.yaml");
const REQUIREMENTS: &str = include_str!("../requirements.yaml");

/// The features of v1.1.
const FEATURES: [&str; 11] = [
    "heartbeat",
    "ack",
    "list_jobs",
    "subscribe",
    "lease_expires_at",
    "cost.budget",
    "model.use",
    "provisioned_credentials",
    "progress",
    "result_chunk",
    "agent_versions",
];

/// What the kit knows.
#[derive(Debug)]
pub struct Library {
    /// The rules, by id.
    pub requirements: BTreeMap<String, Requirement>,
    /// The rules' ids, in the order of the specification.
    pub in_order: Vec<String>,
    /// The scenario files for runtimes.
    pub server: Vec<ScenarioFile>,
    /// The scenario files for clients.
    pub client: Vec<ScenarioFile>,
    /// Patterns with a name.
    pub shapes: Shapes,
    /// Programs of the contract agent, by name.
    pub programs: Programs,
    /// Every feature.
    pub features: Vec<String>,
}

/// What is played by itself: a scenario, or its hostile twin.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The section, the scenario's name, and whether it is the twin.
    pub id: String,
    /// The section.
    pub section: &'a str,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Whether its twin is meant.
    pub twin: bool,
}

impl Library {
    /// Reads what is embedded.
    ///
    /// # Errors
    /// The file and the place in it that cannot be understood.
    pub fn load() -> Result<Self, String> {
        let requirements: Vec<Requirement> = named("requirements.yaml", REQUIREMENTS)?;
        Ok(Self {
            in_order: requirements.iter().map(|rule| rule.id.clone()).collect(),
            requirements: requirements
                .into_iter()
                .map(|rule| (rule.id.clone(), rule))
                .collect(),
            server: SERVER
                .iter()
                .map(|(name, text)| named(name, text))
                .collect::<Result<_, _>>()?,
            client: CLIENT
                .iter()
                .map(|(name, text)| named(name, text))
                .collect::<Result<_, _>>()?,
            shapes: named("shapes.yaml", SHAPES)?,
            programs: named("programs.yaml", PROGRAMS)?,
            features: FEATURES.map(str::to_owned).to_vec(),
        })
    }

    /// Every scenario for runtimes with its section, in order.
    pub fn scenarios(&self) -> impl Iterator<Item = (&str, &Scenario)> {
        self.server.iter().flat_map(|file| {
            file.scenarios
                .iter()
                .map(move |scenario| (file.section.as_str(), scenario))
        })
    }

    /// Every scenario for clients with its section, in order.
    pub fn client_scenarios(&self) -> impl Iterator<Item = (&str, &Scenario)> {
        self.client.iter().flat_map(|file| {
            file.scenarios
                .iter()
                .map(move |scenario| (file.section.as_str(), scenario))
        })
    }

    /// The scenarios for runtimes and their twins, those whose id contains `only`.
    pub fn parts(&self, only: Option<&str>) -> Vec<Part<'_>> {
        parts("", self.scenarios(), only)
    }

    /// The scenarios for clients and their twins, those whose id contains `only`.
    pub fn client_parts(&self, only: Option<&str>) -> Vec<Part<'_>> {
        parts("client ", self.client_scenarios(), only)
    }

    /// The id of every scenario, with the rules that it cites.
    pub fn cited(&self) -> Vec<(String, Vec<&str>)> {
        self.scenarios()
            .chain(self.client_scenarios())
            .map(|(section, scenario)| {
                (format!("{section}/{}", scenario.name), scenario.all_rules())
            })
            .collect()
    }

    /// requirements.yaml as it should be: every rule with the scenarios and invariants that cite it.
    pub fn requirements_with_scenarios(&self) -> String {
        let mut scenarios: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (id, rules) in self.cited() {
            for rule in rules {
                scenarios.entry(rule).or_default().push(id.clone());
            }
        }
        let mut invariants: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for invariant in invariant::all() {
            for rule in invariant.rules {
                invariants
                    .entry(rule)
                    .or_default()
                    .push(invariant.name.to_owned());
            }
        }
        let take = |from: &mut BTreeMap<&str, Vec<String>>, rule: &str| {
            from.remove(rule).unwrap_or_default()
        };
        let mut text = requirement::HEAD.to_owned();
        for rule in &self.in_order {
            let Some(rule) = self.requirements.get(rule) else {
                continue;
            };
            let mut rule = rule.clone();
            rule.decided_by.scenarios = take(&mut scenarios, &rule.id);
            rule.decided_by.invariants = take(&mut invariants, &rule.id);
            text.push_str(&rule.to_yaml());
        }
        text
    }

    /// The names of the embedded scenario files.
    pub fn files() -> impl Iterator<Item = &'static str> {
        SERVER.iter().chain(CLIENT).map(|(name, _)| *name)
    }

    /// The rule's text, for a report.
    pub fn text_of(&self, rule: &str) -> &str {
        self.requirements
            .get(rule)
            .map_or("", |rule| rule.text.as_str())
    }
}

fn parts<'a>(
    of: &str,
    scenarios: impl Iterator<Item = (&'a str, &'a Scenario)>,
    only: Option<&str>,
) -> Vec<Part<'a>> {
    let part = |(section, scenario): (&'a str, &'a Scenario), twin| {
        let hostile = if twin { " (hostile)" } else { "" };
        let id = format!("{of}{section}/{}{hostile}", scenario.name);
        let wanted = only.is_none_or(|only| id.contains(only));
        (wanted && (!twin || scenario.hostile.is_some())).then_some(Part {
            id,
            section,
            scenario,
            twin,
        })
    };
    scenarios
        .flat_map(|one| [part(one, false), part(one, true)])
        .flatten()
        .collect()
}

fn named<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    yaml(text).map_err(|error| format!("{name}: {error}"))
}

/// Reads YAML through JSON values, so that a mistake is told with its path.
///
/// # Errors
/// What in the text cannot be understood, and where.
pub fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // YAML 1.2: `on`, `yes` and `no` are words.
    let options = serde_saphyr::options! { strict_booleans: true };
    let value: Value =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
    serde_path_to_error::deserialize(value).map_err(|error| error.to_string())
}
