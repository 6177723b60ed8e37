// @generated from schema/ by codegen; do not edit
//! What all strings with a grammar, all enums and all structs have in common.
//!
//! Private: each macro writes the impls of one type.

/// Writes the impls of a string with a grammar: name, what it is, its rule, the rule in words, `plain` or `secret`.
macro_rules! text {
    ($name:ident, $what:literal, $accepts:path, $rule:literal, $show:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            fn check(text: &str) -> ::core::result::Result<(), $crate::common::Invalid> {
                if $accepts(text) {
                    return Ok(());
                }
                Err($crate::common::Invalid::new($what, $rule))
            }
        }

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::common::Invalid;
            fn try_from(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::check(text)?;
                Ok(Self(::core::convert::From::from(text)))
            }
        }

        impl ::core::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::common::Invalid;
            fn try_from(text: ::std::string::String) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::check(&text)?;
                Ok(Self(::core::convert::From::from(text)))
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::common::Invalid;
            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::try_from(text)
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                struct Visitor;
                impl ::serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(concat!($what, ": ", $rule))
                    }
                    fn visit_str<E: ::serde::de::Error>(
                        self,
                        text: &str,
                    ) -> ::core::result::Result<$name, E> {
                        if $accepts(text) {
                            return Ok($name(::core::convert::From::from(text)));
                        }
                        Err($crate::macros::refused!($show, text, self))
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }

        $crate::macros::shown!($name, $show);
    };
}

/// The error for a string that does not fit; it quotes the string unless that is secret.
macro_rules! refused {
    (plain, $text:ident, $expected:ident) => {
        E::invalid_value(::serde::de::Unexpected::Str($text), &$expected)
    };
    (secret, $text:ident, $expected:ident) => {
        E::invalid_value(::serde::de::Unexpected::Other("a secret string"), &$expected)
    };
}

/// How a string prints.
macro_rules! shown {
    ($name:ident, plain) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&*self.0, f)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
    ($name:ident, secret) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str("***")
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str("***")
            }
        }
    };
}

/// Writes the impls of an enum that has `known` and `as_str`.
///
/// `closed` takes only listed values, `open` any text, `checked` any text that fits a rule.
macro_rules! enumeration {
    ($name:ident, $what:literal, closed) => {
        impl $name {
            fn parse(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::known(text).ok_or($crate::common::Invalid::new($what, "must be a listed value"))
            }
        }
        $crate::macros::enumeration!(@fallible $name, $what, "");
    };
    ($name:ident, $what:literal, checked, $accepts:path, $rule:literal) => {
        impl $name {
            fn parse(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                if let Some(known) = Self::known(text) {
                    return Ok(known);
                }
                if $accepts(text) {
                    return Ok(Self::Unknown($crate::common::UnknownText::new(text)));
                }
                Err($crate::common::Invalid::new($what, $rule))
            }
        }
        $crate::macros::enumeration!(@fallible $name, $what, concat!(" or another that ", $rule));
    };
    ($name:ident, $what:literal, open) => {
        impl $name {
            #[allow(clippy::unnecessary_wraps, reason = "as other enums do")]
            fn parse(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Ok(Self::from(text))
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match Self::known(text) {
                    Some(known) => known,
                    None => Self::Unknown($crate::common::UnknownText::new(text)),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }
        $crate::macros::enumeration!(@common $name, $what, None);
    };
    (@fallible $name:ident, $what:literal, $others:expr) => {
        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::common::Invalid;
            fn try_from(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::parse(text)
            }
        }

        impl ::core::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::common::Invalid;
            fn try_from(text: ::std::string::String) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::parse(&text)
            }
        }
        $crate::macros::enumeration!(@common $name, $what, Some($others));
    };
    (@common $name:ident, $what:literal, $others:expr) => {
        impl ::core::str::FromStr for $name {
            type Err = $crate::common::Invalid;
            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::common::Invalid> {
                Self::parse(text)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                struct Visitor;
                impl ::serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str($what)?;
                        // Where a value can be wrong, it is said which ones are right.
                        let others: ::core::option::Option<&str> = $others;
                        for (at, known) in $name::ALL.iter().enumerate().take_while(|_| others.is_some()) {
                            f.write_str(if at == 0 { ": " } else { ", " })?;
                            f.write_str(known.as_str())?;
                        }
                        f.write_str(others.unwrap_or_default())
                    }
                    fn visit_str<E: ::serde::de::Error>(
                        self,
                        text: &str,
                    ) -> ::core::result::Result<$name, E> {
                        $name::parse(text).map_err(|_| {
                            E::invalid_value(::serde::de::Unexpected::Str(text), &self)
                        })
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }
    };
}

/// Writes `Deserialize` for a struct that is an [`Object`](crate::read::Object).
macro_rules! object {
    ($name:ident) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::read::object(deserializer)
            }
        }
    };
    ($name:ident, text) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::read::object_or_text(deserializer)
            }
        }
    };
}

/// Writes the impls of a map: a newtype over `BTreeMap<key, value>` whose values are read by a rule.
macro_rules! map {
    ($name:ident, $key:ty, $value:ty, $rule:ty) => {
        impl $name {
            /// An empty map.
            pub fn new() -> Self {
                Self::default()
            }

            /// The value of a key.
            pub fn get(&self, key: &$key) -> Option<&$value> {
                self.0.get(key)
            }

            /// Sets the value of a key and gives back the old one.
            pub fn insert(&mut self, key: $key, value: $value) -> Option<$value> {
                self.0.insert(key, value)
            }

            /// Takes a key out and gives back its value.
            pub fn remove(&mut self, key: &$key) -> Option<$value> {
                self.0.remove(key)
            }

            /// Keys and values in the order of the keys.
            pub fn iter(&self) -> ::std::collections::btree_map::Iter<'_, $key, $value> {
                self.0.iter()
            }

            /// The number of keys.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there is no key.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl ::core::iter::FromIterator<($key, $value)> for $name {
            fn from_iter<I: ::core::iter::IntoIterator<Item = ($key, $value)>>(pairs: I) -> Self {
                Self(pairs.into_iter().collect())
            }
        }

        impl ::core::iter::IntoIterator for $name {
            type Item = ($key, $value);
            type IntoIter = ::std::collections::btree_map::IntoIter<$key, $value>;
            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl<'a> ::core::iter::IntoIterator for &'a $name {
            type Item = (&'a $key, &'a $value);
            type IntoIter = ::std::collections::btree_map::Iter<'a, $key, $value>;
            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.collect_map(&self.0)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                struct Visitor;
                impl<'de> ::serde::de::Visitor<'de> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: ::serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> ::core::result::Result<$name, A::Error> {
                        let mut entries = ::std::collections::BTreeMap::new();
                        while let Some(key) = map.next_key::<$key>()? {
                            let value =
                                map.next_value_seed($crate::read::Seed::<$rule>(::core::marker::PhantomData))?;
                            if entries.insert(key, value).is_some() {
                                return Err(::serde::de::Error::custom("the same key occurs twice"));
                            }
                        }
                        Ok($name(entries))
                    }
                }
                deserializer.deserialize_map(Visitor)
            }
        }
    };
}

pub(crate) use {enumeration, map, object, refused, shown, text};
