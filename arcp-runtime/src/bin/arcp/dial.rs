//! How the client commands reach a runtime: URL, token, and the client that comes of them.

use std::path::PathBuf;

use arcp_runtime::client::{Builder, Client};
use clap::Args;

use crate::fault::Fault;
use crate::input;

/// Which runtime, and who we are there.
#[derive(Debug, Args)]
#[command(next_help_heading = "Runtime")]
pub(crate) struct Dial {
    /// Where the runtime listens.
    #[arg(
        long,
        env = "ARCP_URL",
        default_value = "ws://127.0.0.1:7777/arcp",
        value_name = "URL"
    )]
    pub(crate) url: String,
    /// The bearer token. Other users of this machine can see arguments: the environment or a file is better.
    #[arg(long, env = "ARCP_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// A file that holds the bearer token.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// Connect to other than this machine without TLS: the token then crosses the network readable.
    #[arg(long)]
    insecure: bool,
}

impl Dial {
    /// A client that is ready to connect.
    pub(crate) fn client(&self) -> Result<Builder, Fault> {
        Ok(Client::builder(&self.url)
            .token(self.token()?)
            .client_name("arcp")
            .insecure(self.insecure))
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
