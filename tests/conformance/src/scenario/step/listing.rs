//! The step that lists jobs (§6.6). It plays nothing; that is [`crate::driver`].

use serde::Deserialize;
use serde_json::Value;

#[cfg(doc)]
use super::Action;
use super::{anything, on};

step! {
    /// See [`Action::Listed`].
    Listed {
        /// The payload of every `session.list_jobs`; the cursor is put into it from the second page on.
        #[serde(default = "anything")]
        payload: Value,
        /// The name of a list of jobs that is left aside: what the principal had before this scenario.
        but: Option<String>,
        /// A pattern for the list of jobs of all pages together.
        #[serde(default = "anything")]
        jobs: Value,
        /// Lists again and again until the jobs are as they should be.
        #[serde(default)]
        poll: bool,
        /// A `session.error` that comes first is left aside.
        #[serde(default)]
        despite_errors: bool,
        /// Keeps the list of jobs.
        r#as: Option<String>,
    }
}
