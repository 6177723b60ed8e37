// @generated from schema/ by codegen; do not edit
//! The types of ARCP v1.1 as they go over the wire.
//!
//! A frame is an [`envelope::Envelope`] around a [`message::Message`]; payloads stand in the module that their wire type begins with.
//! Unknown members are accepted everywhere; unknown types, kinds and values are kept as they came.
//! The protocol is that of the ARCP specification (CC BY 4.0).
//!
//! Nothing here does I/O, knows time or judges more than one frame.
#![allow(
    clippy::large_enum_variant,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    clippy::match_same_arms,
    clippy::manual_is_ascii_check,
    clippy::match_like_matches_macro,
    clippy::match_wildcard_for_single_variants,
    clippy::unnecessary_lazy_evaluations,
    clippy::trivially_copy_pass_by_ref,
    clippy::struct_excessive_bools,
    clippy::unreadable_literal,
    reason = "the shapes are those of the wire"
)]
#[rustfmt::skip]
pub mod common;
#[rustfmt::skip]
pub mod credential;
#[rustfmt::skip]
pub mod envelope;
#[rustfmt::skip]
pub mod error;
#[rustfmt::skip]
pub mod event;
#[rustfmt::skip]
pub mod job;
#[rustfmt::skip]
pub mod lease;
#[rustfmt::skip]
pub mod limits;
#[rustfmt::skip]
pub mod message;
#[rustfmt::skip]
pub mod session;
#[rustfmt::skip]
mod decode;
#[rustfmt::skip]
mod grammar;
#[rustfmt::skip]
mod macros;
#[rustfmt::skip]
mod path;
#[rustfmt::skip]
mod read;
#[rustfmt::skip]
mod value;
#[rustfmt::skip]
mod write;
