//! The score: what the runs say of each rule, in README.md by feature and in SCORE.md by section. Both are written by the test here
//! and checked by it, so that no figure in them is anybody's word.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::report::{Held, Report};
use arcp_conformance::requirement::Requirement;

use crate::results::{RUNS, Run, of};

const BEGIN: &str = "<!-- The table is written by UPDATE_SCORE=1 cargo test --package arcp-runtime --test conformance score -->\n";
const END: &str = "<!-- end of the table -->\n";

/// Features by the sections of the specification that they stand in.
const FEATURES: [(&str, &[&str]); 21] = [
    ("transport and wire format", &["3", "4", "5"]),
    ("authentication, handshake", &["6.1", "6.2"]),
    ("resume", &["6.3"]),
    ("heartbeats", &["6.4"]),
    ("acknowledgement", &["6.5"]),
    ("listing", &["6.6"]),
    ("close", &["6.7"]),
    ("submission", &["7.1"]),
    ("idempotency", &["7.2"]),
    ("lifecycle, cancellation", &["7.3", "7.4"]),
    ("agent versions", &["7.5"]),
    ("subscription", &["7.6", "7.7"]),
    ("events, progress, order", &["8.1", "8.2", "8.2.1", "8.3"]),
    ("streamed results", &["8.4"]),
    ("leases", &["9.1", "9.2", "9.3", "9.4"]),
    ("expiry", &["9.5"]),
    ("budgets, models", &["9.6", "9.7"]),
    ("credentials", &["9.8", "9.8.1", "9.8.2", "9.8.3"]),
    ("delegation, trace", &["10", "11"]),
    ("errors", &["12", "13"]),
    ("security, extensions, schema", &["14", "15", "-"]),
];

/// What a run says of each rule that it played.
type Rules = BTreeMap<String, Held>;

/// Rules of which something was said, and how many of them hold.
#[derive(Clone, Copy, Default)]
struct Count {
    hold: usize,
    broken: usize,
    not_applicable: usize,
}

impl Count {
    fn of<'a>(rules: impl Iterator<Item = &'a Requirement>, said: &Rules) -> Self {
        let mut count = Self::default();
        for rule in rules {
            match said.get(&rule.id) {
                Some(Held::Pass) => count.hold += 1,
                Some(Held::Fail) => count.broken += 1,
                Some(Held::NotApplicable) => count.not_applicable += 1,
                None => {}
            }
        }
        count
    }

    /// `17 of 19`; a dash when nothing was said.
    fn told(self) -> String {
        match self.hold + self.broken {
            0 => "-".to_owned(),
            said => format!("{} of {said}", self.hold),
        }
    }
}

/// Several runs as one: a rule is broken when it is broken in any.
fn together<'a>(runs: impl Iterator<Item = &'a Rules>) -> Rules {
    let mut all = Rules::new();
    for run in runs {
        for (rule, &held) in run {
            let worst = all.entry(rule.clone()).or_insert(held);
            *worst = (*worst).max(held);
        }
    }
    all
}

struct Score {
    library: Library,
    runs: Vec<(Run, &'static str, Rules)>,
}

impl Score {
    fn rules<'a>(&'a self, sections: &'a [&str]) -> impl Iterator<Item = &'a Requirement> {
        self.library
            .in_order
            .iter()
            .map(|id| &self.library.requirements[id])
            .filter(move |rule| sections.contains(&rule.section.as_str()))
    }

    fn of(&self, chosen: impl Fn(Run) -> bool) -> Rules {
        let chosen = self.runs.iter().filter(|(run, ..)| chosen(*run));
        together(chosen.map(|(.., rules)| rules))
    }

    fn readme(&self) -> String {
        let columns = [
            self.of(|run| !run.is_client() && !run.is_python()),
            self.of(|run| run.is_client() && !run.is_python()),
            self.of(|run| run == Run::PythonRuntime),
            self.of(|run| run == Run::PythonClient),
        ];
        let python = python_version();
        let mut text = format!(
            "| feature | § | rules | MUST | SHOULD | checked | our runtime | our client | Python SDK {python}: runtime | client |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        );
        let mut line = |name: &str, shown: &str, sections: &[&str]| {
            let word = |start: &str| {
                let rules = self.rules(sections);
                rules.filter(|rule| rule.keyword.starts_with(start)).count()
            };
            let checked = self.rules(sections).filter(|rule| is_checked(rule)).count();
            let _ = write!(
                text,
                "| {name} | {shown} | {} | {} | {} | {checked} |",
                self.rules(sections).count(),
                word("MUST"),
                word("SHOULD")
            );
            for column in &columns {
                let _ = write!(
                    text,
                    " {} |",
                    Count::of(self.rules(sections), column).told()
                );
            }
            text.push('\n');
        };
        let mut all = Vec::new();
        for (name, sections) in FEATURES {
            line(name, &shown(sections), sections);
            all.extend(sections);
        }
        line("all", "", &all);
        text
    }

    fn page(&self) -> String {
        let mut text = String::from(
            "# The score by section\n\nWritten by `UPDATE_SCORE=1 cargo test --package arcp-runtime --test conformance score` from requirements.yaml and the runs of the kit, and checked by every run.\nA cell says how many rules hold of those that scenarios and invariants could say something of; `+n` are rules that do not apply there.\nRules that only tests of ours decide are in the column `tests`; [requirements.yaml](requirements.yaml) names them.\n\n",
        );
        let _ = write!(text, "| § | rules | tests |");
        let mut rule = String::from("|---|---:|---:|");
        for (_, name, _) in &self.runs {
            let _ = write!(text, " {name} |");
            rule.push_str("---:|");
        }
        let _ = writeln!(text, "\n{rule}");
        for section in self.sections() {
            let sections = [section.as_str()];
            let rules = self.rules(&sections).count();
            let tests = self.rules(&sections).filter(|&rule| is_ours_alone(rule));
            let _ = write!(text, "| {section} | {rules} | {} |", tests.count());
            for (.., said) in &self.runs {
                let count = Count::of(self.rules(&sections), said);
                let more = match count.not_applicable {
                    0 => String::new(),
                    more => format!(" +{more}"),
                };
                let _ = write!(text, " {}{more} |", count.told());
            }
            text.push('\n');
        }
        text.push_str(&self.about_credentials());
        text.push_str("\n## Decided otherwise than the inventory of the rules recommends\n\n");
        for rule in self.in_order().filter(|rule| rule.differs.is_some()) {
            let why = rule.differs.as_deref().unwrap_or_default();
            let _ = writeln!(text, "- {} (§{}): {why}", rule.id, rule.section);
        }
        text.push_str("\n## Decided in part\n\n");
        for rule in self.in_order() {
            if let Some(what) = &rule.decided_by.partly {
                let _ = writeln!(
                    text,
                    "- {} (§{}, {}): {} Not decided: {what}.",
                    rule.id, rule.section, rule.keyword, rule.text
                );
            }
        }
        text.push_str("\n## Decided by nothing\n\n");
        for rule in self.in_order() {
            if let Some(why) = &rule.decided_by.why_none {
                let _ = writeln!(
                    text,
                    "- {} (§{}, {}): {} Why: {why}.",
                    rule.id, rule.section, rule.keyword, rule.text
                );
            }
        }
        text
    }

    /// Why the rules of §9.8 do not apply everywhere, and how many of them.
    fn about_credentials(&self) -> String {
        let sections = ["9.8", "9.8.1", "9.8.2", "9.8.3"];
        let of = |wanted: Run| Count::of(self.rules(&sections), &self.of(|run| run == wanted));
        let (disk, memory) = (of(Run::WebSocketSqlite), of(Run::WebSocketMemory));
        format!(
            "\nOf the {} rules of §9.8 that scenarios decide on SQLite, {} do not apply on a store in memory: what was given out has to be revoked after a crash too (§14), so a runtime whose store does not outlast its process offers no credentials.\nOver stdio there are none on either store, since each process of these runs is the command, which gives out credentials from a gateway alone.\n",
            disk.hold + disk.broken,
            memory.not_applicable - disk.not_applicable
        )
    }

    fn in_order(&self) -> impl Iterator<Item = &Requirement> {
        let ids = self.library.in_order.iter();
        ids.map(|id| &self.library.requirements[id])
    }

    /// The sections, in the order of the rules.
    fn sections(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let sections = self.in_order().map(|rule| rule.section.clone());
        sections
            .filter(|section| seen.insert(section.clone()))
            .collect()
    }
}

fn is_checked(rule: &Requirement) -> bool {
    rule.decided_by.why_none.is_none()
}

fn is_ours_alone(rule: &Requirement) -> bool {
    let decided = &rule.decided_by;
    decided.scenarios.is_empty() && decided.invariants.is_empty() && !decided.tests.is_empty()
}

/// `7.3, 7.4` or `9.1-9.4`.
fn shown(sections: &[&str]) -> String {
    let numbered: Vec<&str> = sections.iter().copied().filter(|one| *one != "-").collect();
    match numbered[..] {
        [first, _, _, .., last] => format!("{first} to {last}"),
        _ => numbered.join(", "),
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn python_version() -> String {
    let wanted = std::fs::read_to_string(repository().join("tests/tools/requirements.in")).unwrap();
    let line = wanted.lines().find_map(|line| line.split_once("=="));
    line.unwrap().1.trim().to_owned()
}

#[test]
fn every_section_belongs_to_one_feature() {
    let library = Library::load().unwrap();
    for rule in library.requirements.values() {
        let homes = FEATURES
            .iter()
            .filter(|(_, sections)| sections.contains(&rule.section.as_str()));
        assert_eq!(homes.count(), 1, "{} of §{}", rule.id, rule.section);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_score_is_shown_as_it_is() {
    // All at once, on threads of their own: each is made by whoever asks first.
    let asked = RUNS.map(|(run, name)| {
        let here = tokio::runtime::Handle::current();
        let made = tokio::task::spawn_blocking(move || here.block_on(of(run)));
        (run, name, made)
    });
    let library = Library::load().unwrap();
    let mut runs = Vec::new();
    for (run, name, outcomes) in asked {
        let outcomes = outcomes.await.unwrap();
        let expected = Expected::default();
        runs.push((
            run,
            name,
            Report::new(&library, outcomes, &expected).rules(),
        ));
    }
    let score = Score { library, runs };
    let readme = repository().join("README.md");
    let written = std::fs::read_to_string(&readme).unwrap();
    let (before, rest) = written.split_once(BEGIN).expect("where the table begins");
    let (_, after) = rest.split_once(END).expect("where the table ends");
    let fresh = [
        (
            readme,
            format!("{before}{BEGIN}\n{}\n{END}{after}", score.readme()),
        ),
        (
            repository().join("tests/conformance/SCORE.md"),
            score.page(),
        ),
    ];
    for (file, text) in fresh {
        if std::env::var_os("UPDATE_SCORE").is_some() {
            std::fs::write(file, text).unwrap();
            continue;
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        let stale = text.lines().find(|line| !written.contains(line));
        assert!(
            written == text,
            "{} is stale, at {stale:?}: run this test with UPDATE_SCORE=1",
            file.display()
        );
    }
}
