//! Reading `lease_constraints.expires_at` (§9.5).
//!
//! The check at each operation stands in [`Authority`](super::Authority); watchdogs are the caller's.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::grammar::Refusal;
use crate::limits::MAX_FRACTION_DIGITS;

/// Reads the end of a lease: RFC 3339 in UTC with a `Z`, later than `now`.
///
/// A leap second counts as the second before it, and an instant after the last one that can be told apart as that one.
///
/// # Errors
/// When the text has another form, names no day of the calendar, or lies not in the future.
pub fn parse_expires_at(text: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
    let refusal = |reason: &str| Refusal::new("lease_constraints.expires_at", reason);
    let civil = text.strip_suffix('Z').filter(|civil| has_shape(civil));
    let civil = civil.ok_or_else(|| {
        refusal("not a UTC timestamp such as 2026-05-13T23:42:00Z, with a T, seconds and a Z")
    })?;
    let civil: DateTime = civil
        .parse()
        .map_err(|_| refusal("there is no such day or time"))?;
    let end = TimeZone::UTC.to_timestamp(civil).unwrap_or(Timestamp::MAX);
    if end > now {
        Ok(end)
    } else {
        Err(refusal(
            "not in the future: a lease must end after it begins",
        ))
    }
}

/// `yyyy-mm-ddThh:mm:ss` and perhaps a point and one to nine digits. Ranges are left to the calendar.
fn has_shape(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let Some((whole, fraction)) = text.as_bytes().split_at_checked(SHAPE.len()) else {
        return false;
    };
    let fits = |(byte, shape): (&u8, &u8)| {
        if *shape == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == shape
        }
    };
    let digits = |rest: &[u8]| {
        (1..=MAX_FRACTION_DIGITS as usize).contains(&rest.len())
            && rest.iter().all(u8::is_ascii_digit)
    };
    whole.iter().zip(SHAPE).all(fits)
        && (fraction.is_empty() || fraction.strip_prefix(b".").is_some_and(digits))
}
