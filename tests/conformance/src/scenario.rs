//! Scenarios as data: what is sent to a runtime and what has to come back. `SCENARIOS.md` explains the words to whoever
//! writes one; this file reads them. It plays nothing; that is [`crate::driver`].

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

mod step;

pub use step::{
    Accept, Action, Ask, Check, Closed, Each, Ends, Exits, Expect, Heart, Hello, Kill, Listed,
    Nothing, On, Open, Pause, Raw, Refused, Repeat, Resume, Send, Set, Start, Step, Submit,
    Submitted, Welcome,
};

/// What a scenario may need beside a runtime.
pub const NEEDS: [&str; 6] = [
    "several",
    "bob",
    "websocket",
    "stdio",
    "provisioner",
    "permissive",
];

/// The limits that a scenario may need; SCENARIOS.md says what they are.
pub const PROFILES: [&str; 4] = ["default", "brisk", "small", "provisioned"];

/// One file of scenarios: one section of the specification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// The section, for example `6.2`.
    pub section: String,
    /// What the section is about.
    pub title: String,
    /// Its scenarios.
    pub scenarios: Vec<Scenario>,
}

/// One scenario: steps that are played in order, in sessions of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A name that says what must hold. Unique in the file; `section/name` is the id.
    pub name: String,
    /// The rules it decides.
    pub rules: Vec<String>,
    /// Features that the runtime has to offer; without one the scenario is not applicable.
    #[serde(default)]
    pub features: Vec<String>,
    /// The limits it needs, see PROFILES in SCENARIOS.md.
    #[serde(default = "default_profile")]
    pub profile: String,
    /// What else it needs: `several` connections at once, `bob`, `websocket`, `stdio`, `provisioner`, `permissive`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The command of a client under test that is started first.
    #[serde(default = "submits")]
    pub client: String,
    /// What words of its commands stand for: `agent`, `input`, `job`, `key`, `lease`.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// What happens.
    pub steps: Vec<Step>,
    /// The same with a peer that means harm or errs: wrong types, extremes, duplicates, another's ids.
    pub hostile: Option<Vec<Step>>,
    /// Why there is no hostile twin.
    pub no_hostile: Option<String>,
    /// Invariants that this scenario breaks by what it does, with no fault of the runtime.
    #[serde(default)]
    pub exempt: Vec<String>,
}

fn default_profile() -> String {
    "default".to_owned()
}

fn submits() -> String {
    "submit".to_owned()
}

/// Programs for the contract agent, by name.
pub type Programs = BTreeMap<String, Value>;

impl Scenario {
    /// Whether any step, of the twin too, needs the contract agent although the offer may map programs to other agents.
    pub fn wants_probe(&self, mapped: &dyn Fn(&str) -> bool, twin: bool) -> bool {
        let steps = if twin {
            self.hostile.as_deref().unwrap_or_default()
        } else {
            &self.steps
        };
        any(steps, &|action| match action {
            Action::Submit(submit) => {
                submit.r#do.is_some()
                    || submit
                        .agent
                        .as_deref()
                        .is_some_and(|agent| agent.starts_with("probe"))
                    || submit.program.as_deref().is_some_and(|name| !mapped(name))
            }
            Action::Alive(_) => !mapped("quick"),
            _ => false,
        })
    }

    /// Whether the scenario or its twin logs in wrongly, which runtimes count: it says that the login is refused.
    pub fn guesses(&self, twin: bool) -> bool {
        let steps = if twin {
            self.hostile.as_deref().unwrap_or_default()
        } else {
            &self.steps
        };
        let mut written = steps.iter().map(|step| &step.written);
        written.any(|step| step.contains("\"UNAUTHENTICATED\""))
    }

    /// The commands of a client under test that the scenario or its twin starts.
    pub fn commands(&self, twin: bool) -> Vec<&str> {
        let steps = if twin {
            self.hostile.as_deref().unwrap_or_default()
        } else {
            &self.steps
        };
        let started = steps.iter().filter_map(|step| match &step.action {
            Action::Start(start) => Some(start.command.as_str()),
            _ => None,
        });
        std::iter::once(self.client.as_str())
            .chain(started)
            .collect()
    }

    /// Every rule that the scenario or one of its steps names.
    pub fn all_rules(&self) -> Vec<&str> {
        let mut rules: Vec<&str> = self.rules.iter().map(String::as_str).collect();
        for step in self.steps.iter().chain(self.hostile.iter().flatten()) {
            rules.extend(step.rules.iter().map(String::as_str));
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

fn any(steps: &[Step], holds: &dyn Fn(&Action) -> bool) -> bool {
    steps.iter().any(|step| {
        holds(&step.action)
            || match &step.action {
                Action::Each(each) => any(&each.r#do, holds),
                Action::Repeat(repeat) => any(&repeat.r#do, holds),
                _ => false,
            }
    })
}
