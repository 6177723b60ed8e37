//! Which agent a reference means: `name` or `name@version` (§7.5).
//!
//! Versions are opaque: they are compared for equality only, never ordered.
//! What is registered under a version is the caller's; a running job keeps what it was given.

use std::collections::BTreeMap;
use std::fmt;

use crate::limits::MAX_REFERENCE_BYTES;

/// An agent as a request names it: a name, and perhaps a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The agent's name.
    pub name: &'a str,
    /// The version that is insisted on.
    pub version: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Reads a reference.
    ///
    /// # Errors
    /// [`Unresolved::Malformed`] when the text does not follow the grammar.
    pub fn parse(text: &'a str) -> Result<Self, Unresolved> {
        let (name, version) = text
            .split_once('@')
            .map_or((text, None), |(name, version)| (name, Some(version)));
        if text.len() > MAX_REFERENCE_BYTES {
            return Err(Unresolved::Malformed(format!(
                "an agent reference has at most {MAX_REFERENCE_BYTES} bytes"
            )));
        }
        if !is_name(name) {
            return Err(Unresolved::Malformed(
                "an agent's name is lower-case letters, digits, `.`, `_` and `-`, and begins with a letter or digit".to_owned(),
            ));
        }
        if !version.is_none_or(is_version) {
            return Err(Unresolved::Malformed(
                "an agent's version is letters, digits, `.`, `+`, `_` and `-`, after one `@`"
                    .to_owned(),
            ));
        }
        Ok(Self { name, version })
    }

    /// Whether the reference, used as a filter, selects this agent. A bare name selects every version.
    pub fn selects(&self, name: &str, version: &str) -> bool {
        self.name == name && self.version.is_none_or(|wanted| wanted == version)
    }
}

/// Why a reference leads to no agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// It does not follow the grammar: `INVALID_REQUEST`.
    #[error("{0}")]
    Malformed(String),
    /// No agent has this name: `AGENT_NOT_AVAILABLE`.
    #[error("no agent is called {name}")]
    AgentNotAvailable {
        /// The name.
        name: String,
    },
    /// The agent is there, but not in this version: `AGENT_VERSION_NOT_AVAILABLE`.
    #[error("agent {name} has no version {version}")]
    VersionNotAvailable {
        /// The name.
        name: String,
        /// The version that was asked for.
        version: String,
    },
}

impl Unresolved {
    /// The error code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "INVALID_REQUEST",
            Self::AgentNotAvailable { .. } => "AGENT_NOT_AVAILABLE",
            Self::VersionNotAvailable { .. } => "AGENT_VERSION_NOT_AVAILABLE",
        }
    }
}

/// Why an agent cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRegistered {
    /// Name or version do not follow the grammar.
    #[error("{0}")]
    Malformed(String),
    /// This version of this agent is registered already.
    #[error("{name}@{version} is registered already")]
    Twice {
        /// The name.
        name: String,
        /// The version.
        version: String,
    },
    /// A default must be a registered version.
    #[error("{name}@{version} is not registered, so it cannot be the default")]
    UnknownDefault {
        /// The name.
        name: String,
        /// The version.
        version: String,
    },
}

/// The agents of a runtime by name and version, each with what the caller keeps for it.
#[derive(Debug, Clone)]
pub struct Agents<A> {
    by_name: BTreeMap<String, Entry<A>>,
}

#[derive(Debug, Clone)]
struct Entry<A> {
    /// In the order of registration.
    versions: Vec<(String, A)>,
    /// An index into `versions`.
    default: Option<usize>,
}

/// An agent that a reference led to.
#[derive(Debug, PartialEq, Eq)]
pub struct Resolved<'r, A> {
    /// Its name.
    pub name: &'r str,
    /// Its version.
    pub version: &'r str,
    /// What was registered.
    pub agent: &'r A,
}

impl<A> Clone for Resolved<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Resolved<'_, A> {}

impl<A> fmt::Display for Resolved<'_, A> {
    /// Writes `name@version`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// What a runtime tells of one agent in its welcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'r> {
    /// The name.
    pub name: &'r str,
    /// All versions, in the order of registration.
    pub versions: Vec<&'r str>,
    /// What a bare name means, when that was set.
    pub default: Option<&'r str>,
}

impl<A> Default for Agents<A> {
    fn default() -> Self {
        Self {
            by_name: BTreeMap::new(),
        }
    }
}

impl<A> Agents<A> {
    /// No agents yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers an agent under `name@version`.
    ///
    /// # Errors
    /// When name or version are malformed, or registered already. Then nothing has changed.
    pub fn register(&mut self, name: &str, version: &str, agent: A) -> Result<(), NotRegistered> {
        let reference = format!("{name}@{version}");
        Reference::parse(&reference)
            .map_err(|error| NotRegistered::Malformed(format!("{reference:?}: {error}")))?;
        let entry = self
            .by_name
            .entry(name.to_owned())
            .or_insert_with(|| Entry {
                versions: Vec::new(),
                default: None,
            });
        if entry.versions.iter().any(|(known, _)| known == version) {
            return Err(NotRegistered::Twice {
                name: name.to_owned(),
                version: version.to_owned(),
            });
        }
        entry.versions.push((version.to_owned(), agent));
        Ok(())
    }

    /// Makes a registered version the one that a bare name means.
    ///
    /// # Errors
    /// When it is not registered. Then nothing has changed.
    pub fn set_default(&mut self, name: &str, version: &str) -> Result<(), NotRegistered> {
        let unknown = || NotRegistered::UnknownDefault {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        let entry = self.by_name.get_mut(name).ok_or_else(unknown)?;
        let at = entry
            .versions
            .iter()
            .position(|(known, _)| known == version)
            .ok_or_else(unknown)?;
        entry.default = Some(at);
        Ok(())
    }

    /// Finds what a reference means. A bare name means the default, or without one the version registered last.
    ///
    /// # Errors
    /// When the reference is malformed, the name unknown, or the name known and the version not.
    pub fn resolve(&self, reference: &str) -> Result<Resolved<'_, A>, Unresolved> {
        let Reference { name, version } = Reference::parse(reference)?;
        let missing = || Unresolved::AgentNotAvailable {
            name: name.to_owned(),
        };
        let (name, entry) = self.by_name.get_key_value(name).ok_or_else(missing)?;
        let found = match version {
            Some(version) => {
                let missing = || Unresolved::VersionNotAvailable {
                    name: name.clone(),
                    version: version.to_owned(),
                };
                entry
                    .versions
                    .iter()
                    .find(|(known, _)| known == version)
                    .ok_or_else(missing)?
            }
            None => entry
                .default
                .and_then(|at| entry.versions.get(at))
                .or(entry.versions.last())
                .ok_or_else(missing)?,
        };
        Ok(Resolved {
            name,
            version: &found.0,
            agent: &found.1,
        })
    }

    /// What is on offer, by name.
    pub fn offers(&self) -> impl Iterator<Item = Offer<'_>> {
        self.by_name.iter().map(|(name, entry)| Offer {
            name,
            versions: entry
                .versions
                .iter()
                .map(|(version, _)| version.as_str())
                .collect(),
            default: entry
                .default
                .and_then(|at| entry.versions.get(at))
                .map(|(version, _)| version.as_str()),
        })
    }
}

fn is_name(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.bytes().next().is_some_and(word)
        && text
            .bytes()
            .all(|b| word(b) || matches!(b, b'.' | b'_' | b'-'))
}

fn is_version(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'_' | b'-'))
}

#[cfg(test)]
mod tests;
