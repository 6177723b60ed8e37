//! Resolution of agents. The grammar of references is in the corpus.

use super::*;

fn agents() -> Agents<u32> {
    let mut agents = Agents::new();
    agents.register("probe", "1.0.0", 10).unwrap();
    agents.register("probe", "2.0.0", 20).unwrap();
    agents.set_default("probe", "1.0.0").unwrap();
    agents.register("nd", "b", 2).unwrap();
    agents.register("nd", "a", 1).unwrap();
    agents
}

#[test]
fn a_bare_name_means_the_default() {
    let agents = agents();
    let found = agents.resolve("probe").unwrap();
    assert_eq!(
        (found.to_string().as_str(), *found.agent),
        ("probe@1.0.0", 10)
    );
}

#[test]
fn without_a_default_the_latest_registration_counts_and_not_the_largest_version() {
    assert_eq!(agents().resolve("nd").unwrap().to_string(), "nd@a");
}

#[test]
fn a_version_is_compared_as_text() {
    let agents = agents();
    assert_eq!(agents.resolve("probe@2.0.0").unwrap().agent, &20);
    let error = agents.resolve("probe@2.0").unwrap_err();
    assert_eq!(
        error,
        Unresolved::VersionNotAvailable {
            name: "probe".into(),
            version: "2.0".into()
        }
    );
    assert_eq!(error.code(), "AGENT_VERSION_NOT_AVAILABLE");
}

#[test]
fn an_unknown_name_wins_over_its_version() {
    for reference in ["other", "other@1.0.0"] {
        assert_eq!(
            agents().resolve(reference).unwrap_err().code(),
            "AGENT_NOT_AVAILABLE",
            "{reference}"
        );
    }
}

#[test]
fn a_malformed_reference_is_an_invalid_request() {
    let error = agents().resolve("Probe").unwrap_err();
    assert_eq!(error.code(), "INVALID_REQUEST");
    assert!(error.to_string().contains("lower-case"), "{error}");
}

#[test]
fn registering_twice_or_badly_changes_nothing() {
    let mut agents = agents();
    let twice = agents.register("probe", "1.0.0", 99).unwrap_err();
    assert_eq!(
        twice,
        NotRegistered::Twice {
            name: "probe".into(),
            version: "1.0.0".into()
        }
    );
    assert!(matches!(
        agents.register("a@b", "1", 0),
        Err(NotRegistered::Malformed(_))
    ));
    assert!(matches!(
        agents.register("a", "", 0),
        Err(NotRegistered::Malformed(_))
    ));
    assert!(matches!(
        agents.set_default("probe", "9"),
        Err(NotRegistered::UnknownDefault { .. })
    ));
    assert!(matches!(
        agents.set_default("a", "1"),
        Err(NotRegistered::UnknownDefault { .. })
    ));
    assert_eq!(agents.resolve("probe").unwrap().agent, &10);
    assert_eq!(agents.offers().count(), 2);
}

#[test]
fn offers_are_sorted_by_name_and_keep_the_order_of_versions() {
    let agents = agents();
    let offers: Vec<_> = agents.offers().collect();
    assert_eq!(
        offers[0],
        Offer {
            name: "nd",
            versions: vec!["b", "a"],
            default: None
        }
    );
    assert_eq!(
        offers[1],
        Offer {
            name: "probe",
            versions: vec!["1.0.0", "2.0.0"],
            default: Some("1.0.0")
        }
    );
}

#[test]
fn a_bare_filter_selects_every_version() {
    let bare = Reference::parse("probe").unwrap();
    let pinned = Reference::parse("probe@1.0.0").unwrap();
    assert!(
        bare.selects("probe", "1.0.0")
            && bare.selects("probe", "2.0.0")
            && !bare.selects("probe2", "1.0.0")
    );
    assert!(pinned.selects("probe", "1.0.0") && !pinned.selects("probe", "2.0.0"));
}
