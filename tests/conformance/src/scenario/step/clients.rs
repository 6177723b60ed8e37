//! The steps of scenarios that play the runtime: a client comes, is welcomed, submits, is killed, ends. It plays nothing.

use serde::Deserialize;
use serde_json::{Map, Value};

#[cfg(doc)]
use super::Action;
use super::{anything, on};

step! {
    /// See [`Action::Accept`].
    Accept {
        /// Milliseconds, when other than usual.
        within: Option<u64>,
    }
}
step! {
    /// See [`Action::Welcome`].
    Welcome {
        /// The features that are offered; all when not given.
        features: Option<Vec<String>>,
        /// A pattern for the client's first frame.
        #[serde(default = "anything")]
        hello: Value,
        /// Members of the welcome's payload, added or replaced.
        #[serde(default)]
        payload: Map<String, Value>,
        /// Members of the welcome's envelope, added or replaced.
        #[serde(default)]
        frame: Map<String, Value>,
    }
}

step! {
    /// See [`Action::Submitted`].
    Submitted {
        /// A pattern for the payload of `job.submit`.
        #[serde(default = "anything")]
        payload: Value,
        /// Keeps the frame that submitted: `S` when not given.
        #[serde(default = "submission")]
        r#as: String,
        /// The id that the job is given.
        #[serde(default = "first_job")]
        job: String,
        /// Members of the payload of `job.accepted`, added or replaced.
        #[serde(default)]
        accepted: Map<String, Value>,
    }
}

fn submission() -> String {
    "S".to_owned()
}

fn first_job() -> String {
    "job_1".to_owned()
}

/// See [`Action::Start`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The command's name.
    pub command: String,
    /// What words of it stand for, from now on.
    #[serde(default)]
    pub with: Map<String, Value>,
}

/// See [`Action::Kill`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kill {
    /// Only after it has kept in `{file}` what another process needs to go on.
    #[serde(default)]
    pub kept: bool,
    /// Texts that the file does not have.
    #[serde(default)]
    pub hides: Vec<String>,
}

/// See [`Action::Exits`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exits {
    /// Whether it says that all went well; not asked when not given.
    pub well: Option<bool>,
    /// Texts that its standard output has.
    #[serde(default)]
    pub says: Vec<String>,
    /// Texts that neither its output nor its errors have.
    #[serde(default)]
    pub hides: Vec<String>,
    /// Milliseconds, when other than usual.
    pub within: Option<u64>,
}
