//! Clients under test: a command that submits a job and prints its result, started once for each scenario, against a runtime
//! that the kit plays on its own sockets and that misbehaves as the scenario says.
//!
//! The command's words may hold `{url}`, `{token}`, `{agent}` and `{input}`; `ARCP_URL` and `ARCP_TOKEN` are in its environment.

use std::process::Stdio;
use std::time::Instant;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use crate::driver::{Stage, play_client};
use crate::invariant::{self, Judged};
use crate::library::Library;
use crate::link::{Link, NoLink, carry};
use crate::outcome::{Outcome, Verdict};
use crate::run::Played;
use crate::target::{Carrier, Connecting, Offer, Principals, Runtime};

/// The token that clients are given. Long, so that it is found wherever it does not belong.
const TOKEN: &str = "a-bearer-token-that-nobody-else-has";

/// A place where one client connects, and the client.
#[derive(Debug)]
pub struct Stand {
    listener: TcpListener,
    child: Option<Child>,
}

/// How a client ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code was 0.
    pub well: bool,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
}

impl Stand {
    /// Listens, and starts the client.
    ///
    /// # Errors
    /// When there is no port or the command cannot be started.
    pub async fn start(command: &[String], agent: &str, input: &Value) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|error| format!("no port: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let url = format!("ws://{address}/arcp");
        let fill = |word: &String| {
            word.replace("{url}", &url)
                .replace("{token}", TOKEN)
                .replace("{agent}", agent)
                .replace("{input}", &input.to_string())
        };
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| "there is no command to start".to_owned())?;
        let child = Command::new(fill(program))
            .args(arguments.iter().map(fill))
            .env("ARCP_URL", &url)
            .env("ARCP_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        Ok(Self {
            listener,
            child: Some(child),
        })
    }

    /// The next connection, and the request that opened it: its path and headers.
    ///
    /// # Errors
    /// When no upgrade comes of it.
    pub async fn accept(&self) -> Result<(Link, Value), String> {
        let (stream, _) = self
            .listener
            .accept()
            .await
            .map_err(|error| error.to_string())?;
        let mut seen = Value::Null;
        // The shape of the callback is the library's.
        #[allow(clippy::result_large_err)]
        let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            let headers: serde_json::Map<String, Value> = request
                .headers()
                .iter()
                .map(|(name, value)| {
                    (
                        name.as_str().to_owned(),
                        json!(String::from_utf8_lossy(value.as_bytes())),
                    )
                })
                .collect();
            seen = json!({"target": request.uri().to_string(), "headers": headers});
            Ok(response)
        };
        let socket = tokio_tungstenite::accept_hdr_async(stream, look)
            .await
            .map_err(|error| format!("no upgrade: {error}"))?;
        Ok((carry(socket), seen))
    }

    /// Waits for the client's end.
    ///
    /// # Errors
    /// When it has ended before.
    pub async fn ended(&mut self) -> Result<Ended, String> {
        let child = self
            .child
            .take()
            .ok_or_else(|| "the client has ended before".to_owned())?;
        let output = child
            .wait_with_output()
            .await
            .map_err(|error| error.to_string())?;
        Ok(Ended {
            well: output.status.success(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// Where the kit plays the runtime there is none to connect to.
struct Nobody;

impl Runtime for Nobody {
    fn connect<'a>(&'a self, _profile: &'a str, _path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async {
            Err(NoLink::Broken(
                "this scenario plays the runtime; it waits with `accept`".to_owned(),
            ))
        })
    }

    fn profiles(&self) -> Vec<String> {
        vec!["default".to_owned()]
    }

    fn carrier(&self) -> Carrier {
        Carrier::WebSocket
    }
}

/// Plays every scenario for clients against a command, several at a time.
pub async fn run(
    library: &Library,
    command: &[String],
    only: Option<&str>,
    patience: std::time::Duration,
) -> Vec<Played> {
    let offer = Offer::everything();
    let principals = Principals {
        alice: TOKEN.to_owned(),
        bob: None,
    };
    let todo: Vec<_> = library
        .client_scenarios()
        .flat_map(|(section, scenario)| [(section, scenario, false), (section, scenario, true)])
        .filter(|(_, scenario, twin)| !twin || scenario.hostile.is_some())
        .collect();
    let plays = todo.into_iter().filter_map(|(section, scenario, twin)| {
        let hostile = if twin { " (hostile)" } else { "" };
        let id = format!("client {section}/{}{hostile}", scenario.name);
        if only.is_some_and(|only| !id.contains(only)) {
            return None;
        }
        let (offer, principals) = (&offer, &principals);
        Some(async move {
            let start = Instant::now();
            let stage = Stage {
                library,
                runtime: &Nobody,
                offer,
                principals,
                patience,
            };
            let (lines, result) = play_client(stage, scenario, twin, command).await;
            let mut broken =
                invariant::check(&lines, &library.shapes, Judged::Client, &scenario.exempt);
            let verdict = match result {
                Err(failure) => Verdict::Fail(failure),
                Ok(()) if broken.is_empty() => Verdict::Pass,
                Ok(()) => Verdict::Fail(broken.swap_remove(0)),
            };
            let outcome = Outcome {
                scenario: id,
                section: section.to_owned(),
                rules: scenario
                    .all_rules()
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                verdict,
                took_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                transcript: None,
            };
            Played::of(outcome, lines)
        })
    });
    futures_util::stream::iter(plays)
        .buffered(8)
        .collect()
        .await
}
