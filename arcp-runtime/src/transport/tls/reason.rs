//! Why a client's TLS handshake failed, in a sentence with the cure.

use std::io;

use rustls::{CertificateError, Error, InvalidMessage};

/// What went wrong while shaking hands with `host`, and whether another try may go better.
pub(in super::super) fn reason(error: &io::Error, host: &str) -> (String, bool) {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return of_rustls(error, host);
    }
    if error.kind() == io::ErrorKind::InvalidInput {
        return (
            format!("{host} is no name that a certificate can be for; use its DNS name or address"),
            false,
        );
    }
    let sentence = match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "the peer ended the connection in the middle of the handshake; does this port speak TLS?"
                .to_owned()
        }
        _ => format!("the connection failed: {error}"),
    };
    (sentence, true)
}

fn of_rustls(error: &Error, host: &str) -> (String, bool) {
    let sentence = match error {
        Error::InvalidCertificate(wrong) => of_certificate(wrong, host),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers does not speak TLS; use ws:// for a plain port, or the port that has TLS"
                .to_owned()
        }
        Error::AlertReceived(alert) => {
            format!("the peer refused it with the alert {alert:?}; its log says why")
        }
        Error::NoCertificatesPresented => "the peer shows no certificate; give it one".to_owned(),
        other => format!("{other}; does this port speak TLS 1.2 or 1.3?"),
    };
    (sentence, false)
}

fn of_certificate(error: &CertificateError, host: &str) -> String {
    match error {
        // The second: by somebody of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is signed by nobody who is trusted here; \
            name its authority (--ca FILE), or give it a certificate of a known one"
                .to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names = if presented.is_empty() {
                "no name at all".to_owned()
            } else {
                presented
                    .iter()
                    .map(|name| bare(name))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            format!(
                "its certificate is not for {host} but for {names}; connect by a name that it has"
            )
        }
        CertificateError::NotValidForName => {
            format!("its certificate is not for {host}; connect by a name that it has")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired; it needs a new one, or the clock of this machine is wrong"
                .to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; set the clocks of both machines".to_owned()
        }
        CertificateError::Other(other) if is_of_an_authority(other) => {
            "its certificate is one of an authority (CA:TRUE), which a server must not show; \
             make one with basicConstraints=CA:FALSE"
                .to_owned()
        }
        other => format!("its certificate cannot be used: {other}"),
    }
}

/// Whether webpki says `CaUsedAsEndEntity`, which rustls hands on without a name of its own.
fn is_of_an_authority(error: &rustls::OtherError) -> bool {
    error.0.to_string().contains("CaUsedAsEndEntity")
}

/// `DnsName("localhost")` as rustls presents it, without what is around the name.
fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}
