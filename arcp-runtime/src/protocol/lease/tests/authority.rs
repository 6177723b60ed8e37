//! The order of checks, budgets across jobs, and what children get.

use std::thread;

use super::super::budget::{MetricName, metric_name};
use super::super::grammar::max_value;
use super::*;
use crate::limits::{MAX_LEASE_BYTES, MAX_PATTERN_CHARS, MAX_PATTERN_SEGMENTS, MAX_TARGET_BYTES};

const SEARCH: Operation<'_> = Operation::ToolCall { tool: "search" };

fn code(answer: Result<(), Denied>) -> Option<&'static str> {
    answer.err().map(|denied| denied.code.as_str())
}

#[test]
fn the_end_comes_before_the_budget_and_the_budget_before_the_grant() {
    let lease = lease(&[("cost.budget", &["USD:0"])]);
    let job = Authority::new("job_1", lease, Some(noon()), ModelPolicy::default());
    assert_eq!(code(job.check(&SEARCH, noon())), Some("LEASE_EXPIRED"));
    assert_eq!(
        code(job.check(&SEARCH, at("2026-05-13T11:59:59.999Z"))),
        Some("BUDGET_EXHAUSTED")
    );
    let unbudgeted = Authority::new(
        "job_1",
        Lease::default(),
        Some(noon()),
        ModelPolicy::default(),
    );
    assert_eq!(
        code(unbudgeted.check(&SEARCH, at("2026-05-13T11:00:00Z"))),
        Some("PERMISSION_DENIED")
    );
}

#[test]
fn the_instant_of_the_end_is_too_late() {
    let job = Authority::new(
        "job_1",
        lease(&[("tool.call", &["*"])]),
        Some(noon()),
        ModelPolicy::default(),
    );
    assert_eq!(
        code(job.check(&SEARCH, at("2026-05-13T11:59:59.999999999Z"))),
        None
    );
    assert_eq!(code(job.check(&SEARCH, noon())), Some("LEASE_EXPIRED"));
    assert!(job.is_expired(noon()) && !job.is_expired(at("2026-05-13T11:59:59Z")));
}

#[test]
fn an_empty_lease_grants_nothing_of_anything() {
    let all = [
        "fs.read",
        "fs.write",
        "net.fetch",
        "tool.call",
        "agent.delegate",
        "model.use",
        "x-vendor.acme.gpu",
    ];
    for capability in all {
        let target = if capability == "net.fetch" {
            "https://h/"
        } else {
            "/a"
        };
        let target = if capability == "agent.delegate" {
            "a"
        } else {
            target
        };
        assert_eq!(
            code(job(&[]).check(&operation(capability, target), noon())),
            Some("PERMISSION_DENIED"),
            "{capability}"
        );
        assert_eq!(
            code(job(&[(capability, &[])]).check(&operation(capability, target), noon())),
            Some("PERMISSION_DENIED")
        );
        assert_eq!(
            code(job(&[(capability, &["x", "**"])]).check(&operation(capability, target), noon())),
            None
        );
    }
}

#[test]
fn an_exhausted_counter_stops_every_operation() {
    let grants: &[(&str, &[&str])] = &[
        ("fs.read", &["**"]),
        ("fs.write", &["**"]),
        ("net.fetch", &["**"]),
        ("tool.call", &["**"]),
        ("agent.delegate", &["**"]),
        ("model.use", &["**"]),
        ("x-vendor.acme.gpu", &["**"]),
        ("cost.budget", &["USD:1.00", "credits:10"]),
    ];
    let job = job(grants);
    for spent in [false, true] {
        for (capability, _) in &grants[..7] {
            let target = match *capability {
                "net.fetch" => "https://h/",
                "agent.delegate" => "a",
                _ => "/a",
            };
            let wanted = spent.then_some("BUDGET_EXHAUSTED");
            assert_eq!(
                code(job.check(&operation(capability, target), noon())),
                wanted,
                "{capability}"
            );
        }
        job.charge("USD", money("0.42")).unwrap();
        let left = job.charge("USD", money("0.58")).unwrap();
        assert!(left[0].remaining <= Decimal::ZERO);
    }
    assert_eq!(job.remaining()["credits"], money("10"));
}

#[test]
fn budgets_are_exact_and_may_fall_below_zero() {
    let job = job(&[("cost.budget", &["USD:1.00"])]);
    let left = |amount| job.charge("USD", money(amount)).unwrap()[0].remaining;
    assert_eq!(left("0.42"), money("0.58"));
    assert_eq!(left("0.70"), money("-0.12"));
    let tenths = Budget::new("j", &[Amount::parse("USD:1").unwrap()]);
    for _ in 0..10 {
        tenths.charge("USD", money("0.1")).unwrap();
    }
    assert_eq!(tenths.exhausted().unwrap().remaining, Decimal::ZERO);
}

#[test]
fn repeated_currencies_add_up_and_others_are_not_touched() {
    let job = job(&[("cost.budget", &["USD:1", "USD:2.5", "credits:7"])]);
    assert_eq!(job.remaining()["USD"], money("3.5"));
    assert_eq!(job.charge("GBP", money("5")).unwrap(), vec![]);
    assert_eq!(job.charge("usd", money("5")).unwrap(), vec![]);
    assert_eq!(
        (job.remaining()["USD"], job.remaining()["credits"]),
        (money("3.5"), money("7"))
    );
}

#[test]
fn negative_costs_are_refused_and_zero_is_none() {
    let job = job(&[("cost.budget", &["USD:1"])]);
    assert!(job.charge("USD", money("-1")).is_err());
    assert_eq!(
        job.charge("USD", -Decimal::ZERO).unwrap()[0].remaining,
        money("1")
    );
}

#[test]
fn no_charge_overflows_a_counter() {
    let job = job(&[("cost.budget", &["USD:1"])]);
    for amount in [
        Decimal::MAX,
        max_value(),
        Decimal::MAX,
        money("0.0000000000000000000000000001"),
    ] {
        job.charge("USD", amount).unwrap();
    }
    assert_eq!(job.remaining()["USD"], -max_value());
    let fraction = Budget::new("j", &[Amount::parse("USD:1").unwrap()]);
    let left = fraction
        .charge("USD", money("0.0000000000000000000000000001"))
        .unwrap();
    assert_eq!(
        left[0].remaining,
        money("0.999999999"),
        "what is too small to count is rounded up"
    );
}

#[test]
fn a_childs_spending_lowers_every_job_above_it() {
    let top = Authority::new(
        "top",
        lease(&[("cost.budget", &["USD:5"]), ("tool.call", &["*"])]),
        None,
        ModelPolicy::default(),
    );
    let asked = lease(&[("cost.budget", &["USD:5"]), ("tool.call", &["*"])]);
    let left = top.delegate("left", &asked, None).unwrap();
    let right = top.delegate("right", &asked, None).unwrap();
    let deep = left
        .delegate("deep", &lease(&[("tool.call", &["*"])]), None)
        .unwrap();

    let changed = deep.charge("USD", money("5")).unwrap();
    let changed: Vec<_> = changed
        .iter()
        .map(|left| (&*left.job, left.remaining))
        .collect();
    assert_eq!(
        changed,
        [
            ("deep", Decimal::ZERO),
            ("left", Decimal::ZERO),
            ("top", Decimal::ZERO)
        ]
    );
    for job in [&top, &left, &right, &deep] {
        assert_eq!(code(job.check(&SEARCH, noon())), Some("BUDGET_EXHAUSTED"));
    }
    assert_eq!(
        right.remaining()["USD"],
        money("5"),
        "the sibling's own counter is untouched, the one above stops it"
    );
}

#[test]
fn a_childs_budget_is_capped_by_what_is_left_all_the_way_up() {
    let top = job(&[("cost.budget", &["USD:5"])]);
    let middle = top
        .delegate("m", &lease(&[("cost.budget", &["USD:4"])]), None)
        .unwrap();
    top.charge("USD", money("3")).unwrap();
    let ask = |parent: &Authority, amount: &str| {
        parent.delegate("c", &lease(&[("cost.budget", &[amount])]), None)
    };
    assert!(ask(&top, "USD:2.00").is_ok());
    let violation = ask(&top, "USD:2.01").unwrap_err();
    assert_eq!(violation.path, r#"lease_request["cost.budget"]"#);
    assert!(ask(&top, "EUR:1").is_err(), "the parent has no such budget");
    assert!(
        ask(&middle, "USD:2").is_ok() && ask(&middle, "USD:3").is_err(),
        "4 are left to the middle, 2 to the top"
    );
    assert!(
        top.delegate(
            "c",
            &lease(&[("cost.budget", &["USD:1", "USD:1.01"])]),
            None
        )
        .is_err(),
        "repeats add up"
    );
    top.charge("USD", money("9")).unwrap();
    assert!(ask(&top, "USD:0").is_ok() && ask(&top, "USD:0.000000001").is_err());
}

#[test]
fn a_child_inherits_the_bounds_that_it_leaves_out() {
    let bounds = lease(&[
        ("cost.budget", &["USD:5", "credits:7"]),
        ("model.use", &["m"]),
        ("fs.read", &["/a/**"]),
    ]);
    let parent = Authority::new("p", bounds, Some(noon()), ModelPolicy::AnyWithoutGrant);
    parent.charge("USD", money("3.50")).unwrap();
    let morning = at("2026-05-13T09:00:00Z");

    let silent = parent.delegate("c", &Lease::default(), None).unwrap();
    let wanted = lease(&[
        ("cost.budget", &["USD:1.5", "credits:7"]),
        ("model.use", &[]),
    ]);
    assert_eq!(
        silent.lease().to_map(),
        wanted.to_map(),
        "bounds are inherited, grants are not"
    );
    assert_eq!(silent.expires_at(), Some(noon()));
    assert_eq!(
        code(silent.check(&Operation::ModelUse { model: "m" }, morning)),
        Some("PERMISSION_DENIED")
    );

    let partial = parent
        .delegate(
            "c",
            &lease(&[("cost.budget", &["USD:1.00"])]),
            Some(morning),
        )
        .unwrap();
    let wanted = lease(&[
        ("cost.budget", &["USD:1.00", "credits:7"]),
        ("model.use", &[]),
    ]);
    assert_eq!(partial.lease().to_map(), wanted.to_map());
    assert_eq!(partial.expires_at(), Some(morning));
}

#[test]
fn without_bounds_above_a_child_may_leave_them_out() {
    let child = job(&[("fs.read", &["/a"])])
        .delegate("c", &Lease::default(), Some(noon()))
        .unwrap();
    assert_eq!(child.lease(), &Lease::default());
    assert_eq!(child.expires_at(), Some(noon()));
}

#[test]
fn a_child_never_ends_later() {
    let parent = Authority::new("p", Lease::default(), Some(noon()), ModelPolicy::default());
    let ask = |end: &str| parent.delegate("c", &Lease::default(), Some(at(end)));
    assert_eq!(
        ask("2026-05-13T12:00:00.000000001Z").unwrap_err().path,
        "lease_constraints.expires_at"
    );
    assert!(ask("2026-05-13T12:00:00Z").is_ok());
}

#[test]
fn each_pattern_of_a_child_needs_one_of_the_parent() {
    let parent = job(&[("fs.read", &["/a/*", "/b/**"]), ("tool.call", &["t"])]);
    let ask = |grants: &[(&str, &[&str])]| {
        parent
            .delegate("c", &lease(grants), None)
            .map_err(|violation| violation.path)
    };
    assert!(ask(&[("fs.read", &["/a/x", "/b/y", "/b/z/**"])]).is_ok());
    assert_eq!(
        ask(&[("fs.read", &["/a/x", "/a/**"])]).unwrap_err(),
        r#"lease_request["fs.read"][1]"#
    );
    assert_eq!(
        ask(&[("net.fetch", &["https://h/"])]).unwrap_err(),
        r#"lease_request["net.fetch"]"#
    );
    assert!(
        ask(&[("net.fetch", &[])]).is_ok(),
        "nothing is inside of nothing"
    );
    assert!(
        ask(&[("fs.write", &["/a/x"])]).is_err(),
        "reading does not include writing"
    );
}

#[test]
fn models_without_a_grant_follow_the_policy() {
    let model = Operation::ModelUse { model: "any" };
    let strict = Authority::new("j", Lease::default(), None, ModelPolicy::GrantRequired);
    let open = Authority::new("j", Lease::default(), None, ModelPolicy::AnyWithoutGrant);
    let bound = Authority::new(
        "j",
        lease(&[("model.use", &["tier-fast/*"])]),
        None,
        ModelPolicy::AnyWithoutGrant,
    );
    assert_eq!(
        code(strict.check(&model, noon())),
        Some("PERMISSION_DENIED")
    );
    assert_eq!(code(open.check(&model, noon())), None);
    assert_eq!(
        code(open.check(&SEARCH, noon())),
        Some("PERMISSION_DENIED"),
        "the policy is about models only"
    );
    assert_eq!(code(bound.check(&model, noon())), Some("PERMISSION_DENIED"));

    let asked = lease(&[("model.use", &["tier-fast/*"])]);
    assert!(strict.delegate("c", &asked, None).is_err());
    let child = open.delegate("c", &asked, None).unwrap();
    assert_eq!(
        code(child.check(&model, noon())),
        Some("PERMISSION_DENIED"),
        "a child may bind itself"
    );
    assert_eq!(
        code(
            open.delegate("c", &Lease::default(), None)
                .unwrap()
                .check(&model, noon())
        ),
        None
    );
}

#[test]
fn what_is_too_large_is_refused() {
    let refused = |entries: Vec<String>| {
        Lease::compile(&BTreeMap::from([("tool.call".to_owned(), entries)])).is_err()
    };
    assert!(
        refused(vec!["a".repeat(MAX_PATTERN_CHARS + 1)])
            && !refused(vec!["a".repeat(MAX_PATTERN_CHARS)])
    );
    assert!(
        refused(vec!["/".repeat(MAX_PATTERN_SEGMENTS)])
            && !refused(vec!["/".repeat(MAX_PATTERN_SEGMENTS - 1)])
    );
    assert!(refused(vec![
        "a".repeat(MAX_PATTERN_CHARS);
        MAX_LEASE_BYTES / MAX_PATTERN_CHARS
    ]));
    let everything = job(&[("tool.call", &["**"])]);
    let ask = |length: usize| {
        everything.check(
            &Operation::ToolCall {
                tool: &"a".repeat(length),
            },
            noon(),
        )
    };
    assert!(ask(MAX_TARGET_BYTES).is_ok());
    assert!(
        ask(MAX_TARGET_BYTES + 1).unwrap_err().message.len() < 400,
        "a message stays short"
    );
}

#[test]
fn messages_tell_no_secrets_and_no_control_characters() {
    let message =
        |operation: Operation<'_>| job(&[]).check(&operation, noon()).unwrap_err().message;
    let url = message(Operation::NetFetch {
        url: "https://me:hunter2@h/x?token=abc#frag",
    });
    assert!(
        url.contains("h/x") && !url.contains("hunter2") && !url.contains("abc"),
        "{url}"
    );
    let path = message(Operation::FsRead {
        path: "/a\u{1b}[2J\nb",
    });
    assert!(!path.contains(char::is_control), "{path}");
}

#[test]
fn a_vendor_operation_does_not_reach_a_reserved_capability() {
    let job = job(&[("tool.call", &["**"]), ("x-vendor.acme.gpu", &["*"])]);
    let ask = |capability| {
        code(job.check(
            &Operation::Vendor {
                capability,
                target: "t",
            },
            noon(),
        ))
    };
    assert_eq!(ask("x-vendor.acme.gpu"), None);
    for capability in ["tool.call", "cost.budget", "x-vendor.other", "gpu"] {
        assert_eq!(ask(capability), Some("PERMISSION_DENIED"), "{capability}");
    }
}

#[test]
fn only_cost_metrics_outside_the_reserved_names_are_charged() {
    for (name, kind) in [
        ("cost.search", MetricName::Cost),
        ("cost.", MetricName::Cost),
        ("cost.budget", MetricName::Cost),
        ("cost.budgets", MetricName::Cost),
        ("cost.budget.remaining", MetricName::Reserved),
        ("cost.budget.anything", MetricName::Reserved),
        ("cost", MetricName::Plain),
        ("latency", MetricName::Plain),
        ("my.cost.x", MetricName::Plain),
    ] {
        assert_eq!(metric_name(name), kind, "{name}");
    }
}

#[test]
fn jobs_on_many_threads_lose_no_charge() {
    let top = job(&[("cost.budget", &["USD:100"])]);
    let children: Vec<_> = (0..4)
        .map(|i| {
            top.delegate(
                format!("c{i}"),
                &lease(&[("cost.budget", &["USD:50"])]),
                None,
            )
            .unwrap()
        })
        .collect();
    thread::scope(|scope| {
        for child in &children {
            scope
                .spawn(|| (0..250).for_each(|_| drop(child.charge("USD", money("0.01")).unwrap())));
        }
    });
    assert_eq!(top.remaining()["USD"], money("90"));
    assert!(
        children
            .iter()
            .all(|child| child.remaining()["USD"] == money("47.5"))
    );
}
