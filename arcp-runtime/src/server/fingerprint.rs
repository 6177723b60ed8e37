//! What "identical parameters" means (§7.2, A-34): one text for all ways in which a submit can be written, and its SHA-256.
//!
//! Members are sorted by name, of equal names the last counts; strings are compared as what they say and not as they are escaped;
//! numbers by their exact value, however many digits that takes: `1.50`, `15e-1` and `1.5` are one number, `1e400` and `1e401` are two.
//! Only a number whose exponent has more than 18 digits is compared by its text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arcp_generated::job::Submit;
use sha2::{Digest as _, Sha256};

use crate::protocol::refusal::Refusal;

/// The fingerprint of a submit's parameters, the idempotency key aside.
///
/// # Errors
/// `INVALID_REQUEST`: a string is no Unicode (half of a surrogate pair), so it says nothing that could be compared.
pub(super) fn fingerprint(submit: &Submit) -> Result<[u8; 32], Refusal> {
    let wrong = || {
        Refusal::invalid(
            "payload: a string holds half of a surrogate pair, which cannot be compared with a repeat; write it as Unicode or leave out idempotency_key",
        )
    };
    let text = serde_json::to_string(submit).map_err(|_| wrong())?;
    let canonical = Reader { rest: &text }.submit().ok_or_else(wrong)?;
    Ok(Sha256::digest(canonical.as_bytes()).into())
}

/// Reads JSON that is known to be JSON, and no deeper than a frame may be.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn submit(mut self) -> Option<String> {
        let mut members = self.members()?;
        members.remove("idempotency_key");
        written(members)
    }

    fn value(&mut self, out: &mut String) -> Option<()> {
        match self.peek()? {
            b'{' => out.push_str(&written(self.members()?)?),
            b'[' => self.array(out)?,
            b'"' => out.push_str(&serde_json::to_string(&self.string()?).ok()?),
            _ => {
                let end = self
                    .rest
                    .find([',', ']', '}', ' ', '\t', '\n', '\r'])
                    .unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                match word {
                    "true" | "false" | "null" => out.push_str(word),
                    number => push_number(number, out)?,
                }
            }
        }
        Some(())
    }

    fn members(&mut self) -> Option<BTreeMap<String, String>> {
        let mut members = BTreeMap::new();
        self.take(b'{')?;
        while self.peek()? != b'}' {
            let name = self.string()?;
            self.take(b':')?;
            let mut value = String::new();
            self.value(&mut value)?;
            members.insert(name, value);
            if self.peek()? == b',' {
                self.take(b',')?;
            }
        }
        self.take(b'}')?;
        Some(members)
    }

    fn array(&mut self, out: &mut String) -> Option<()> {
        self.take(b'[')?;
        out.push('[');
        while self.peek()? != b']' {
            self.value(out)?;
            if self.peek()? == b',' {
                self.take(b',')?;
                out.push(',');
            }
        }
        self.take(b']')?;
        out.push(']');
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        self.peek().filter(|byte| *byte == b'"')?;
        let bytes = self.rest.as_bytes();
        let mut end = 1;
        while *bytes.get(end)? != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let (token, rest) = self.rest.split_at_checked(end + 1)?;
        self.rest = rest;
        serde_json::from_str(token).ok()
    }

    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.bytes().next()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.peek().filter(|next| *next == byte)?;
        self.rest = &self.rest[1..];
        Some(())
    }
}

fn written(members: BTreeMap<String, String>) -> Option<String> {
    let mut text = String::from("{");
    for (name, value) in members {
        if text.len() > 1 {
            text.push(',');
        }
        let name = serde_json::to_string(&name).ok()?;
        write!(text, "{name}:{value}").ok()?;
    }
    text.push('}');
    Some(text)
}

/// Writes a number as its digits without zeros at the ends, and the power of ten that they are to be taken times.
fn push_number(number: &str, out: &mut String) -> Option<()> {
    let (sign, unsigned) = match number.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", number),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        out.push('0');
        return Some(());
    }
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    if exponent.len() > 18 {
        out.push_str(number);
        return Some(());
    }
    let shortest = significant.trim_end_matches('0');
    let zeros = i128::try_from(significant.len() - shortest.len()).ok()?;
    let places = i128::try_from(fraction.len()).ok()?;
    let power = exponent.parse::<i128>().ok()? - places + zeros;
    write!(out, "{sign}{shortest}e{power}").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(input: &str) -> Result<[u8; 32], Refusal> {
        let submit = format!(r#"{{"agent":"a","input":{input},"idempotency_key":"k"}}"#);
        fingerprint(&serde_json::from_str(&submit).unwrap())
    }

    #[test]
    fn what_says_the_same_is_the_same() {
        for same in [
            ["1.50", "15e-1"],
            ["100", "1E+2"],
            ["-0.0", "0"],
            ["1e400", "10.0e399"],
            [
                "123456789012345678901234567890",
                "12345678901234567890123456789.0e1",
            ],
            [r#""\u00e9\/""#, r#""é/""#],
            [r#"{"a": [ 1 , {} ], "b":null}"#, r#"{"b":null,"a":[1,{}]}"#],
            [r#"{"a":1,"\u0061":2}"#, r#"{"a":2}"#],
            ["[]", "[ ]"],
        ] {
            assert_eq!(of(same[0]).unwrap(), of(same[1]).unwrap(), "{same:?}");
        }
    }

    #[test]
    fn what_says_something_else_is_something_else() {
        let different = [
            "null",
            "0",
            "1",
            "-1",
            "10",
            "0.1",
            "1e400",
            "1e401",
            "-1e400",
            "1e-400",
            "9007199254740993",
            "9007199254740992",
            "1e9999999999999999999",
            "2e9999999999999999999",
            r#""""#,
            r#""1""#,
            r#""null""#,
            "[]",
            "[1]",
            "[[1]]",
            "[1,1]",
            "{}",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a\"":1}"#,
            "true",
            "false",
            r#""a,b""#,
            r#"["a","b"]"#,
        ];
        let prints: std::collections::HashSet<_> =
            different.iter().map(|input| of(input).unwrap()).collect();
        assert_eq!(prints.len(), different.len());
    }

    #[test]
    fn the_key_itself_does_not_count_and_the_agent_does() {
        let print = |text: &str| fingerprint(&serde_json::from_str(text).unwrap()).unwrap();
        let first = print(r#"{"agent":"a","idempotency_key":"k"}"#);
        assert_eq!(first, print(r#"{"idempotency_key":"other","agent":"a"}"#));
        assert_ne!(first, print(r#"{"agent":"b","idempotency_key":"k"}"#));
    }
}
