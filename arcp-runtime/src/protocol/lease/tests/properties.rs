//! Patterns against a reference that only knows the definition, and inclusion against what it promises.

use proptest::prelude::*;

use super::super::pattern::{Dialect, Pattern};
use super::super::target::Target;
use super::{job, lease, noon, operation};

/// The definition, word for word: tries every way to share out the segments. Exponential.
fn reference(pattern: &[&str], target: &[&str]) -> bool {
    match pattern.split_first() {
        None => target.is_empty(),
        Some((&"**", rest)) => (0..=target.len()).any(|taken| reference(rest, &target[taken..])),
        Some((segment, rest)) => target.split_first().is_some_and(|(word, left)| {
            let (segment, word): (Vec<char>, Vec<char>) =
                (segment.chars().collect(), word.chars().collect());
            one_segment(&segment, &word) && reference(rest, left)
        }),
    }
}

fn one_segment(segment: &[char], word: &[char]) -> bool {
    match segment.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|taken| one_segment(rest, &word[taken..])),
        Some((c, rest)) => word
            .split_first()
            .is_some_and(|(d, left)| c == d && one_segment(rest, left)),
    }
}

fn compile(text: &str) -> Pattern {
    Pattern::compile(text, Dialect::Name).unwrap()
}

fn matches(pattern: &str, target: &str) -> bool {
    compile(pattern).matches(&Target::Name(target.to_owned()))
}

/// Few letters, so that matches are likely.
fn pattern() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![3 => "[ab*]{0,4}", 2 => Just("**".to_owned())],
        1..5,
    )
    .prop_map(|segments| segments.join("/"))
    .prop_filter("a pattern is not empty", |pattern| !pattern.is_empty())
}

fn target() -> impl Strategy<Value = String> {
    prop::collection::vec("[abc]{0,4}", 1..6).prop_map(|segments| segments.join("/"))
}

/// A target that the pattern matches: each `**` becomes some segments, each `*` some letters.
fn member_of(pattern: &str) -> impl Strategy<Value = String> + use<> {
    let segments: Vec<BoxedStrategy<Vec<String>>> = pattern
        .split('/')
        .map(|segment| match segment {
            "**" => prop::collection::vec("[abc]{0,2}", 0..4).boxed(),
            segment => word_of(segment).prop_map(|word| vec![word]).boxed(),
        })
        .collect();
    segments
        .prop_map(|segments| segments.concat())
        .prop_filter("a target has a segment", |segments| !segments.is_empty())
        .prop_map(|segments| segments.join("/"))
}

fn word_of(segment: &str) -> impl Strategy<Value = String> + use<> {
    let letters: Vec<BoxedStrategy<String>> = segment
        .chars()
        .map(|c| {
            if c == '*' {
                "[abc]{0,2}".boxed()
            } else {
                Just(c.to_string()).boxed()
            }
        })
        .collect();
    letters.prop_map(|letters| letters.concat())
}

/// Patterns and targets of one capability, odd ones among them.
fn of_capability() -> impl Strategy<Value = (&'static str, String, String, Vec<String>)> {
    let url = |open: bool| {
        let star = if open { "*" } else { "h" };
        (
            prop::sample::select(vec![
                "https://",
                "HTTPS://",
                "ftp://",
                if open { "*://" } else { "http://" },
                "x://",
            ]),
            prop::sample::select(vec![
                "h".to_owned(),
                "H:443".to_owned(),
                "h:21".to_owned(),
                star.to_owned(),
                format!("{star}:8"),
            ]),
            if open {
                "(/(\\*\\*|\\*|a|b)){0,2}"
            } else {
                "(/(a|b|\\.\\.)){0,3}"
            },
        )
            .prop_map(|(scheme, host, path)| format!("{scheme}{host}{path}"))
    };
    let urls =
        prop_oneof![5 => url(true), 1 => Just("**".to_owned()), 1 => Just("ftp:**".to_owned())];
    let path = "(/|//|/\\./)(\\*\\*|\\*|a|b\\*)((/|//)(\\*\\*|\\*|a|\\*b)){0,2}";
    let agent = "[ab*]{1,2}(@[1*]{0,2})?";
    let targets = |strategy: BoxedStrategy<String>| prop::collection::vec(strategy, 20);
    prop_oneof![
        (
            Just("fs.read"),
            path.boxed(),
            path.boxed(),
            targets("(/(a|b|ab|\\.|\\.\\.)?){1,4}".boxed())
        ),
        (
            Just("net.fetch"),
            urls.clone().boxed(),
            urls.boxed(),
            targets(url(false).boxed())
        ),
        (
            Just("agent.delegate"),
            agent.boxed(),
            agent.boxed(),
            targets("[ab]{1,2}(@[12]{1,2})?".boxed())
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matching_agrees_with_the_definition(pattern in pattern(), target in target()) {
        let (split_pattern, split_target): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), target.split('/').collect());
        prop_assert_eq!(matches(&pattern, &target), reference(&split_pattern, &split_target), "{} on {}", pattern, target);
    }

    #[test]
    fn a_pattern_matches_its_members((pattern, target) in pattern().prop_flat_map(|p| (Just(p.clone()), member_of(&p)))) {
        prop_assert!(matches(&pattern, &target), "{} on {}", pattern, target);
    }

    #[test]
    fn members_of_an_included_pattern_are_members((child, parent, target) in
        (pattern(), pattern()).prop_flat_map(|(c, p)| (Just(c.clone()), Just(p), member_of(&c))))
    {
        if compile(&parent).includes(&compile(&child)) {
            prop_assert!(matches(&parent, &target), "{} includes {} but does not match {}", parent, child, target);
        }
    }

    #[test]
    fn a_child_can_do_nothing_that_its_parent_cannot((capability, child, parent, targets) in of_capability()) {
        let parent_job = job(&[(capability, &[&parent])]);
        if let Ok(child_job) = parent_job.delegate("c", &lease(&[(capability, &[&child])]), None) {
            for target in &targets {
                let operation = operation(capability, target);
                let (below, above) = (child_job.check(&operation, noon()), parent_job.check(&operation, noon()));
                prop_assert!(below.is_err() || above.is_ok(), "{} in {}, but on {}: {:?}", child, parent, target, above);
            }
        }
    }

    #[test]
    fn inclusion_is_reflexive_and_below_everything(pattern in pattern()) {
        prop_assert!(compile(&pattern).includes(&compile(&pattern)));
        prop_assert!(compile("**").includes(&compile(&pattern)));
    }

    #[test]
    fn no_text_makes_anything_panic(text in "\\PC{0,40}|[a/.*%2eE@:\\\\\\[\\]?# ]{0,40}") {
        for dialect in [Dialect::Path, Dialect::Url, Dialect::Name, Dialect::Agent] {
            let pattern = Pattern::compile(&text, dialect);
            for target in [Target::path(&text), Target::url(&text), Target::name(&text), Target::agent(&text, None)] {
                if let (Ok(pattern), Ok(target)) = (&pattern, &target) {
                    pattern.matches(target);
                }
            }
        }
        for text in [text.clone(), format!("/{text}"), format!("https://{text}"), format!("https://h/{text}")] {
            for canonical in [Target::path(&text), Target::url(&text)].into_iter().flatten() {
                let again = match &canonical {
                    Target::Path(path) => Target::path(path),
                    other => Target::url(other.text()),
                };
                prop_assert_eq!(Ok(canonical), again);
            }
        }
    }
}

/// All texts of at most `most` of the given letters.
fn words(letters: &[char], most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..most {
        last = last
            .iter()
            .flat_map(|word| letters.iter().map(move |c| format!("{word}{c}")))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Inside one segment inclusion is not only safe but exact: proved on every small pattern.
#[test]
fn inside_a_segment_inclusion_is_exact() {
    let targets = words(&['a', 'b', 'c'], 5);
    let patterns: Vec<(Pattern, Vec<bool>)> = words(&['a', 'b', '*'], 4)
        .iter()
        .filter(|text| !text.is_empty() && *text != "**")
        .map(|text| {
            (
                compile(text),
                targets.iter().map(|target| matches(text, target)).collect(),
            )
        })
        .collect();
    assert_eq!(patterns.len(), 119);
    for (parent, parents) in &patterns {
        for (child, children) in &patterns {
            let inside = children
                .iter()
                .zip(parents)
                .all(|(child, parent)| *parent || !child);
            assert_eq!(
                parent.includes(child),
                inside,
                "{} in {}",
                child.as_str(),
                parent.as_str()
            );
        }
    }
}

/// What makes a backtracking matcher explode takes this one a moment. The test ends or it does not.
#[test]
fn hostile_patterns_are_cheap() {
    let target = "a".repeat(8000);
    assert!(!matches(&format!("{}b", "a*".repeat(2000)), &target));
    let deep = vec!["a"; 4000].join("/");
    assert!(!matches(&format!("{}b", "**/a/".repeat(60)), &deep));
    assert!(!matches(&format!("**/{}b", "a/".repeat(120)), &deep));
}

/// Reading a canonical URL again changes nothing: tried on every short tail of every kind of beginning.
#[test]
fn a_canonical_url_stays_as_it_is() {
    let tails = words(
        &[
            'a', '/', '.', '%', '2', 'e', ':', '@', '?', '#', ' ', '[', ']', 'E',
        ],
        3,
    );
    let heads = [
        "a:",
        "a:/",
        "a://",
        "https:",
        "https://",
        "https://a/",
        "file:",
        "file://",
        "file:///",
        "ftp://",
    ];
    let mut read = 0;
    for (head, tail) in heads
        .iter()
        .flat_map(|head| tails.iter().map(move |tail| (head, tail)))
    {
        if let Ok(url) = Target::url(&format!("{head}{tail}")) {
            assert_eq!(Target::url(url.text()), Ok(url), "from {head}{tail}");
            read += 1;
        }
    }
    assert!(read > 5000, "only {read} were URLs at all");
}
