//! Every argument, on a function of a module that hides the names that the macro needs.

#![deny(warnings, missing_docs)]
#![allow(unreachable_pub)] // What a library shows to the world is what is tried here.

mod runtime {
    pub(crate) use arcp_runtime as hidden;
}

/// Agents.
pub mod agents {
    #![no_implicit_prelude]

    use ::arcp_runtime::agent::JobContext;

    #[allow(dead_code)]
    struct Option;
    #[allow(dead_code)]
    struct Send;
    #[allow(dead_code)]
    mod core {}

    type ShortResult<T> = ::std::result::Result<T, ::std::num::ParseIntError>;

    /// Reads a number.
    #[::arcp_runtime::arcp_agent(
        name = "number.reader_2",
        version = "2.0.0-rc+1",
        default,
        max_runtime = "5m",
        crate = super::runtime::hidden,
    )]
    pub async fn read(_: JobContext, mut input: ::std::string::String) -> ShortResult<u64> {
        input.push('0');
        input.parse()
    }
}

pub(crate) fn main() {
    use arcp_runtime::agent::Agent as _;

    let about = agents::read.descriptor();
    assert_eq!(about.name, "number.reader_2");
    assert_eq!(about.version, "2.0.0-rc+1");
    assert!(about.default);
    assert_eq!(about.max_runtime, Some(std::time::Duration::from_mins(5)));
}
