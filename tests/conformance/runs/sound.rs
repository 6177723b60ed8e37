//! The kit's own data is whole: every file is embedded, every scenario has a twin or a reason, every name leads somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use arcp_conformance::invariant;
use arcp_conformance::library::Library;
use arcp_conformance::scenario::{NEEDS, PROFILES};

#[test]
fn every_scenario_file_is_embedded() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("tests/conformance");
    let mut found = BTreeSet::new();
    for folder in ["server", "client"] {
        for entry in std::fs::read_dir(here.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            found.insert(format!("{folder}/{name}"));
        }
    }
    let embedded: BTreeSet<String> = Library::files().map(str::to_owned).collect();
    assert_eq!(found, embedded);
}

#[test]
fn every_scenario_has_a_twin_or_says_why_not() {
    let library = Library::load().unwrap();
    let mut names = BTreeSet::new();
    for (section, scenario) in library.scenarios().chain(library.client_scenarios()) {
        let id = format!("{section}/{}", scenario.name);
        assert!(names.insert(id.clone()), "{id} is there twice");
        assert!(!scenario.rules.is_empty(), "{id} decides no rule");
        assert!(!scenario.steps.is_empty(), "{id} has no steps");
        assert!(
            scenario.hostile.is_some() != scenario.no_hostile.is_some(),
            "{id} needs a hostile twin, or a reason why there is none"
        );
        for feature in &scenario.features {
            assert!(
                library.features.contains(feature),
                "{id}: there is no feature {feature}"
            );
        }
        for need in &scenario.needs {
            assert!(
                NEEDS.contains(&need.as_str()),
                "{id}: there is no need {need}"
            );
        }
        assert!(
            PROFILES.contains(&scenario.profile.as_str()),
            "{id}: there is no profile {}",
            scenario.profile
        );
        for name in &scenario.exempt {
            assert!(
                invariant::all()
                    .iter()
                    .any(|invariant| invariant.name == name),
                "{id}: there is no invariant `{name}`"
            );
        }
    }
}
