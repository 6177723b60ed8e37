//! The target `docs`: the protocol reference in Markdown, one sentence a line.
//!
//! Every table is made of the model, so none can lack a row.

mod diagrams;
mod entries;
mod errors;
mod features;
mod pages;
mod shown;
#[cfg(test)]
mod tests;
mod views;

use crate::emit::Files;
use crate::emit::lookup::{Lookup, Pillars};
use crate::emit::package::Package;
use crate::emit::prose::{GENERATED, sentences};
use crate::model::{Limit, Model, Shape, Struct};
use crate::naming::kebab;
use crate::problem::Problem;
use askama::Template;
use diagrams::{Diagram, Diagrams};
use entries::{Entry, kind, message};
use pages::{Page, Pages};
use shown::Shown;
use views::{Body, MemberView, TypeView, cell, described, section};

/// Emits the pages.
///
/// # Errors
/// What the bindings are built around and the schema does not have.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let pillars = lookup.pillars()?;
    let pages = Pages {
        lookup: &lookup,
        shown: Shown::new(model),
    };
    let mut out = Package::new(1);
    let messages: Vec<Entry> = model
        .messages
        .iter()
        .map(|it| message(&pages, it))
        .collect();
    let kinds: Vec<Entry> = model.kinds.iter().map(|it| kind(&pages, it)).collect();
    let diagrams = Diagrams::new(&lookup, &pillars);
    out.add("docs/events.md", &events(&pages, &kinds));
    out.add("docs/features.md", &features::features(&pages));
    for (wire, page) in errors::code_pages(&pages, &pillars) {
        out.add(&format!("docs/errors/{wire}.md"), &page);
    }
    out.add("docs/errors.md", &errors::errors(&pages, &pillars));
    for (page, file, title, intro) in TYPE_PAGES {
        out.add(&format!("docs/{file}"), &types(&pages, *page, title, intro));
    }
    out.add(
        "docs/limits.md",
        &LimitsPage {
            generated: GENERATED,
            limits: model.limits.iter().map(limit).collect(),
        },
    );
    let mut front = front(&pages, &pillars, &messages, &kinds);
    front.life = diagrams.life();
    out.add("docs/README.md", &front);
    out.add(
        "docs/messages.md",
        &MessagesPage {
            generated: GENERATED,
            diagrams: diagrams.requests(),
            messages: &messages,
        },
    );
    out.done()
}

const TYPE_PAGES: &[(Page, &str, &str, &str)] = &[
    (
        Page::Leases,
        "leases.md",
        "Leases",
        "A lease says what a job may do, and nothing outside it is granted.\nWhat a job delegates is at most what it has itself.",
    ),
    (
        Page::Objects,
        "objects.md",
        "Objects",
        "The objects that stand inside messages and events.\nA member that is not listed is ignored.",
    ),
    (
        Page::Grammars,
        "grammars.md",
        "Grammars",
        "Strings with a form of their own, lists of words, and the values that have none.\nPatterns are those of ECMA-262, and lengths count characters.",
    ),
];

fn events<'a>(pages: &Pages<'_>, kinds: &'a [Entry]) -> EventsPage<'a> {
    let model = pages.lookup.model;
    let all = model.rooms.iter().flat_map(|room| &room.types);
    let mut event = all.filter_map(|ty| match &ty.shape {
        Shape::Struct(record @ Struct { union: Some(_), .. }) => Some((ty, record)),
        _ => None,
    });
    let found = event.next();
    EventsPage {
        generated: GENERATED,
        event_text: found.map_or_else(String::new, |(ty, _)| described(&ty.docs)),
        members: found.map_or_else(Vec::new, |(_, record)| {
            record.members.iter().map(|it| pages.member(it)).collect()
        }),
        kinds,
    }
}

fn types<'a>(pages: &Pages<'_>, page: Page, title: &'a str, intro: &'a str) -> TypesPage<'a> {
    let rooms = pages.lookup.model.rooms.iter().map(|room| RoomView {
        name: room.name.clone(),
        text: sentences(&room.description),
        types: room
            .types
            .iter()
            .filter(|ty| pages.page(&room.name, ty) == page)
            .map(|ty| pages.type_view(&room.name, ty))
            .collect(),
    });
    TypesPage {
        generated: GENERATED,
        title,
        intro,
        rooms: rooms.filter(|room| !room.types.is_empty()).collect(),
    }
}

fn front<'a>(
    pages: &Pages<'_>,
    pillars: &Pillars<'_>,
    messages: &'a [Entry],
    kinds: &'a [Entry],
) -> Front<'a> {
    let model = pages.lookup.model;
    let features: usize = pages
        .lookup
        .features()
        .iter()
        .map(|(_, it)| it.values.len())
        .sum();
    Front {
        generated: GENERATED,
        version: model.version.clone(),
        counts: format!(
            "{} messages, {} kinds of events, {} error codes, {features} features, {} limits and timers.",
            messages.len(),
            kinds.len(),
            pillars.codes.1.values.len(),
            model.limits.len()
        ),
        members: pillars
            .envelope
            .members
            .iter()
            .map(|it| pages.member(it))
            .collect(),
        life: Vec::new(),
        messages,
        kinds,
    }
}

fn limit(it: &Limit) -> LimitView {
    LimitView {
        anchor: kebab(&it.name),
        name: it.name.clone(),
        value: it.default,
        unit: it.unit.clone(),
        section: section(&it.docs),
        cell: cell(&it.docs.description),
    }
}

#[derive(Template)]
#[template(path = "docs/README.md")]
struct Front<'a> {
    generated: &'static str,
    version: String,
    counts: String,
    members: Vec<MemberView>,
    life: Vec<String>,
    messages: &'a [Entry],
    kinds: &'a [Entry],
}

#[derive(Template)]
#[template(path = "docs/messages.md")]
struct MessagesPage<'a> {
    generated: &'static str,
    diagrams: Vec<Diagram>,
    messages: &'a [Entry],
}

#[derive(Template)]
#[template(path = "docs/events.md")]
struct EventsPage<'a> {
    generated: &'static str,
    event_text: String,
    members: Vec<MemberView>,
    kinds: &'a [Entry],
}

#[derive(Template)]
#[template(path = "docs/types.md")]
struct TypesPage<'a> {
    generated: &'static str,
    title: &'a str,
    intro: &'a str,
    rooms: Vec<RoomView>,
}

struct RoomView {
    name: String,
    text: String,
    types: Vec<TypeView>,
}

#[derive(Template)]
#[template(path = "docs/limits.md")]
struct LimitsPage {
    generated: &'static str,
    limits: Vec<LimitView>,
}

struct LimitView {
    anchor: String,
    name: String,
    value: u64,
    unit: String,
    section: String,
    cell: String,
}
