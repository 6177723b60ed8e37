//! How the client commands reach a runtime: URL or command, token, and the client that comes of them.

use std::path::PathBuf;
use std::time::Duration;

use arcp_runtime::client::{Builder, Client};
use arcp_runtime::transport::BoxTransport;
#[cfg(feature = "tls")]
use arcp_runtime::transport::tls::Trust;
use arcp_runtime::transport::websocket::{self, ConnectOptions};
use clap::Args;

use crate::fault::{Fault, Trouble};
use crate::input;
use crate::value::whole;

/// Which runtime.
#[derive(Debug, Args)]
#[command(next_help_heading = "Runtime")]
pub(crate) struct Way {
    /// Where the runtime listens: ws:// on this machine, wss:// elsewhere.
    #[arg(
        long,
        env = "ARCP_URL",
        default_value = "ws://127.0.0.1:7777/arcp",
        value_name = "URL"
    )]
    url: String,
    /// A PEM file with the authorities that wss:// trusts, instead of those of this machine.
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Connect to other than this machine without TLS: the token then crosses the network readable.
    #[arg(long)]
    insecure: bool,
}

/// Which runtime, and who we are there.
#[derive(Debug, Args)]
#[command(next_help_heading = "Runtime")]
pub(crate) struct Dial {
    #[command(flatten)]
    way: Way,
    /// The bearer token. Other users of this machine can see arguments: the environment or a file is better.
    #[arg(long, env = "ARCP_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// A file that holds the bearer token.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// How long the runtime may take to answer a request, in seconds. How long a job runs is not limited by it.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = whole::<u64>(1..=86_400))]
    timeout: u64,
    /// Start the runtime as a command instead of connecting to one, and speak with it over its standard input and output.
    #[arg(long, requires = "command")]
    stdio: bool,
    /// The command, with --stdio. What it says on standard error is let through; it ends with this one. One that ends before is started again.
    #[arg(last = true, requires = "stdio", value_name = "COMMAND")]
    command: Vec<String>,
}

impl Way {
    /// A connection for frames that nobody has looked at.
    pub(crate) async fn connect(&self) -> Result<BoxTransport, Fault> {
        let options = ConnectOptions::default().with_insecure(self.insecure);
        #[cfg(feature = "tls")]
        let options = match self.trust()? {
            Some(trust) => options.with_trust(trust),
            None => options,
        };
        let transport = websocket::connect(&self.url, &options)
            .await
            .map_err(|error| {
                if error.is_transient() {
                    Fault::new(Trouble::Connection, error.to_string())
                } else {
                    Fault::usage(error.to_string())
                }
            })?;
        Ok(Box::new(transport))
    }

    fn client(&self) -> Result<Builder, Fault> {
        let builder = Client::builder(&self.url)
            .client_name("arcp")
            .insecure(self.insecure);
        #[cfg(feature = "tls")]
        let builder = match self.trust()? {
            Some(trust) => builder.trust(trust),
            None => builder,
        };
        Ok(builder)
    }

    #[cfg(feature = "tls")]
    fn trust(&self) -> Result<Option<Trust>, Fault> {
        let Some(file) = &self.ca else {
            return Ok(None);
        };
        let text = input::read_text(file)?;
        Trust::only(text.as_bytes())
            .map(Some)
            .map_err(|error| Fault::usage(format!("{}: {error}", file.display())))
    }
}

impl Dial {
    /// A client that is ready to connect, to the address or to the program that the flags name.
    pub(crate) fn client(&self) -> Result<Builder, Fault> {
        let builder = match self.command.split_first() {
            // It may lead to the runtime that the one before it led to, or open the same store: whether the session is still there, it says itself.
            Some((program, arguments)) => Client::program(program, arguments).client_name("arcp"),
            None => self.way.client()?,
        };
        let timeout = Duration::from_secs(self.timeout);
        Ok(builder.token(self.token()?).request_timeout(timeout))
    }

    /// A new session after one that could not be resumed. Some runtimes refuse a wrong token and a lost session in the same words: this hello tells which.
    pub(crate) async fn fresh(&self) -> Result<Client, Fault> {
        Ok(self.client()?.connect().await?)
    }

    fn token(&self) -> Result<String, Fault> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(file)) => input::read_text(file)?.trim().to_owned(),
            (None, None) => String::new(),
        };
        if token.is_empty() {
            return Err(Fault::usage(
                "there is no token: set ARCP_TOKEN, or pass --token-file FILE or --token TOKEN",
            ));
        }
        Ok(token)
    }
}

/// Runs `work` on a small tokio runtime, and does not wait for what it leaves behind.
pub(crate) fn run<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| {
            Fault::machine(format!(
                "no threads can be started: {error}; raise the process limit"
            ))
        })?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    outcome
}
