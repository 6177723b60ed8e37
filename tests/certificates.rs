//! Certificates for the tests of TLS: authorities, and what they sign. Made anew each time; nothing is kept.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// Somebody who signs certificates.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and the key to it, in PEM.
#[derive(Debug)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Authority {
    /// An authority that nobody knows yet.
    pub fn new() -> Self {
        Self::named("authority of a test")
    }

    /// As [`Authority::new`], by another name.
    ///
    /// # Panics
    /// When no key can be made.
    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// Its own certificate, in PEM: what is trusted.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for these names and addresses.
    pub fn sign(&self, names: &[&str]) -> Pair {
        self.sign_as(names, |_| {})
    }

    /// As [`Authority::sign`], but it expired long ago.
    pub fn sign_expired(&self, names: &[&str]) -> Pair {
        self.sign_as(names, |params| {
            params.not_before = date_time_ymd(2001, 2, 3);
            params.not_after = date_time_ymd(2002, 3, 4);
        })
    }

    /// As [`Authority::sign`], but it is one of an authority itself.
    pub fn sign_authority(&self, names: &[&str]) -> Pair {
        self.sign_as(names, |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        })
    }

    fn sign_as(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Pair {
            certificate: params.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A certificate that nobody but itself vouches for.
///
/// # Panics
/// When it cannot be made.
pub fn self_signed(names: &[&str]) -> Pair {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(names).unwrap();
    Pair {
        certificate: params.self_signed(&key).unwrap().pem(),
        key: key.serialize_pem(),
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
