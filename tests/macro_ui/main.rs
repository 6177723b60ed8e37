//! `#[arcp_agent]` as its users meet it: what it refuses, with the words and places of the refusal, and what it takes.
//!
//! After a wanted change of the messages: `TRYBUILD=overwrite cargo test -p arcp-tests --test macro_ui`, then read the difference.

#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("macro_ui/fail/*.rs");
}

#[test]
fn taken() {
    trybuild::TestCases::new().pass("macro_ui/pass/*.rs");
}
