//! Values without a shape: any JSON, any object, numbers with their digits; and what a refused string is told.
//!
//! Private: [`common`](crate::common) shows it.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// A string that does not fit its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid {
    /// What it was meant to be, such as `a job id`.
    pub what: &'static str,
    /// The rule that it breaks.
    pub reason: &'static str,
}

impl Invalid {
    pub(crate) const fn new(what: &'static str, reason: &'static str) -> Self {
        Self { what, reason }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not {}: it {}", self.what, self.reason)
    }
}

impl std::error::Error for Invalid {}

/// The text of an enum value, a message type or an event kind that this version does not know, as it came.
///
/// Nobody outside can make one, so that a known value never hides in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownText(Arc<str>);

impl UnknownText {
    pub(crate) fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Any JSON value, null included, kept as the text that came. Two are equal when their texts are.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// `null`
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// When the value has no JSON form, such as a map whose keys are no strings.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        to_raw_value(value).map(Self)
    }

    /// Reads it as a `T`.
    ///
    /// # Errors
    /// When it is not the JSON form of a `T`.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0.get())
    }

    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.0.get() == "null"
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

impl From<Box<RawValue>> for Json {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl From<JsonObject> for Json {
    fn from(object: JsonObject) -> Self {
        Self(object.0)
    }
}

/// Takes any JSON text, as `serde_json::from_str` does.
impl FromStr for Json {
    type Err = serde_json::Error;
    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// A JSON object whose members this protocol does not fix, kept as the text that came. Two are equal when their texts are.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct JsonObject(Box<RawValue>);

impl JsonObject {
    /// Writes a value as JSON.
    ///
    /// # Errors
    /// When the value has no JSON form, or when that form is no object.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        Self::check(to_raw_value(value)?)
    }

    /// Reads it as a `T`.
    ///
    /// # Errors
    /// When it is not the JSON form of a `T`.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0.get())
    }

    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// The raw value itself.
    pub fn as_raw(&self) -> &RawValue {
        &self.0
    }

    fn check<E: serde::de::Error>(raw: Box<RawValue>) -> Result<Self, E> {
        if raw.get().starts_with('{') {
            return Ok(Self(raw));
        }
        Err(E::invalid_type(kind_of(&raw), &"an object"))
    }
}

/// `{}`
impl Default for JsonObject {
    fn default() -> Self {
        // Braces are always JSON, so the second arm cannot be reached.
        Self(RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::check(Box::<RawValue>::deserialize(deserializer)?)
    }
}

/// Takes the text of a JSON object.
impl FromStr for JsonObject {
    type Err = serde_json::Error;
    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// A JSON number whose digits are kept as they came, so that money stays exact. Two are equal when their texts are: `1.0` is not `1`.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Decimal(Box<RawValue>);

impl Decimal {
    /// The digits.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The nearest binary fraction; not for money. Numbers beyond its range are infinite.
    pub fn to_f64(&self) -> f64 {
        self.0.get().parse().unwrap_or(f64::NAN)
    }

    fn from_digits(digits: String) -> Self {
        // The digits of an integer are always JSON, so the second arm cannot be reached.
        Self(RawValue::from_string(digits).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    fn is_number(raw: &RawValue) -> bool {
        raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if Self::is_number(&raw) {
            return Ok(Self(raw));
        }
        Err(D::Error::invalid_type(kind_of(&raw), &"a number"))
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::from_digits(value.to_string())
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self::from_digits(value.to_string())
    }
}

/// Takes any finite number.
impl TryFrom<f64> for Decimal {
    type Error = Invalid;
    fn try_from(value: f64) -> Result<Self, Invalid> {
        const REFUSED: Invalid = Invalid::new("a decimal", "must be finite");
        if !value.is_finite() {
            return Err(REFUSED);
        }
        to_raw_value(&value).map(Self).map_err(|_| REFUSED)
    }
}

/// Takes the text of a JSON number.
impl FromStr for Decimal {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match RawValue::from_string(text.to_owned()) {
            Ok(raw) if Self::is_number(&raw) && raw.get().len() == text.len() => Ok(Self(raw)),
            _ => Err(Invalid::new("a decimal", "must be a JSON number")),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Default for Json {
    fn default() -> Self {
        Self::null()
    }
}

/// What a raw value is, for error messages.
fn kind_of(raw: &RawValue) -> Unexpected<'static> {
    match raw.get().as_bytes().first() {
        Some(b'{') => Unexpected::Map,
        Some(b'[') => Unexpected::Seq,
        Some(b'"') => Unexpected::Other("string"),
        Some(b't') => Unexpected::Bool(true),
        Some(b'f') => Unexpected::Bool(false),
        Some(b'n') => Unexpected::Unit,
        _ => Unexpected::Other("number"),
    }
}

macro_rules! by_text {
    ($($name:ident)*) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.get() == other.0.get()
            }
        }

        impl Eq for $name {}

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.get().hash(state);
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.get())
            }
        }
    )*};
}

by_text!(Json JsonObject Decimal);
