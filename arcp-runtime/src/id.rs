//! Identifiers: ULIDs with the wire's prefixes, and secret resume tokens. The only file that asks for randomness.
//!
//! Inside the runtime sessions and jobs are known by their 128-bit number ([`SessionKey`], [`JobKey`]); the wire text is written from it.

use std::fmt;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// Crockford's alphabet, as ULIDs use it.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a ULID.
pub const ULID_LEN: usize = 26;

/// A ULID as a number: 48 bits of milliseconds, 80 random bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ulid(pub u128);

impl Ulid {
    /// The 26 characters.
    pub fn encode(self) -> [u8; ULID_LEN] {
        let mut text = [0; ULID_LEN];
        let mut rest = self.0;
        for slot in text.iter_mut().rev() {
            *slot = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        text
    }

    /// Reads the 26 characters exactly as [`Ulid::encode`] writes them; upper case only, first character at most `7`.
    pub fn decode(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != ULID_LEN || text[0] > b'7' {
            return None;
        }
        text.iter()
            .try_fold(0_u128, |sum, byte| {
                let digit = ALPHABET.iter().position(|letter| letter == byte)?;
                Some(sum << 5 | digit as u128)
            })
            .map(Self)
    }
}

impl fmt::Display for Ulid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.encode();
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Ulid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Ulid);

        impl $name {
            /// What the wire text starts with.
            pub const PREFIX: &'static str = $prefix;

            /// Reads the wire text; `None` when it was not minted by a runtime of this kind.
            pub fn parse(text: &str) -> Option<Self> {
                Ulid::decode(text.strip_prefix(Self::PREFIX)?).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::PREFIX)?;
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

key! {
    /// A session; on the wire `sess_` and a ULID.
    SessionKey, "sess_"
}
key! {
    /// A credential; on the wire `cred_` and a ULID. A value that came by rotation has one of its own, which is not on the wire.
    CredentialKey, "cred_"
}
key! {
    /// A job; on the wire `job_` and a ULID.
    JobKey, "job_"
}

/// Makes identifiers and secrets.
pub trait Mint: Send + Sync + fmt::Debug + 'static {
    /// A new ULID, larger than all that this mint made before.
    fn ulid(&self, wall: Timestamp) -> Ulid;
    /// 256 bits that nobody can guess.
    fn secret(&self) -> [u8; 32];
}

/// The text of a resume token: `rt_` and 256 bits in base64url.
pub fn resume_token(secret: [u8; 32]) -> String {
    format!("rt_{}", URL_SAFE_NO_PAD.encode(secret))
}

/// Identifiers from the operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemMint {
    last: Mutex<Option<Ulid>>,
}

/// What is added to the last ULID of the same millisecond: random, so that neighbours cannot be guessed, and small, so that it does not run over.
fn step(secret: [u8; 32]) -> u128 {
    u128::from(u32::from_le_bytes([
        secret[0], secret[1], secret[2], secret[3],
    ])) + 1
}

impl Mint for SystemMint {
    fn ulid(&self, wall: Timestamp) -> Ulid {
        let random = self.secret();
        let millis = u128::try_from(wall.as_millisecond().max(0)).unwrap_or(0) & ((1 << 48) - 1);
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let next = match *last {
            Some(Ulid(before)) if before >> 80 >= millis => Ulid(before.wrapping_add(step(random))),
            _ => {
                let mut low = [0; 16];
                low[..10].copy_from_slice(&random[..10]);
                Ulid(millis << 80 | u128::from_le_bytes(low))
            }
        };
        *last = Some(next);
        next
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        // The operating system's source does not fail after start; if it does, going on with guessable secrets would be worse than ending.
        if getrandom::fill(&mut bytes).is_err() {
            std::process::abort();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ulids_rise_and_read_back() {
        let mint = SystemMint::default();
        let wall = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let made: Vec<Ulid> = (0..1000).map(|_| mint.ulid(wall)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        for ulid in made {
            assert_eq!(Ulid::decode(&ulid.to_string()), Some(ulid));
        }
    }

    #[test]
    fn foreign_text_is_not_a_key() {
        for text in [
            "",
            "job_",
            "job_01",
            "sess_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "job_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "job_7zzzzzzzzzzzzzzzzzzzzzzzzz",
            "job_7ZZZZZZZZZZZZZZZZZZZZZZZZU",
        ] {
            assert_eq!(JobKey::parse(text), None, "{text}");
        }
        assert!(JobKey::parse("job_7ZZZZZZZZZZZZZZZZZZZZZZZZZ").is_some());
    }

    #[test]
    fn tokens_have_256_bits() {
        let token = resume_token(SystemMint::default().secret());
        assert_eq!(token.len(), 3 + 43);
    }
}
