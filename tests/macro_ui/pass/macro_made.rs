//! An agent that another macro writes.

use arcp_runtime::agent::{Agent, AgentError, JobContext};
use arcp_runtime::arcp_agent;

macro_rules! agents {
    ($($function:ident: $name:literal, $version:literal, $input:ty => $returns:ty;)*) => {$(
        #[arcp_agent(name = $name, version = $version)]
        async fn $function(_ctx: JobContext, _input: $input) -> $returns {
            Ok(())
        }
    )*};
}

agents! {
    first: "one", "1", Vec<u8> => Result<(), AgentError>;
    second: "two", "2", String => Result<(), AgentError>;
}

pub(crate) fn main() {
    assert_eq!(first.descriptor().name, "one");
    assert_eq!(second.descriptor().version, "2");
}
