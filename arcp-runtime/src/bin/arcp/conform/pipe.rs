//! `arcp conform pipe`: what a client over stdio starts as its runtime while `arcp conform client` tests it. Nobody types it.

use std::path::PathBuf;

use arcp_conformance::client::pipe;
use clap::Args;

use crate::fault::{Fault, Trouble};

/// The words behind the name of this command, but for the place.
pub(super) const WORDS: [&str; 2] = ["conform", "pipe"];

/// Carry lines between standard input and output and the kit.
#[derive(Debug, Args)]
pub(super) struct Pipe {
    /// Where the kit waits.
    #[arg(value_name = "SOCKET")]
    door: PathBuf,
}

impl Pipe {
    pub(super) fn run(&self) -> Result<(), Fault> {
        pipe::carry(&self.door).map_err(|reason| Fault::new(Trouble::Connection, reason))
    }
}
