//! Reads JSON by place, so that each refusal names where it is. Values keep their text; nothing here knows a step.

use std::ops::RangeInclusive;

use arcp_generated::common::{Decimal, Json};
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::agent::InvalidInput;

/// A value and where it stands, from the input's root: `do[3].log`.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    path: String,
    text: &'a str,
}

impl<'a> Place<'a> {
    /// The whole input.
    pub(super) fn root(input: &'a Json) -> Self {
        Self {
            path: String::new(),
            text: input.get(),
        }
    }

    /// Says what is wrong here.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> InvalidInput {
        InvalidInput {
            path: self.path.clone(),
            reason: reason.into(),
        }
    }

    /// Says what is wrong somewhere inside: `inner` counts its path from here.
    pub(super) fn within(&self, inner: InvalidInput) -> InvalidInput {
        let separator = if inner.path.is_empty() || inner.path.starts_with('[') {
            ""
        } else {
            "."
        };
        InvalidInput {
            path: format!("{}{separator}{}", self.path, inner.path),
            reason: inner.reason,
        }
    }

    /// The members of an object.
    pub(super) fn object(&self) -> Result<Members<'a>, InvalidInput> {
        let Pairs(pairs) =
            serde_json::from_str(self.text).map_err(|_| self.wrong("must be an object"))?;
        let mut members = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            let path = if self.path.is_empty() {
                name.clone()
            } else {
                format!("{}.{name}", self.path)
            };
            let place = Self {
                path,
                text: value.get(),
            };
            if members.iter().any(|(known, _)| *known == name) {
                return Err(place.wrong("stands here twice"));
            }
            members.push((name, place));
        }
        Ok(Members {
            place: self.clone(),
            members,
        })
    }

    /// The items of a list.
    pub(super) fn list(&self) -> Result<Vec<Self>, InvalidInput> {
        let items: Vec<&'a RawValue> =
            serde_json::from_str(self.text).map_err(|_| self.wrong("must be a list"))?;
        let place = |(index, item): (usize, &'a RawValue)| Self {
            path: format!("{}[{index}]", self.path),
            text: item.get(),
        };
        Ok(items.into_iter().enumerate().map(place).collect())
    }

    /// A string.
    pub(super) fn string(&self) -> Result<String, InvalidInput> {
        self.read("must be a string")
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, InvalidInput> {
        self.read("must be true or false")
    }

    /// A number with all its digits.
    pub(super) fn number(&self) -> Result<Decimal, InvalidInput> {
        self.read("must be a number")
    }

    /// A whole number of a range.
    pub(super) fn whole(&self, range: RangeInclusive<u64>) -> Result<u64, InvalidInput> {
        let reason = format!(
            "must be a whole number from {} to {}",
            range.start(),
            range.end()
        );
        let number = self.read(&reason)?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(self.wrong(reason))
        }
    }

    /// The value as it came.
    pub(super) fn json(&self) -> Result<Json, InvalidInput> {
        self.read("must be JSON")
    }

    fn is_null(&self) -> bool {
        self.text == "null"
    }

    fn read<T: DeserializeOwned>(&self, reason: &str) -> Result<T, InvalidInput> {
        serde_json::from_str(self.text).map_err(|_| self.wrong(reason))
    }
}

/// The members of an object, taken one by one; what is left at the end was not expected.
#[derive(Debug)]
pub(super) struct Members<'a> {
    place: Place<'a>,
    members: Vec<(String, Place<'a>)>,
}

impl<'a> Members<'a> {
    /// The object itself.
    pub(super) fn place(&self) -> &Place<'a> {
        &self.place
    }

    /// Takes a member that may be missing. `null` is missing.
    pub(super) fn take(&mut self, name: &str) -> Option<Place<'a>> {
        self.take_any(name).filter(|place| !place.is_null())
    }

    /// Takes a member that must be there.
    pub(super) fn need(&mut self, name: &str) -> Result<Place<'a>, InvalidInput> {
        self.take(name)
            .ok_or_else(|| self.place.wrong(format!("needs `{name}`")))
    }

    /// Takes a member whose `null` is a value.
    pub(super) fn take_any(&mut self, name: &str) -> Option<Place<'a>> {
        let at = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.remove(at).1)
    }

    /// The only member of an object that has one.
    pub(super) fn only(mut self, reason: &str) -> Result<(String, Place<'a>), InvalidInput> {
        match (self.members.pop(), self.members.is_empty()) {
            (Some(member), true) => Ok(member),
            _ => Err(self.place.wrong(reason)),
        }
    }

    /// All members, for an object that is a map.
    pub(super) fn all(self) -> Vec<(String, Place<'a>)> {
        self.members
    }

    /// Refuses what was not taken.
    pub(super) fn finish(self) -> Result<(), InvalidInput> {
        match self.members.first() {
            None => Ok(()),
            Some((_, place)) => Err(place.wrong("is not a member here")),
        }
    }
}

/// An object's members in their order, values unread.
pub(super) struct Pairs<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
