//! A gateway that gives jobs their credentials, as flags.

use std::path::PathBuf;

use arcp_runtime::credential::LiteLlm;
use clap::Args;

use crate::fault::Fault;
use crate::input;

/// A LiteLLM-compatible gateway. Every job whose lease names models gets a key of its own there, bounded by the lease.
#[derive(Debug, Args)]
#[command(next_help_heading = "Credentials")]
pub(super) struct GatewayFlags {
    /// The gateway's address.
    #[arg(long, value_name = "URL", requires = "litellm_key_file")]
    litellm_url: Option<String>,
    /// A file with the key that manages the gateway's keys.
    #[arg(long, value_name = "FILE", requires = "litellm_url")]
    litellm_key_file: Option<PathBuf>,
}

impl GatewayFlags {
    /// The gateway that the flags ask for. `in_clear`: clients come over a network without TLS that is ours.
    pub(super) fn gateway(&self, in_clear: bool) -> Result<Option<LiteLlm>, Fault> {
        let (Some(url), Some(file)) = (&self.litellm_url, &self.litellm_key_file) else {
            return Ok(None);
        };
        if in_clear {
            return Err(Fault::usage(
                "credentials are not sent over a network without TLS: give a certificate with --tls-cert and --tls-key, or listen on loopback and let a proxy with TLS on this machine stand in front",
            ));
        }
        let key = input::read_text(file)?;
        let key = key.trim().parse().map_err(|_| {
            Fault::usage(format!(
                "{}: there is no key in it; write the gateway's master key there",
                file.display()
            ))
        })?;
        LiteLlm::new(url, key)
            .map(Some)
            .map_err(|error| Fault::usage(error.to_string()))
    }
}
