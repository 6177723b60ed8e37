//! TLS for addresses that begin with `wss://` (§4): the kit's own, so that a fault of the library's TLS cannot hide itself.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Whose word is taken for who a server is.
#[derive(Clone)]
pub struct Trust(TlsConnector);

impl Trust {
    /// That of the authorities of this machine.
    ///
    /// # Errors
    /// When it has none.
    pub fn platform() -> Result<Self, String> {
        let verifier = Verifier::new(provider()).map_err(|error| {
            format!("this machine has no certificate authorities ({error}); install its ca-certificates, or name the runtime's with --ca FILE")
        })?;
        Self::by(Arc::new(verifier))
    }

    /// That of these authorities alone, in PEM.
    ///
    /// # Errors
    /// When there is no certificate in the text, or one that cannot be used.
    pub fn only(pem: &[u8]) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        for authority in CertificateDer::pem_slice_iter(pem) {
            let authority = authority.map_err(|error| format!("not PEM: {error}"))?;
            roots
                .add(authority)
                .map_err(|error| format!("the certificate cannot be used: {error}"))?;
        }
        if roots.is_empty() {
            return Err("there is no certificate in it; give a PEM file".to_owned());
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| error.to_string())?;
        Self::by(verifier)
    }

    fn by(verifier: Arc<dyn ServerCertVerifier>) -> Result<Self, String> {
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Shakes hands with the server that answers to `host`.
    pub(crate) async fn shake(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> Result<TlsStream<TcpStream>, String> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|error| error.to_string())?;
        self.0
            .connect(name, stream)
            .await
            .map_err(|error| format!("no TLS connection: {error}"))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").finish_non_exhaustive()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
