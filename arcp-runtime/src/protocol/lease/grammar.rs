//! What a lease request may say: capability names, amounts, and how much of it (§9.2, §9.6).
//!
//! This file reads single words. Patterns are compiled in `pattern`, a whole request in `lease`.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::limits::{
    MAX_CAPABILITY_BYTES, MAX_CURRENCY_BYTES, MAX_FRACTION_DIGITS, MAX_INTEGER_DIGITS,
};

/// Why a request was not understood: `INVALID_REQUEST` on the wire (§12).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Refusal {
    /// The JSON path of the offending value below the payload, such as `lease_request["fs.read"][0]`.
    pub path: String,
    /// What is wrong there and what would be right, as text that may go on the wire.
    pub reason: String,
}

impl Refusal {
    /// Makes a refusal of the value at `path`.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
        }
    }
}

/// A kind of authority: one of the seven reserved names, or a vendor's (§9.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// `fs.read`: reading files, by path glob.
    FsRead,
    /// `fs.write`: writing files, by path glob.
    FsWrite,
    /// `net.fetch`: outgoing requests, by URL glob.
    NetFetch,
    /// `tool.call`: calling tools, by name glob.
    ToolCall,
    /// `agent.delegate`: starting sub-agents, by name glob.
    AgentDelegate,
    /// `cost.budget`: a limit on cost, by amount.
    CostBudget,
    /// `model.use`: using models, by name glob.
    ModelUse,
    /// `x-vendor.…`: what this runtime defines, by name glob.
    Vendor(Arc<str>),
}

impl Capability {
    /// Reads a capability name.
    ///
    /// # Errors
    /// The reason, when the name is neither reserved nor a vendor's.
    pub fn parse(name: &str) -> Result<Self, String> {
        Ok(match name {
            "fs.read" => Self::FsRead,
            "fs.write" => Self::FsWrite,
            "net.fetch" => Self::NetFetch,
            "tool.call" => Self::ToolCall,
            "agent.delegate" => Self::AgentDelegate,
            "cost.budget" => Self::CostBudget,
            "model.use" => Self::ModelUse,
            _ if is_vendor_name(name) => Self::Vendor(name.into()),
            _ => {
                return Err("unknown capability; known are fs.read, fs.write, net.fetch, tool.call, agent.delegate, \
                     cost.budget, model.use and names such as x-vendor.acme.gpu"
                    .to_owned());
            }
        })
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::FsRead => "fs.read",
            Self::FsWrite => "fs.write",
            Self::NetFetch => "net.fetch",
            Self::ToolCall => "tool.call",
            Self::AgentDelegate => "agent.delegate",
            Self::CostBudget => "cost.budget",
            Self::ModelUse => "model.use",
            Self::Vendor(name) => name,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `x-vendor` and one or more parts of lower-case letters, digits, `_` and `-`.
fn is_vendor_name(name: &str) -> bool {
    name.len() <= MAX_CAPABILITY_BYTES
        && name.strip_prefix("x-vendor.").is_some_and(|rest| {
            rest.split('.').all(|part| {
                !part.is_empty()
                    && part.bytes().all(|b| {
                        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-')
                    })
            })
        })
}

/// The unit of a budget, such as `USD` or `credits` (§9.6). Case matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(Arc<str>);

impl Currency {
    /// Reads a currency: a letter, then at most 31 letters, digits, `_` or `-`.
    ///
    /// # Errors
    /// The reason, when the text is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut bytes = text.bytes();
        let head = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
        let tail = bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if head && tail && text.len() <= MAX_CURRENCY_BYTES {
            Ok(Self(text.into()))
        } else {
            Err(
                "a currency is a letter and at most 31 letters, digits, _ or -, such as USD"
                    .to_owned(),
            )
        }
    }

    /// The currency as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Currency {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// An entry of `cost.budget`, such as `USD:5.00` (§9.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// What is counted.
    pub currency: Currency,
    /// How much of it: not negative, at most 18 digits before and 9 after the point.
    pub value: Decimal,
    source: Box<str>,
}

impl Amount {
    /// Reads an amount: currency, `:`, digits, and perhaps `.` and digits.
    ///
    /// # Errors
    /// The reason, when the text is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (currency, number) = text
            .split_once(':')
            .ok_or("an amount is a currency, a colon and a number, such as USD:5.00")?;
        Ok(Self {
            currency: Currency::parse(currency)?,
            value: parse_plain(number)?,
            source: text.into(),
        })
    }

    /// Writes an amount that was computed; a negative value counts as zero, for a budget cannot start below it.
    pub fn of(currency: Currency, value: Decimal) -> Self {
        let value = value.max(Decimal::ZERO).normalize();
        let source = format!("{currency}:{value}").into();
        Self {
            currency,
            value,
            source,
        }
    }

    /// The amount as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

/// The largest amount, and the largest sum of amounts, that is accepted.
pub fn max_value() -> Decimal {
    Decimal::from_i128_with_scale(
        10_i128.pow(18 + MAX_FRACTION_DIGITS) - 1,
        MAX_FRACTION_DIGITS,
    )
}

fn parse_plain(number: &str) -> Result<Decimal, String> {
    const SHAPE: &str =
        "the number of an amount is 1 to 18 digits and perhaps a point and 1 to 9 digits";
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let fits = digits(whole, MAX_INTEGER_DIGITS)
        && fraction.is_none_or(|f| digits(f, MAX_FRACTION_DIGITS as usize));
    if !fits {
        return Err(SHAPE.to_owned());
    }
    Decimal::from_str_exact(number).map_err(|_| SHAPE.to_owned())
}
