//! What agents ask to be allowed, and how they are told that it is not (§9.2, §9.3).
//!
//! The decision is [`Authority::check`](super::Authority::check)'s.

use arcp_generated::error::ErrorCode;

use super::grammar::Capability;
use super::target::Target;
use super::{quoted, shorten};

/// Something that an agent wants to do and that needs authority (§9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Read a file.
    FsRead {
        /// Its absolute path, symbolic links resolved.
        path: &'a str,
    },
    /// Write a file.
    FsWrite {
        /// Its absolute path, symbolic links resolved.
        path: &'a str,
    },
    /// Send a request over the network.
    NetFetch {
        /// The absolute URL.
        url: &'a str,
    },
    /// Call a tool, other than those that have a capability of their own.
    ToolCall {
        /// Its name.
        tool: &'a str,
    },
    /// Start a sub-agent.
    Delegate {
        /// Its name.
        agent: &'a str,
        /// The version that was resolved. Without one, patterns with an `@` do not cover the agent.
        version: Option<&'a str>,
    },
    /// Use a model.
    ModelUse {
        /// Its identifier.
        model: &'a str,
    },
    /// Do what a vendor's capability guards.
    Vendor {
        /// The capability, such as `x-vendor.acme.gpu`.
        capability: &'a str,
        /// What it is wanted of.
        target: &'a str,
    },
}

impl Operation<'_> {
    /// The capability that guards the operation, and its canonical target.
    pub(super) fn resolve(&self) -> Result<(Capability, Target), String> {
        Ok(match *self {
            Self::FsRead { path } => (Capability::FsRead, Target::path(path)?),
            Self::FsWrite { path } => (Capability::FsWrite, Target::path(path)?),
            Self::NetFetch { url } => (Capability::NetFetch, Target::url(url)?),
            // A wide grant of tools must not open what has a capability of its own.
            Self::ToolCall {
                tool: "fs.read" | "fs.write" | "net.fetch",
            } => {
                return Err(
                    "this tool is authorised by the capability of its own name, on its path or URL"
                        .to_owned(),
                );
            }
            Self::ToolCall { tool } => (Capability::ToolCall, Target::name(tool)?),
            Self::Delegate { agent, version } => {
                (Capability::AgentDelegate, Target::agent(agent, version)?)
            }
            Self::ModelUse { model } => (Capability::ModelUse, Target::name(model)?),
            Self::Vendor { capability, target } => match Capability::parse(capability)? {
                vendor @ Capability::Vendor(_) => (vendor, Target::name(target)?),
                reserved => return Err(format!("{reserved} is not a vendor's capability")),
            },
        })
    }

    /// The operation in words, for a message. Long or odd targets are cut and escaped.
    pub(super) fn describe(&self) -> String {
        let (name, target) = match *self {
            Self::FsRead { path } => ("fs.read", path),
            Self::FsWrite { path } => ("fs.write", path),
            Self::NetFetch { url } => ("net.fetch", without_secrets(url)),
            Self::ToolCall { tool } => ("tool.call", tool),
            Self::Delegate { agent, .. } => ("agent.delegate", agent),
            Self::ModelUse { model } => ("model.use", model),
            Self::Vendor { capability, target } => (capability, target),
        };
        format!("{} of {}", shorten(name).escape_debug(), quoted(target))
    }
}

/// Why an operation is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Denied {
    /// The kind of denial.
    pub code: DenialCode,
    /// What was asked and what is missing, as text that may go on the wire.
    pub message: String,
}

/// The error code of a denial (§12). None of them is worth a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenialCode {
    /// The lease has run out (§9.5).
    LeaseExpired,
    /// A counter of the job, or of one that delegated to it, is used up (§9.6).
    BudgetExhausted,
    /// The lease does not cover the operation (§9.3).
    PermissionDenied,
}

impl DenialCode {
    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeaseExpired => "LEASE_EXPIRED",
            Self::BudgetExhausted => "BUDGET_EXHAUSTED",
            Self::PermissionDenied => "PERMISSION_DENIED",
        }
    }

    /// The code as the generated types have it.
    pub fn to_wire(self) -> ErrorCode {
        match self {
            Self::LeaseExpired => ErrorCode::LeaseExpired,
            Self::BudgetExhausted => ErrorCode::BudgetExhausted,
            Self::PermissionDenied => ErrorCode::PermissionDenied,
        }
    }
}

/// A URL from its host on, without query: a user's password and a query's tokens do not belong in messages.
fn without_secrets(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}
