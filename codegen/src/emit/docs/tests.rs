//! The reference is whole: every link leads somewhere, and nothing of the wire is missing.

use super::emit;
use crate::emit::Files;
use crate::model::Model;
use std::path::Path;

fn reference() -> (Model, Files) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let model = crate::read(&schema).unwrap();
    let files = emit(&model).unwrap();
    (model, files)
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    std::str::from_utf8(&files[path]).unwrap()
}

#[test]
fn every_link_leads_somewhere() {
    let (_, files) = reference();
    let mut links = 0;
    for path in files.keys() {
        let folder = path.rsplit_once('/').unwrap().0;
        // Patterns between backticks are no links.
        let prose: String = text(&files, path).split('`').step_by(2).collect();
        for part in prose.split("](").skip(1) {
            let target = part.split_once(')').unwrap().0;
            if target.starts_with("https://") {
                continue;
            }
            let (page, anchor) = target.split_once('#').unwrap_or((target, ""));
            let page = match page {
                "" => path.clone(),
                page if page.starts_with("../") => format!("docs/{}", &page[3..]),
                page => format!("{folder}/{page}"),
            };
            let found = files.get(&page);
            assert!(found.is_some(), "{path} links to {target}");
            let heading = format!("## {}", anchor.replace('-', " "));
            let there = anchor.is_empty()
                || text(&files, &page).contains(&format!("id=\"{anchor}\""))
                || text(&files, &page).to_lowercase().contains(&heading);
            assert!(there, "{path} links to {target}");
            links += 1;
        }
    }
    assert!(links > 300, "{links} links");
}

#[test]
fn anchors_are_unique() {
    let (_, files) = reference();
    for path in files.keys() {
        let mut anchors: Vec<&str> = text(&files, path)
            .split("<a id=\"")
            .skip(1)
            .map(|part| part.split_once('"').unwrap().0)
            .collect();
        let count = anchors.len();
        anchors.sort_unstable();
        anchors.dedup();
        assert_eq!(anchors.len(), count, "{path} has an anchor twice");
    }
}

#[test]
fn nothing_of_the_wire_is_missing() {
    let (model, files) = reference();
    let all: String = files.keys().map(|path| text(&files, path)).collect();
    for message in &model.messages {
        assert!(
            all.contains(&format!("## `{}`", message.wire)),
            "{}",
            message.wire
        );
        if !message.answered_by.is_empty() {
            assert!(
                all.contains(&format!("->>R: {}", message.wire)),
                "{}",
                message.wire
            );
        }
    }
    for limit in &model.limits {
        assert!(all.contains(&format!("`{}`", limit.name)), "{}", limit.name);
    }
    for room in &model.rooms {
        for ty in room
            .types
            .iter()
            .filter(|ty| !ty.docs.description.is_empty())
        {
            let first = ty.docs.description.split(". ").next().unwrap();
            assert!(
                all.contains(first.trim_end_matches('.')),
                "{}.{}",
                room.name,
                ty.name
            );
        }
    }
    assert!(all.contains("CC BY 4.0"));
}
