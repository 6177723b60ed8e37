//! The page of features.

use super::pages::Pages;
use super::views::{cell, described, feature_anchor, section};
use crate::emit::prose::{GENERATED, sentences};
use crate::model::{Ref, Shape};
use crate::naming::kebab;
use askama::Template;

#[derive(Template)]
#[template(path = "docs/features.md")]
pub(super) struct FeaturesPage {
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

pub(super) fn features(pages: &Pages<'_>) -> FeaturesPage {
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
                Shape::Struct(record) => {
                    for it in record.members.iter().filter(|it| is(&it.feature)) {
                        out.push(format!("The member `{}` of {link}.", it.wire));
                    }
                }
                Shape::Enum(words) => {
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
