//! Who may connect with a JSON Web Token, as flags.

use std::path::PathBuf;
use std::time::Duration;

use arcp_runtime::auth::{JwtVerifier, KeySource};
use clap::Args;

use crate::fault::Fault;
use crate::value::whole;

/// Tokens that an issuer signs. The keys come from an address or a file; both are read again when keys change.
#[derive(Debug, Args)]
#[command(next_help_heading = "JSON Web Tokens")]
pub(super) struct IssuerFlags {
    /// The address of the issuer's key set.
    #[arg(long, value_name = "URL", requires_all = ["issuer", "audience"], conflicts_with = "jwks_file")]
    jwks_url: Option<String>,
    /// A file with the issuer's key set.
    #[arg(long, value_name = "FILE", requires_all = ["issuer", "audience"])]
    jwks_file: Option<PathBuf>,
    /// Who has to have made a token (`iss`).
    #[arg(long, value_name = "ISSUER")]
    issuer: Option<String>,
    /// For whom a token has to be made (`aud`).
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,
    /// The claim that names the principal.
    #[arg(long, value_name = "CLAIM", default_value = "sub")]
    principal_claim: String,
    /// Seconds that the issuer's clock may be from ours.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = whole::<u64>(0..=3600))]
    clock_skew: u64,
}

impl IssuerFlags {
    /// The verifier that the flags ask for, with its keys read.
    pub(super) async fn verifier(&self) -> Result<Option<JwtVerifier>, Fault> {
        let source = match (&self.jwks_url, &self.jwks_file) {
            (Some(url), _) => KeySource::Url(url.clone()),
            (None, Some(file)) => KeySource::File(file.clone()),
            (None, None) if self.issuer.is_some() || self.audience.is_some() => {
                return Err(Fault::usage(
                    "--issuer and --audience need keys: pass --jwks-url URL or --jwks-file FILE",
                ));
            }
            (None, None) => return Ok(None),
        };
        let (Some(issuer), Some(audience)) = (&self.issuer, &self.audience) else {
            return Err(Fault::usage("keys need --issuer and --audience"));
        };
        let verifier = JwtVerifier::new(source, issuer, audience)
            .map_err(|error| Fault::usage(error.to_string()))?
            .with_principal_claim(&self.principal_claim)
            .with_clock_skew(Duration::from_secs(self.clock_skew));
        verifier
            .preload()
            .await
            .map_err(|error| Fault::machine(error.to_string()))?;
        Ok(Some(verifier))
    }
}
