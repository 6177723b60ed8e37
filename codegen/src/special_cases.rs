//! The only definitions and members of `schema/` that the press knows by name. Each must be there, or the press stops.

use crate::load::Source;
use crate::node::Node;
use crate::problem::Problem;

/// The room whose one definition is the frame itself.
pub const ENVELOPE_ROOM: &str = "envelope";
/// The frame's version member.
pub const VERSION: &str = "arcp";
/// The frame's name member.
pub const ID: &str = "id";
/// The frame's tag: it selects the message.
pub const TAG: &str = "type";
/// The frame's content.
pub const CONTENT: &str = "payload";
/// Members of a frame that begin so are kept.
pub const VENDOR_PREFIX: &str = "x-vendor.";
/// Room and name of the enum that features are.
pub const FEATURE: (&str, &str) = ("session", "Feature");

/// Modules of the Rust print that are no rooms.
pub const RESERVED_ROOMS: &[&str] = &[
    "decode", "grammar", "lib", "limits", "macros", "message", "path", "read", "value", "write",
];

/// What must be there, with what the press does with it.
const CASES: &[(&str, &str, &str)] = &[
    (
        "common",
        "/$defs/Decimal",
        "it keeps the digits of a number",
    ),
    ("common", "/$defs/Json", "it keeps any value"),
    ("common", "/$defs/JsonObject", "it keeps any object"),
    ("envelope", "/$defs/Envelope", "it is the frame"),
    (
        "envelope",
        "/$defs/Envelope/properties/arcp",
        "it is the frame's version",
    ),
    (
        "envelope",
        "/$defs/Envelope/properties/id",
        "it names the frame",
    ),
    (
        "envelope",
        "/$defs/Envelope/properties/type",
        "it selects the message",
    ),
    (
        "envelope",
        "/$defs/Envelope/properties/payload",
        "it is the message",
    ),
    (
        "session",
        "/$defs/Feature",
        "its values are what feature words name",
    ),
];

/// A special case that matches nothing is a mistake: something was renamed and the press would go on without it.
pub fn check(source: &Source) -> Vec<Problem> {
    let missing = CASES.iter().filter(|(room, pointer, _)| {
        let mut steps = pointer.split('/').skip(1);
        let found = source
            .room(room)
            .and_then(|root| steps.try_fold(root, |node: &Node, name| node.get(name)));
        found.is_none()
    });
    missing
        .map(|(room, pointer, what)| {
            let cure = format!("put it back ({what}), or change codegen/src/special_cases.rs with what stands behind it");
            Problem::new(format!("{room}.schema.json"), *pointer, "a special case of the press matches nothing", cure)
        })
        .collect()
}
