//! Certificates for the tests of TLS, and keys that sign tokens. Made anew each time; nothing is kept.

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

/// A key for signatures by ES256.
#[derive(Debug)]
pub struct SigningKey {
    /// The private key, as PKCS #8.
    pub pkcs8: Vec<u8>,
    /// The first coordinate of the public key.
    pub x: Vec<u8>,
    /// The second.
    pub y: Vec<u8>,
}

impl SigningKey {
    /// A key that nobody has seen.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        // A point without compression: 4, then both coordinates.
        let (x, y) = key.public_key_raw()[1..].split_at(32);
        Self {
            pkcs8: key.serialize_der(),
            x: x.to_vec(),
            y: y.to_vec(),
        }
    }
}

impl Default for SigningKey {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
