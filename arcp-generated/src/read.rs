// @generated from schema/ by codegen; do not edit
//! How members are read: one [`Rule`] for each kind of value, one [`Object`] for each struct.
//!
//! Private: it backs the `Deserialize` impls of the other modules and knows no type of the wire.
#![allow(
    dead_code,
    reason = "a schema need not use every kind of rule"
)]

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::Deserialize;
use std::fmt;
use std::marker::PhantomData;

/// How a value is read and judged.
pub(crate) trait Rule<'de> {
    /// What it becomes.
    type Value;
    /// Reads it.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error>;
}

/// A value whose own type judges it.
pub(crate) struct Plain<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Rule<'de> for Plain<T> {
    type Value = T;
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

/// An integer from `MIN` to `MAX`, at least 0.
pub(crate) struct Integer<const MIN: u64, const MAX: u64>;

impl<'de, const MIN: u64, const MAX: u64> Rule<'de> for Integer<MIN, MAX> {
    type Value = u64;
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_u64(Self)
    }
}

impl<const MIN: u64, const MAX: u64> Visitor<'_> for Integer<MIN, MAX> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an integer from {MIN} to {MAX}")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
        if (MIN..=MAX).contains(&value) {
            return Ok(value);
        }
        Err(E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    /// `5.0` is the integer 5 to JSON Schema, and so it is here.
    fn visit_f64<E: Error>(self, value: f64) -> Result<u64, E> {
        match whole(value) {
            Some(whole) => self.visit_i64(whole),
            None => Err(E::invalid_value(Unexpected::Float(value), &self)),
        }
    }
}

/// An integer from `MIN` to `MAX` that may be below 0.
pub(crate) struct Signed<const MIN: i64, const MAX: i64>;

impl<'de, const MIN: i64, const MAX: i64> Rule<'de> for Signed<MIN, MAX> {
    type Value = i64;
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        deserializer.deserialize_i64(Self)
    }
}

impl<const MIN: i64, const MAX: i64> Visitor<'_> for Signed<MIN, MAX> {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an integer from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        if (MIN..=MAX).contains(&value) {
            return Ok(value);
        }
        Err(E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        match whole(value) {
            Some(whole) => self.visit_i64(whole),
            None => Err(E::invalid_value(Unexpected::Float(value), &self)),
        }
    }
}

/// The integer that a float is, where it is one and is exact.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() != 0.0 || value.abs() > EXACT {
        return None;
    }
    format!("{value:.0}").parse().ok()
}

/// A string of `MIN` to `MAX` characters.
pub(crate) struct Text<const MIN: u32, const MAX: u32>;

impl<'de, const MIN: u32, const MAX: u32> Rule<'de> for Text<MIN, MAX> {
    type Value = String;
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_string(Self)
    }
}

impl<const MIN: u32, const MAX: u32> Visitor<'_> for Text<MIN, MAX> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if MAX == u32::MAX {
            write!(f, "a string of at least {MIN} characters")
        } else {
            write!(f, "a string of {MIN} to {MAX} characters")
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        if crate::grammar::length(value, MIN, MAX) {
            return Ok(value.to_owned());
        }
        Err(E::invalid_length(value.chars().count(), &self))
    }
}

/// A list of `MIN` to `MAX` items, each once if `UNIQUE`.
pub(crate) struct List<R, const MIN: u32, const MAX: u32, const UNIQUE: bool>(PhantomData<R>);

impl<'de, R, const MIN: u32, const MAX: u32, const UNIQUE: bool> Rule<'de>
    for List<R, MIN, MAX, UNIQUE>
where
    R: Rule<'de, Value: PartialEq>,
{
    type Value = Vec<R::Value>;
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(Self(PhantomData))
    }
}

impl<'de, R, const MIN: u32, const MAX: u32, const UNIQUE: bool> Visitor<'de>
    for List<R, MIN, MAX, UNIQUE>
where
    R: Rule<'de, Value: PartialEq>,
{
    type Value = Vec<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if MAX == u32::MAX {
            write!(f, "a list of at least {MIN} items")
        } else {
            write!(f, "a list of {MIN} to {MAX} items")
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Seed::<R>(PhantomData))? {
            if items.len() >= usize::try_from(MAX).unwrap_or(usize::MAX) {
                return Err(A::Error::invalid_length(items.len() + 1, &self));
            }
            if UNIQUE && items.contains(&item) {
                return Err(A::Error::custom("the same item occurs twice"));
            }
            items.push(item);
        }
        if items.len() < usize::try_from(MIN).unwrap_or(usize::MAX) {
            return Err(A::Error::invalid_length(items.len(), &self));
        }
        Ok(items)
    }
}

/// Reads by a rule where serde wants a seed.
pub(crate) struct Seed<R>(pub(crate) PhantomData<R>);

impl<'de, R: Rule<'de>> DeserializeSeed<'de> for Seed<R> {
    type Value = R::Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Value, D::Error> {
        R::read(deserializer)
    }
}

/// `null` is the same as a missing member.
struct Nullable<R>(PhantomData<R>);

impl<'de, R: Rule<'de>> DeserializeSeed<'de> for Nullable<R> {
    type Value = Option<R::Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, R: Rule<'de>> Visitor<'de> for Nullable<R> {
    type Value = Option<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        R::read(deserializer).map(Some)
    }
}

/// A seed whose value may be `null`.
pub(crate) struct OrNull<S>(pub(crate) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = Option<S::Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// What a member has been read as so far.
pub(crate) enum Slot<T> {
    /// Not seen.
    Missing,
    /// Seen as `null`.
    Null,
    /// Seen with a value.
    Value(T),
}

impl<T> Slot<T> {
    /// Reads the member; `null` counts as missing.
    pub(crate) fn fill<'de, R, A>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error>
    where
        R: Rule<'de, Value = T>,
        A: MapAccess<'de>,
    {
        self.once::<A::Error>(name)?;
        *self = match map.next_value_seed(Nullable::<R>(PhantomData))? {
            Some(value) => Self::Value(value),
            None => Self::Null,
        };
        Ok(())
    }

    /// Reads the member where `null` is a value of its own, or is refused by the rule.
    pub(crate) fn fill_strictly<'de, R, A>(
        &mut self,
        name: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error>
    where
        R: Rule<'de, Value = T>,
        A: MapAccess<'de>,
    {
        self.once::<A::Error>(name)?;
        *self = Self::Value(map.next_value_seed(Seed::<R>(PhantomData))?);
        Ok(())
    }

    fn once<E: Error>(&self, name: &'static str) -> Result<(), E> {
        match self {
            Self::Missing => Ok(()),
            _ => Err(E::duplicate_field(name)),
        }
    }

    /// Takes the value of another slot away.
    pub(crate) fn take_from(&mut self, other: &mut Self) {
        *self = std::mem::replace(other, Self::Missing);
    }

    /// Takes a copy of the value of another slot.
    pub(crate) fn copy_from(&mut self, other: &Self)
    where
        T: Clone,
    {
        if let Self::Value(value) = other {
            *self = Self::Value(value.clone());
        }
    }

    /// Whether a value is there.
    pub(crate) fn is_some(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// The value, if one is there.
    pub(crate) fn optional(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The value, which must be there.
    pub(crate) fn required<E: Error>(self, name: &'static str) -> Result<T, E> {
        self.optional().ok_or_else(|| E::missing_field(name))
    }
}

/// A struct of the wire: how its members are read.
pub(crate) trait Object<'de>: Sized {
    /// The names of its members.
    const MEMBERS: &'static [&'static str];

    /// Reads it member by member.
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    /// Reads it from a bare string, where the wire allows that.
    fn read_text(_text: &str) -> Option<Self> {
        None
    }
}

/// Reads an object; anything else is refused.
pub(crate) fn object<'de, T: Object<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Reads an object or a bare string.
pub(crate) fn object_or_text<'de, T: Object<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read_text(text).ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))
    }
}

/// The next member's place in a list of names; past its end for a name that is not listed.
pub(crate) fn next_member<'de, A: MapAccess<'de>>(
    map: &mut A,
    names: &'static [&'static str],
) -> Result<Option<usize>, A::Error> {
    map.next_key_seed(Name(names))
}

/// Passes over the value of a member that is not known.
pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// A member of a frame.
pub(crate) enum Member {
    /// The place of a listed name.
    Listed(usize),
    /// A vendor's, which is kept.
    Vendor(String),
    /// Any other, which is passed over.
    Other,
}

/// The next member of a frame.
pub(crate) fn next_of_frame<'de, A: MapAccess<'de>>(
    map: &mut A,
    names: &'static [&'static str],
    vendor_prefix: &'static str,
) -> Result<Option<Member>, A::Error> {
    map.next_key_seed(FrameName { names, vendor_prefix })
}

struct FrameName {
    names: &'static [&'static str],
    vendor_prefix: &'static str,
}

impl<'de> DeserializeSeed<'de> for FrameName {
    type Value = Member;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FrameName {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
        Ok(match self.names.iter().position(|known| *known == name) {
            Some(index) => Member::Listed(index),
            None if name.starts_with(self.vendor_prefix) => Member::Vendor(name.to_owned()),
            None => Member::Other,
        })
    }
}

struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        Ok(self
            .0
            .iter()
            .position(|known| *known == name)
            .unwrap_or(usize::MAX))
    }
}

/// Whether a value is what a reader assumes anyway.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
