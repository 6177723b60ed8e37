//! The press: reads `schema/`, writes `arcp-generated/`.

pub mod model;
