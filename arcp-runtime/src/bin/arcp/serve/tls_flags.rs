//! The certificate that `arcp serve` shows, as flags.

use std::path::PathBuf;

use arcp_runtime::clock::{Clock as _, SystemClock};
use arcp_runtime::transport::tls::{Identity, TlsError};
use clap::Args;

use crate::fault::Fault;
use crate::input;

/// A certificate, so that clients connect with wss://. Both files are read again at SIGHUP.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub(super) struct TlsFlags {
    /// A PEM file with the certificate, and behind it those between it and an authority that clients know.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "stdio"
    )]
    tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's private key, not encrypted.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl TlsFlags {
    pub(super) fn is_given(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// What the flags name, as it is in the files now. One that has expired is told of, and used.
    pub(super) fn identity(&self) -> Result<Option<Identity>, Fault> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            return Ok(None);
        };
        let (chain, secret) = (input::read_text(certificate)?, input::read_text(key)?);
        let identity =
            Identity::from_pem(chain.as_bytes(), secret.as_bytes()).map_err(|error| {
                let place = match error {
                    TlsError::NoKey => key.display().to_string(),
                    TlsError::NoCertificate => certificate.display().to_string(),
                    _ => format!("{} and {}", certificate.display(), key.display()),
                };
                Fault::usage(format!("{place}: {error}"))
            })?;
        let now = SystemClock::new().now().wall;
        if let Some(end) = identity.not_after().filter(|end| *end <= now) {
            tracing::warn!(
                "the certificate in {} has expired, at {end}; clients refuse it until there is a new one and SIGHUP is sent",
                certificate.display()
            );
        }
        Ok(Some(identity))
    }
}
