//! Values of arguments: whole numbers in a range, and the sentence for a value that its argument does not take.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::fault::Fault;

/// Reads a whole number in `range`.
pub(crate) fn whole<T>(range: RangeInclusive<T>) -> ValueParser
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    ValueParser::new(move |given: &str| {
        let number = given.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            format!("write a whole number from {least} to {most}")
        })
    })
}

/// The sentence for a value that cannot be read, as all our others are; `None` for what clap says better, such as a flag that is not there.
pub(crate) fn fault(error: &clap::Error) -> Option<Fault> {
    if error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    // The argument stands there as `--port <PORT>`.
    let argument = text(ContextKind::InvalidArg)?.split_whitespace().next()?;
    let given = text(ContextKind::InvalidValue)?;
    let why = std::error::Error::source(error)?;
    Some(Fault::usage(format!(
        "{argument} {given}: {why}; --help says what it takes"
    )))
}
