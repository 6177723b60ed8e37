//! The target `docs`: the protocol reference in Markdown, one sentence a line.
//!
//! Every table is made of the model, so none can lack a row.

mod diagrams;
mod pages;
#[cfg(test)]
mod tests;
mod views;

use crate::emit::Files;
use crate::emit::lookup::{Lookup, Pillars};
use crate::emit::prose::{GENERATED, finished, sentences};
use crate::model::{Carry, Direction, Example, Kind, Limit, Message, Model, Ref, Struct, Value};
use crate::naming::kebab;
use crate::node;
use crate::problem::Problem;
use askama::Template;
use diagrams::{Diagram, diagrams};
use pages::{Page, Pages, anchor};
use views::{Body, MemberView, TypeView, cell, described, feature_anchor, feature_link, section};

/// Emits the pages.
///
/// # Errors
/// What the bindings are built around and the schema does not have.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let pillars = lookup.pillars()?;
    let pages = Pages { lookup: &lookup };
    let mut out = Reference::default();
    let messages: Vec<Entry> = model
        .messages
        .iter()
        .map(|it| message(&pages, it))
        .collect();
    let kinds: Vec<Entry> = model.kinds.iter().map(|it| kind(&pages, it)).collect();
    out.add("events.md", &events(&pages));
    out.add("features.md", &features(&pages));
    for code in codes(&pillars) {
        out.add(
            &format!("errors/{}.md", code.wire),
            &CodePage {
                generated: GENERATED,
                code,
            },
        );
    }
    out.add("errors.md", &errors(&pages, &pillars));
    for (page, file, title, intro) in TYPE_PAGES {
        out.add(file, &types(&pages, *page, title, intro));
    }
    out.add(
        "limits.md",
        &LimitsPage {
            generated: GENERATED,
            limits: model.limits.iter().map(limit).collect(),
        },
    );
    out.add("README.md", &front(&pages, &pillars, &messages, &kinds));
    out.add(
        "messages.md",
        &MessagesPage {
            generated: GENERATED,
            diagrams: diagrams(model),
            messages,
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

#[derive(Default)]
struct Reference {
    files: Files,
    problems: Vec<Problem>,
}

impl Reference {
    fn add(&mut self, page: &str, template: &impl Template) {
        match template.render() {
            Ok(text) => {
                self.files
                    .insert(format!("docs/{page}"), finished(&squeezed(&text)));
            }
            Err(error) => self.problems.push(Problem::new(
                "",
                "",
                format!("the template of docs/{page} cannot be filled: {error}"),
                "mend the template",
            )),
        }
    }

    fn done(self) -> Result<Files, Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(self.files)
        } else {
            Err(self.problems)
        }
    }
}

/// One empty line between blocks.
fn squeezed(text: &str) -> String {
    let mut out = text.to_owned();
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out
}

/// A message or an event kind.
struct Entry {
    wire: String,
    anchor: String,
    direction: &'static str,
    feature: String,
    cell: String,
    text: String,
    section: String,
    facts: Vec<String>,
    envelope: String,
    payload_anchor: String,
    payload_text: String,
    body: Body,
    example: Option<String>,
}

fn message(pages: &Pages<'_>, it: &Message) -> Entry {
    let list = |wires: &[String]| {
        let links = wires
            .iter()
            .map(|wire| format!("[`{wire}`](#{})", kebab(wire)));
        links.collect::<Vec<_>>().join(", ")
    };
    let mut facts = Vec::new();
    if it.feature.is_some() {
        facts.push(format!(
            "Needs the feature {}.",
            feature_link(it.feature.as_ref(), "")
        ));
    }
    if !it.answered_by.is_empty() {
        facts.push(format!("Answered by: {}.", list(&it.answered_by)));
    }
    if !it.answers.is_empty() {
        facts.push(format!("Answers: {}.", list(&it.answers)));
    }
    if it.replayed {
        facts.push("A resume sends it again.".into());
    }
    if it.terminal {
        facts.push("It ends a job: nothing of the job follows.".into());
    }
    let (payload_anchor, payload_text) = payload(pages, &it.payload);
    Entry {
        wire: it.wire.clone(),
        anchor: kebab(&it.wire),
        direction: match it.direction {
            Direction::Client => "client",
            Direction::Runtime => "runtime",
            Direction::Both => "both sides",
        },
        feature: feature_link(it.feature.as_ref(), ""),
        cell: cell(&it.docs.description),
        text: sentences(&it.docs.description),
        section: section(&it.docs),
        facts,
        envelope: envelope(it),
        payload_anchor: if payload_anchor == kebab(&it.wire) {
            format!("{payload_anchor}-payload")
        } else {
            payload_anchor
        },
        payload_text,
        body: pages.body_of(&it.payload),
        example: telling(&pages.lookup.model.examples, &it.wire, None),
    }
}

fn envelope(it: &Message) -> String {
    let carried = [
        ("session_id", it.envelope.session_id),
        ("job_id", it.envelope.job_id),
        ("event_seq", it.envelope.event_seq),
        ("trace_id", it.envelope.trace_id),
    ];
    let parts = carried.iter().map(|(name, carry)| {
        let sent = match carry {
            Carry::Required => "always",
            Carry::Optional => "when there is one",
            Carry::Absent => "never",
        };
        let insisted = if it.requires.iter().any(|required| required == name) {
            " (refused without)"
        } else {
            ""
        };
        format!("`{name}` {sent}{insisted}")
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn kind(pages: &Pages<'_>, it: &Kind) -> Entry {
    let facts = it.feature.is_some().then(|| {
        format!(
            "Needs the feature {}.",
            feature_link(it.feature.as_ref(), "")
        )
    });
    let (payload_anchor, payload_text) = payload(pages, &it.body);
    Entry {
        wire: it.wire.clone(),
        anchor: kebab(&it.wire),
        direction: "runtime",
        feature: feature_link(it.feature.as_ref(), ""),
        cell: cell(&it.docs.description),
        text: sentences(&it.docs.description),
        section: section(&it.docs),
        facts: facts.into_iter().collect(),
        envelope: String::new(),
        payload_anchor,
        payload_text,
        body: pages.body_of(&it.body),
        example: telling(&pages.lookup.model.examples, "job.event", Some(&it.wire)),
    }
}

fn payload(pages: &Pages<'_>, reference: &Ref) -> (String, String) {
    let Ref::Named { room, name } = reference else {
        return (String::new(), pages.link(reference));
    };
    let found = pages.lookup.find(room, name);
    let text = found.map_or_else(String::new, |ty| sentences(&ty.docs.description));
    (anchor(room, name), text)
}

/// The example that shows most, over lines.
fn telling(examples: &[Example], wire: &str, kind: Option<&str>) -> Option<String> {
    let fits = |example: &&Example| {
        node::parse(&example.text).is_ok_and(|frame| {
            let found = frame.get("payload").and_then(|payload| payload.get("kind"));
            frame.get("type").and_then(node::Node::as_str) == Some(wire)
                && (kind.is_none() || found.and_then(node::Node::as_str) == kind)
        })
    };
    // The names of the examples say what they are for.
    let rank = |example: &&Example| {
        let stem = example.path.trim_end_matches(".json");
        let stem = stem.rsplit('/').next().unwrap_or(stem);
        let rank = match stem {
            _ if stem.ends_with("full") => 0,
            _ if stem.starts_with("spec") => 1,
            _ if Some(stem) == kind => 2,
            _ => 3,
        };
        (rank, example.text.len())
    };
    let frame = examples.iter().filter(fits).min_by_key(rank)?;
    let frame = node::parse(&frame.text).ok()?;
    let text = String::from_utf8(crate::emit::json::pretty(&frame)).ok()?;
    Some(text.trim_end().to_owned())
}

fn events(pages: &Pages<'_>) -> EventsPage {
    let model = pages.lookup.model;
    let all = model.rooms.iter().flat_map(|room| &room.types);
    let event = all.filter_map(|ty| match &ty.shape {
        crate::model::Shape::Struct(record @ Struct { union: Some(_), .. }) => Some((ty, record)),
        _ => None,
    });
    let found = event.last();
    EventsPage {
        generated: GENERATED,
        event_text: found.map_or_else(String::new, |(ty, _)| described(&ty.docs)),
        members: found.map_or_else(Vec::new, |(_, record)| {
            record.members.iter().map(|it| pages.member(it)).collect()
        }),
        kinds: model.kinds.iter().map(|it| kind(pages, it)).collect(),
    }
}

fn features(pages: &Pages<'_>) -> FeaturesPage {
    let found = pages.lookup.features();
    let values = found.iter().flat_map(|(_, words)| &words.values);
    FeaturesPage {
        generated: GENERATED,
        text: found
            .first()
            .map_or_else(String::new, |(ty, _)| sentences(&ty.docs.description)),
        features: values
            .map(|it| FeatureView {
                wire: it.wire.clone(),
                anchor: feature_anchor(&it.wire),
                section: section(&it.docs),
                cell: cell(&it.docs.description),
                text: described(&it.docs),
                gates: it.gates.clone(),
                uses: uses(pages, &it.wire),
            })
            .collect(),
    }
}

/// Everything in the model that names a feature.
fn uses(pages: &Pages<'_>, feature: &str) -> Vec<String> {
    let model = pages.lookup.model;
    let is = |other: &Option<String>| other.as_deref() == Some(feature);
    let mut out = Vec::new();
    for it in model.messages.iter().filter(|it| is(&it.feature)) {
        out.push(format!(
            "The message [`{}`](messages.md#{}).",
            it.wire,
            kebab(&it.wire)
        ));
    }
    for it in model.kinds.iter().filter(|it| is(&it.feature)) {
        out.push(format!(
            "The event [`{}`](events.md#{}).",
            it.wire,
            kebab(&it.wire)
        ));
    }
    for room in &model.rooms {
        for ty in &room.types {
            let link = pages.link(&Ref::Named {
                room: room.name.clone(),
                name: ty.name.clone(),
            });
            match &ty.shape {
                crate::model::Shape::Struct(record) => {
                    for it in record.members.iter().filter(|it| is(&it.feature)) {
                        out.push(format!("The member `{}` of {link}.", it.wire));
                    }
                }
                crate::model::Shape::Enum(words) => {
                    for it in words.values.iter().filter(|it| is(&it.feature)) {
                        out.push(format!("The value `{}` of {link}.", it.wire));
                    }
                }
                _ => {}
            }
        }
    }
    out
}

fn codes(pillars: &Pillars<'_>) -> Vec<CodeView> {
    pillars.codes.1.values.iter().map(code).collect()
}

fn code(it: &Value) -> CodeView {
    let (retry, cause, cure) = it.error.as_ref().map_or_else(
        || ("-".into(), String::new(), String::new()),
        |error| {
            let word = if error.retryable { "yes" } else { "no" };
            let pin = if error.pinned {
                ", always"
            } else {
                ", unless the error says otherwise"
            };
            (
                format!("{word}{pin}"),
                sentences(&error.cause),
                sentences(&error.cure),
            )
        },
    );
    CodeView {
        wire: it.wire.clone(),
        text: sentences(&it.docs.description),
        cell: cell(&it.docs.description),
        section: section(&it.docs),
        feature: feature_link(it.feature.as_ref(), "../"),
        retry,
        cause,
        cure,
    }
}

fn errors(pages: &Pages<'_>, pillars: &Pillars<'_>) -> ErrorsPage {
    let model = pages.lookup.model;
    let error = pages.lookup.find("error", "Error");
    let carries = |record: &Struct| {
        let wires: Vec<_> = record.members.iter().map(|it| it.wire.as_str()).collect();
        pillars
            .error
            .members
            .iter()
            .all(|it| wires.contains(&it.wire.as_str()))
    };
    let mut places = Vec::new();
    for it in &model.messages {
        if pages.lookup.record(&it.payload).is_some_and(&carries) {
            places.push(format!("[`{}`](messages.md#{})", it.wire, kebab(&it.wire)));
        }
    }
    for room in &model.rooms {
        for ty in &room.types {
            if let crate::model::Shape::Struct(record) = &ty.shape {
                let is_error = |reference: &Ref| {
                    pages
                        .lookup
                        .record(reference)
                        .is_some_and(|it| std::ptr::eq(it, pillars.error))
                };
                for it in record.members.iter().filter(|it| is_error(&it.ty)) {
                    let link = pages.link(&Ref::Named {
                        room: room.name.clone(),
                        name: ty.name.clone(),
                    });
                    places.push(format!("the member `{}` of {link}", it.wire));
                }
            }
        }
    }
    ErrorsPage {
        generated: GENERATED,
        text: error.map_or_else(String::new, |ty| sentences(&ty.docs.description)),
        members: pillars
            .error
            .members
            .iter()
            .map(|it| pages.member(it))
            .collect(),
        places: places.join(", "),
        codes: codes(pillars),
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

fn front(pages: &Pages<'_>, pillars: &Pillars<'_>, messages: &[Entry], kinds: &[Entry]) -> Front {
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
        messages: model.messages.iter().map(|it| message(pages, it)).collect(),
        kinds: model.kinds.iter().map(|it| kind(pages, it)).collect(),
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
struct Front {
    generated: &'static str,
    version: String,
    counts: String,
    members: Vec<MemberView>,
    messages: Vec<Entry>,
    kinds: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "docs/messages.md")]
struct MessagesPage {
    generated: &'static str,
    diagrams: Vec<Diagram>,
    messages: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "docs/events.md")]
struct EventsPage {
    generated: &'static str,
    event_text: String,
    members: Vec<MemberView>,
    kinds: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "docs/features.md")]
struct FeaturesPage {
    generated: &'static str,
    text: String,
    features: Vec<FeatureView>,
}

struct FeatureView {
    wire: String,
    anchor: String,
    section: String,
    cell: String,
    text: String,
    gates: Vec<String>,
    uses: Vec<String>,
}

#[derive(Template)]
#[template(path = "docs/errors.md")]
struct ErrorsPage {
    generated: &'static str,
    text: String,
    members: Vec<MemberView>,
    places: String,
    codes: Vec<CodeView>,
}

#[derive(Template)]
#[template(path = "docs/errors/CODE.md")]
struct CodePage {
    generated: &'static str,
    code: CodeView,
}

struct CodeView {
    wire: String,
    text: String,
    cell: String,
    section: String,
    feature: String,
    retry: String,
    cause: String,
    cure: String,
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
