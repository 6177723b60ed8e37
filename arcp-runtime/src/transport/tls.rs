//! TLS under a WebSocket (§4, §14): whom a client trusts, what a server shows, and both handshakes.
//!
//! rustls with aws-lc-rs, always named: what the rest of the process has installed as its default is never asked.
//! It knows nothing of frames, and has no deadline: that is the one of the whole handshake around it.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, Error as RustlsError, InconsistentKeys, RootCertStore, ServerConfig};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

mod reason;
mod validity;

pub(super) use reason::reason;

/// The first byte of a client that speaks TLS: the type of a handshake record.
pub(super) const HANDSHAKE_RECORD: u8 = 0x16;

/// Why certificates or a key cannot be used. Each says the cure; which file it was is known to the caller.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text has no certificate in it.
    #[error("there is no certificate in it; a PEM file has lines of -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// The text has no private key in it.
    #[error(
        "there is no private key in it, or it is encrypted; a PEM file has lines of -----BEGIN PRIVATE KEY-----"
    )]
    NoKey,
    /// The text is not PEM.
    #[error("it is not PEM: {0}; convert it with openssl")]
    NotPem(String),
    /// The key belongs to another certificate.
    #[error(
        "the key does not fit the certificate; take the two that were made together, the server's own certificate first"
    )]
    KeyMismatch,
    /// rustls cannot use what is there.
    #[error("the certificate or its key cannot be used: {0}")]
    Unusable(String),
    /// This machine trusts nobody.
    #[error(
        "this machine has no certificate authorities ({0}); install its ca-certificates, or name the authority of the runtime"
    )]
    NoAuthorities(String),
}

/// Whom a client believes to be the server that it asked for. Cheap to clone; clones also share what makes coming back to a server quicker.
#[derive(Clone)]
pub struct Trust {
    config: Arc<ClientConfig>,
}

impl Trust {
    /// Whoever the authorities of this machine vouch for. They are read once for each process.
    ///
    /// # Errors
    /// [`TlsError::NoAuthorities`] when the machine has none; they are looked for again the next time.
    pub fn platform() -> Result<Self, TlsError> {
        static PLATFORM: OnceLock<Trust> = OnceLock::new();
        if let Some(trust) = PLATFORM.get() {
            return Ok(trust.clone());
        }
        let verifier = Verifier::new(provider())
            .map_err(|error| TlsError::NoAuthorities(error.to_string()))?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let config = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(PLATFORM.get_or_init(|| Self::new(config)).clone())
    }

    /// Whoever these authorities vouch for, and nobody else: PEM text with one certificate or more. A certificate that a server signed itself may be among them.
    ///
    /// # Errors
    /// When there is no certificate in the text, or one that cannot be used.
    pub fn only(pem: &[u8]) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for authority in certificates(pem)? {
            roots.add(authority).map_err(unusable)?;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| TlsError::Unusable(error.to_string()))?;
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_webpki_verifier(verifier)
            .with_no_client_auth();
        Ok(Self::new(config))
    }

    fn new(config: ClientConfig) -> Self {
        Self {
            config: Arc::new(config),
        }
    }

    /// Shakes hands as a client with the server that answers to `host`.
    pub(super) async fn shake(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        Ok(connector.connect(name, stream).await?.into())
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").finish_non_exhaustive()
    }
}

/// What a server shows to prove who it is: a certificate, and the key to it. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    not_after: Option<Timestamp>,
}

impl Identity {
    /// An identity from PEM texts: the server's certificate, behind it those of the authorities between it and one that clients know; and its key.
    /// Both may stand in one text.
    ///
    /// # Errors
    /// When a text lacks what it should hold, or the key does not fit. A certificate that has expired is none: see [`Identity::not_after`].
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
            rustls::pki_types::pem::Error::NoItemsFound => TlsError::NoKey,
            error => TlsError::NotPem(error.to_string()),
        })?;
        let not_after = chain
            .first()
            .and_then(|certificate| validity::end(certificate));
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| match error {
                RustlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    TlsError::KeyMismatch
                }
                error => unusable(error),
            })?;
        Ok(Self {
            config: Arc::new(config),
            not_after,
        })
    }

    /// When the certificate expires; clients refuse it from then on. `None` when it does not say so in a way that can be read.
    pub fn not_after(&self) -> Option<Timestamp> {
        self.not_after
    }

    /// Shakes hands as a server.
    pub(super) async fn shake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        Ok(acceptor.accept(stream).await?.into())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider())))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::NotPem(error.to_string()))?;
    if found.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    Ok(found)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn unusable(error: RustlsError) -> TlsError {
    TlsError::Unusable(error.to_string())
}
