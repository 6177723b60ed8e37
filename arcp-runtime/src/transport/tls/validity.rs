//! When a certificate expires: the one thing in X.509 that a server wants to tell beforehand (RFC 5280 §4.1.2.5).
//!
//! It reads no further than that, and judges nothing.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of the validity of a certificate in DER; `None` when it is not built as it should be.
pub(super) fn end(certificate: &[u8]) -> Option<Timestamp> {
    let (whole, _) = expect(certificate, SEQUENCE)?;
    let (signed, _) = expect(whole, SEQUENCE)?;
    let signed = match element(signed)? {
        (EXPLICIT_VERSION, _, rest) => rest,
        _ => signed,
    };
    let (_, _, signed) = element(signed)?; // the serial number
    let (_, signed) = expect(signed, SEQUENCE)?; // the algorithm of the signature
    let (_, signed) = expect(signed, SEQUENCE)?; // the issuer
    let (validity, _) = expect(signed, SEQUENCE)?;
    let (_, _, validity) = element(validity)?; // the beginning
    let (tag, time, _) = element(validity)?;
    instant(tag, std::str::from_utf8(time).ok()?)
}

/// The content of an element with this tag, and what is behind it.
fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// The tag and the content of the first element, and what is behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        let length = digits
            .iter()
            .fold(0, |length: usize, digit| length << 8 | usize::from(*digit));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ`, where years from 50 are of the last century, or `YYYYMMDDHHMMSSZ`.
fn instant(tag: u8, text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let two = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let time = DateTime::new(year, two(0)?, two(2)?, two(4)?, two(6)?, two(8)?, 0).ok()?;
    (rest.len() == 10)
        .then(|| time.to_zoned(TimeZone::UTC).ok())
        .flatten()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate as far as it is read: version, serial number, algorithm, issuer, validity.
    fn certificate(tag: u8, end: &str) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let mut bytes = vec![tag, 0x82, 0, 0];
            bytes[2..].copy_from_slice(&u16::try_from(content.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(content);
            bytes
        };
        let mut times = vec![UTC_TIME, 13];
        times.extend_from_slice(b"250101000000Z");
        times.extend_from_slice(&[tag, u8::try_from(end.len()).unwrap()]);
        times.extend_from_slice(end.as_bytes());
        let mut signed = vec![
            EXPLICIT_VERSION,
            3,
            2,
            1,
            2,
            2,
            1,
            7,
            SEQUENCE,
            0,
            SEQUENCE,
            0,
        ];
        signed.extend_from_slice(&wrap(SEQUENCE, &times));
        wrap(SEQUENCE, &wrap(SEQUENCE, &signed))
    }

    #[test]
    fn both_kinds_of_time_are_read() {
        for (tag, end_of, expected) in [
            (UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z"),
            (UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"),
            (GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z"),
        ] {
            let found = end(&certificate(tag, end_of));
            assert_eq!(found, Some(expected.parse().unwrap()), "{end_of}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let whole = certificate(UTC_TIME, "491231235959Z");
        for cut in 0..whole.len() {
            assert_eq!(end(&whole[..cut]), None, "{cut}");
        }
        for text in [
            "491331000000Z",
            "4912312359Z",
            "49123123595+Z",
            "491231235959",
        ] {
            assert_eq!(end(&certificate(UTC_TIME, text)), None, "{text}");
        }
        assert_eq!(end(&[SEQUENCE, 0x85, 1, 1, 1, 1, 1]), None);
        assert_eq!(end(&[SEQUENCE, 0x80]), None);
    }
}
