//! `#[arcp_agent]` as its users meet it: what it refuses, with the words and places of the refusal, and what it takes.
//!
//! After a wanted change of the messages: `TRYBUILD=overwrite cargo test -p arcp-macro-ui`, then read the difference.
//! A few of the words are the compiler's own; they can change with it, and with the names in the crates that it sees.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used)]

/// Uses that compile, as modules of this test: building them once more as programs would take minutes and show nothing else.
mod pass {
    pub(crate) mod errors;
    pub(crate) mod everything;
    pub(crate) mod macro_made;
    pub(crate) mod smallest;
}

#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn taken() {
    pass::errors::main();
    pass::everything::main();
    pass::macro_made::main();
    pass::smallest::main();
}
