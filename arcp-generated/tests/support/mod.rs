//! Frames that are made up from the schema.

pub(crate) mod maker;
pub(crate) mod tree;
