//! What is tested: how a connection to it is made, who may log in, and what it has to offer a scenario.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use serde::Deserialize;
use serde_json::Value;

use crate::library::Library;
use crate::link::{self, Link, NoLink};
use crate::scenario::{NEEDS, PROFILES};

/// A future that makes a connection.
pub type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Link, NoLink>> + Send + 'a>>;

/// A runtime that can be connected to.
pub trait Runtime: Send + Sync {
    /// Makes one connection to the runtime in a profile. `path` asks for another HTTP path than the usual one.
    fn connect<'a>(&'a self, profile: &'a str, path: Option<&'a str>) -> Connecting<'a>;

    /// Which profiles there are. `default` has to be one.
    fn profiles(&self) -> Vec<String>;

    /// What carries the frames.
    fn carrier(&self) -> Carrier;
}

/// What carries the frames; some scenarios are about one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// WebSocket text frames.
    WebSocket,
    /// Lines on a child's standard input and output: one connection for each process.
    Stdio,
    /// Queues inside one process.
    Memory,
}

impl Carrier {
    /// The word for it in scenarios and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Stdio => "stdio",
            Self::Memory => "memory",
        }
    }

    /// Why a scenario with these needs is about another carrier than this one, where it is.
    pub fn unlike(self, needs: &[String]) -> Option<String> {
        let carriers = [Self::WebSocket, Self::Stdio, Self::Memory].map(Self::word);
        let need = needs
            .iter()
            .find(|need| carriers.contains(&need.as_str()) && *need != self.word())?;
        Some(format!(
            "it is about {need}, this runs over {}",
            self.word()
        ))
    }
}

/// Runtimes that listen at WebSocket addresses, one for each profile.
#[derive(Clone, Debug)]
pub struct WebSockets {
    urls: BTreeMap<String, String>,
    #[cfg(feature = "tls")]
    trust: Option<crate::tls::Trust>,
}

impl WebSockets {
    /// Runtimes at the address of each profile.
    pub fn new(urls: BTreeMap<String, String>) -> Self {
        Self {
            urls,
            #[cfg(feature = "tls")]
            trust: None,
        }
    }

    /// Trusts others at `wss://` addresses than the authorities of this machine.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_trust(mut self, trust: crate::tls::Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    #[cfg(feature = "tls")]
    async fn open(&self, url: &str) -> Result<Link, NoLink> {
        if !url.starts_with("wss://") {
            return link::websocket(url).await;
        }
        let platform;
        let trust = if let Some(trust) = &self.trust {
            trust
        } else {
            platform = crate::tls::Trust::platform().map_err(NoLink::Broken)?;
            &platform
        };
        link::encrypted(url, trust).await
    }

    #[cfg(not(feature = "tls"))]
    async fn open(&self, url: &str) -> Result<Link, NoLink> {
        link::websocket(url).await
    }
}

impl Runtime for WebSockets {
    fn connect<'a>(&'a self, profile: &'a str, path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move {
            let url = self
                .urls
                .get(profile)
                .ok_or_else(|| NoLink::Broken(format!("there is no profile `{profile}`")))?;
            match path {
                None => self.open(url).await,
                Some(path) => self.open(&with_path(url, path)).await,
            }
        })
    }

    fn profiles(&self) -> Vec<String> {
        self.urls.keys().cloned().collect()
    }

    fn carrier(&self) -> Carrier {
        Carrier::WebSocket
    }
}

fn with_path(url: &str, path: &str) -> String {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..]
        .find('/')
        .map_or(url.len(), |at| authority + at);
    format!("{}{path}", &url[..end])
}

/// Runtimes that are started for each connection and speak lines.
#[derive(Clone, Debug)]
pub struct Children {
    /// The command of each profile.
    pub commands: BTreeMap<String, Vec<String>>,
}

impl Runtime for Children {
    fn connect<'a>(&'a self, profile: &'a str, _path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move {
            let command = self
                .commands
                .get(profile)
                .ok_or_else(|| NoLink::Broken(format!("there is no profile `{profile}`")))?;
            link::child(command)
        })
    }

    fn profiles(&self) -> Vec<String> {
        self.commands.keys().cloned().collect()
    }

    fn carrier(&self) -> Carrier {
        Carrier::Stdio
    }
}

/// Two principals that nobody else uses while a scenario runs.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Principals {
    /// The token of the first.
    pub alice: String,
    /// The token of the second, a stranger to the first.
    pub bob: Option<String>,
}

/// What a runtime offers a scenario, written by whoever tests it: `--target FILE`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Whether the contract agent is registered as `probe`.
    #[serde(default = "yes")]
    pub probe: bool,
    /// Own agents in place of the contract agent: for the name of a program of programs.yaml, what to submit.
    #[serde(default)]
    pub programs: BTreeMap<String, Program>,
    /// What the runtime does not have and need not have, each with the reason. A name of a need, a profile or a scenario.
    #[serde(default)]
    pub without: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// An agent and an input that does what a program's name says.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Program {
    /// The agent.
    pub agent: String,
    /// Its input.
    #[serde(default)]
    pub input: Value,
}

impl Offer {
    /// An offer of everything, with the contract agent.
    pub fn everything() -> Self {
        Self {
            probe: true,
            ..Self::default()
        }
    }

    /// Reads a target file.
    ///
    /// # Errors
    /// What in the file cannot be understood, and what could stand there.
    pub fn read(text: &str, library: &Library) -> Result<Self, String> {
        let offer: Self = crate::library::yaml(text)?;
        for name in offer.programs.keys() {
            if !library.programs.contains_key(name) {
                let all: Vec<&str> = library.programs.keys().map(String::as_str).collect();
                return Err(format!(
                    "programs.{name}: there is no such program; write one of {}",
                    all.join(", ")
                ));
            }
        }
        let ids = crate::run::ids(library, None);
        let words = [&["probe"], &NEEDS[..], &PROFILES[..]].concat();
        for name in offer.without.keys() {
            if !words.contains(&name.as_str()) && !ids.contains(name) {
                return Err(format!(
                    "without.{name}: write a scenario's name (`arcp conform server --list` prints them) or one of {}",
                    words.join(", ")
                ));
            }
        }
        Ok(offer)
    }

    /// Whether scenarios may submit to the contract agent.
    pub fn has_probe(&self) -> bool {
        self.probe && !self.without.contains_key("probe")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_replaces_a_path() {
        assert_eq!(with_path("ws://h:1/arcp", "/nope"), "ws://h:1/nope");
        assert_eq!(with_path("ws://h:1", "/nope"), "ws://h:1/nope");
    }
}
