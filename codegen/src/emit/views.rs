//! Parts of definitions that the templates of several languages lay out.
//!
//! Their texts are written in the language already.

use crate::emit::prose::quoted;

/// A row of a table: a word of the wire, and what the protocol says about it.
pub(super) struct Fact {
    pub(super) key: String,
    pub(super) facts: String,
}

impl Fact {
    /// The row of `wire`.
    pub(super) fn of(wire: &str, facts: String) -> Self {
        let key = quoted(wire);
        Self { key, facts }
    }
}

/// An arm of a union that is chosen by a tag.
pub(super) struct Arm {
    pub(super) doc: String,
    pub(super) name: String,
    pub(super) tag: String,
    pub(super) ty: String,
    pub(super) codec: String,
    pub(super) read: String,
}

/// An arm of a union that is chosen by the member it has.
pub(super) struct MemberArmView {
    pub(super) ty: String,
    pub(super) codec: String,
    pub(super) member: String,
    pub(super) place: String,
}
