//! The page of errors, and one for each code.

use super::diagrams::carries_error;
use super::pages::Pages;
use super::views::{MemberView, cell, feature_link, section};
use crate::emit::lookup::Pillars;
use crate::emit::prose::{GENERATED, sentences};
use crate::model::{Ref, Shape, Value};
use crate::naming::kebab;
use askama::Template;

#[derive(Template)]
#[template(path = "docs/errors.md")]
pub(super) struct ErrorsPage {
    generated: &'static str,
    text: String,
    members: Vec<MemberView>,
    places: String,
    codes: Vec<CodeView>,
}

#[derive(Template)]
#[template(path = "docs/errors/CODE.md")]
pub(super) struct CodePage {
    generated: &'static str,
    code: CodeView,
}

pub(super) struct CodeView {
    wire: String,
    text: String,
    cell: String,
    section: String,
    feature: String,
    retry: String,
    cause: String,
    cure: String,
    example: Option<String>,
}

/// A page for each code, with its name.
pub(super) fn code_pages(pages: &Pages<'_>, pillars: &Pillars<'_>) -> Vec<(String, CodePage)> {
    let pages = codes(pages, pillars).into_iter().map(|code| {
        let generated = GENERATED;
        (code.wire.clone(), CodePage { generated, code })
    });
    pages.collect()
}

fn codes(pages: &Pages<'_>, pillars: &Pillars<'_>) -> Vec<CodeView> {
    let values = pillars.codes.1.values.iter();
    values.map(|it| code(pages, it)).collect()
}

fn code(pages: &Pages<'_>, it: &Value) -> CodeView {
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
        example: pages.shown.saying(&it.wire),
    }
}

/// The page of them all.
pub(super) fn errors(pages: &Pages<'_>, pillars: &Pillars<'_>) -> ErrorsPage {
    let error = pages.lookup.find("error", "Error");
    ErrorsPage {
        generated: GENERATED,
        text: error.map_or_else(String::new, |ty| sentences(&ty.docs.description)),
        members: pillars
            .error
            .members
            .iter()
            .map(|it| pages.member(it))
            .collect(),
        places: places(pages, pillars).join(", "),
        codes: codes(pages, pillars),
    }
}

/// Where an error travels, as links.
fn places(pages: &Pages<'_>, pillars: &Pillars<'_>) -> Vec<String> {
    let model = pages.lookup.model;
    let mut places = Vec::new();
    for it in &model.messages {
        let record = pages.lookup.record(&it.payload);
        if record.is_some_and(|record| carries_error(record, pillars)) {
            places.push(format!("[`{}`](messages.md#{})", it.wire, kebab(&it.wire)));
        }
    }
    for room in &model.rooms {
        for ty in &room.types {
            if let Shape::Struct(record) = &ty.shape {
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
    places
}
