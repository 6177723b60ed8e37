//! Names in what is sent: `${name}` becomes what was captured under it. What it does not do: compare; that is [`crate::matcher`].

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value};

/// What a scenario has captured so far, by name; a name may hold an object.
#[derive(Clone, Debug, Default)]
pub struct Names(Map<String, Value>);

impl Names {
    /// Keeps a value under a name.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Keeps a member of the object under a name, and makes the object when there is none.
    pub fn set_member(&mut self, name: &str, member: &str, value: Value) {
        let slot = self
            .0
            .entry(name.to_owned())
            .or_insert_with(|| Value::Object(Map::new()));
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        slot[member] = value;
    }

    /// The value at a dotted path, for example `J.payload.agent` or `frames.0.id`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut value = self.0.get(parts.next()?)?;
        for part in parts {
            value = match value {
                Value::Array(list) => list.get(part.parse::<usize>().ok()?)?,
                Value::Object(members) => members.get(part)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Replaces every `${…}` in a value. A string that is nothing but one `${…}` becomes the value itself, whatever its type.
    ///
    /// # Errors
    /// The name that stands for nothing.
    pub fn expand(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.expand_text(text)?,
            Value::Array(list) => Value::Array(
                list.iter()
                    .map(|item| self.expand(item))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(members) => {
                let mut whole = Map::new();
                for (name, member) in members {
                    let member = self.expand(member)?;
                    // `$merge` puts the members of another object beside those that are written.
                    match (name.as_str(), member) {
                        ("$merge", Value::Object(more)) => whole.extend(more),
                        (_, member) => {
                            let name = match self.expand_text(name)? {
                                Value::String(name) => name,
                                other => other.to_string(),
                            };
                            whole.insert(name, member);
                        }
                    }
                }
                whole.into()
            }
            other => other.clone(),
        })
    }

    fn expand_text(&self, text: &str) -> Result<Value, String> {
        let Some(first) = text.find("${") else {
            return Ok(Value::String(text.to_owned()));
        };
        let end = text[first..]
            .find('}')
            .map(|end| first + end)
            .ok_or_else(|| format!("`{text}` has a `${{` without a `}}`"))?;
        // The innermost one first: in `${J${i}.job_id}` the `${i}` is part of the name.
        let start = text[first..end].rfind("${").map_or(first, |at| first + at);
        let value = self.stand_for(&text[start + 2..end])?;
        if start == 0 && end + 1 == text.len() {
            return Ok(value);
        }
        let middle = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let whole = format!("{}{middle}{}", &text[..start], &text[end + 1..]);
        if start > first {
            return self.expand_text(&whole);
        }
        // What a name stood for is not looked at again.
        let rest = match self.expand_text(&text[end + 1..])? {
            Value::String(rest) => rest,
            other => other.to_string(),
        };
        Ok(Value::String(format!("{}{middle}{rest}", &text[..start])))
    }

    fn stand_for(&self, expression: &str) -> Result<Value, String> {
        if let Some(value) = self.get(expression) {
            return Ok(value.clone());
        }
        if let Some(shift) = expression.strip_prefix("now") {
            return instant(shift).map(Value::String);
        }
        if let Some(length) = expression.strip_prefix("text:") {
            let length: usize = length
                .parse()
                .map_err(|_| format!("`${{{expression}}}`: text: takes a number"))?;
            return Ok(Value::String(
                "0123456789".repeat(length / 10 + 1)[..length].to_owned(),
            ));
        }
        if expression == "fresh" {
            return Ok(Value::String(fresh()));
        }
        self.sum(expression)
            .ok_or_else(|| format!("`${{{expression}}}` stands for nothing here"))
    }

    /// `name+3` or `name-1`.
    fn sum(&self, expression: &str) -> Option<Value> {
        let at = expression.rfind(['+', '-'])?;
        let base = self.get(&expression[..at])?.as_i64()?;
        let step: i64 = expression[at..].parse().ok()?;
        Some(Value::from(base.checked_add(step)?))
    }
}

/// `now`, shifted by for example `+1h`, `-5s`, `+250ms`.
fn instant(shift: &str) -> Result<String, String> {
    let wrong = || format!("`now{shift}`: write now, now+5s, now-250ms, now+2m or now+1h");
    let now = Timestamp::try_from(SystemTime::now()).map_err(|_| wrong())?;
    if shift.is_empty() {
        return Ok(stamp(now));
    }
    let (sign, amount) = shift.split_at_checked(1).ok_or_else(wrong)?;
    let unit = amount
        .find(|c: char| !c.is_ascii_digit())
        .ok_or_else(wrong)?;
    let number: u64 = amount[..unit].parse().map_err(|_| wrong())?;
    let span = match &amount[unit..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        "h" => Duration::from_secs(number.saturating_mul(3600)),
        _ => return Err(wrong()),
    };
    let moved = match sign {
        "+" => now.checked_add(span),
        "-" => now.checked_sub(span),
        _ => return Err(wrong()),
    };
    moved.map(stamp).map_err(|_| wrong())
}

fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A new id: 26 characters of Crockford's base 32, time first, as a ULID is.
pub fn fresh() -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let millis = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let mut noise = [0_u8; 10];
    // Without randomness the ids would repeat across runs only within one millisecond; the counter below keeps them apart.
    let _ = getrandom::fill(&mut noise);
    let tail = noise
        .iter()
        .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let mut bits = (millis & ((1 << 48) - 1)) << 80 | tail;
    let mut id = [0_u8; 26];
    for slot in id.iter_mut().rev() {
        *slot = LETTERS[(bits & 31) as usize];
        bits >>= 5;
    }
    String::from_utf8_lossy(&id).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_become_what_they_stand_for() {
        let mut names = Names::default();
        names.set("J", json!({"payload": {"n": 7, "agent": "probe"}}));
        let sent = names
            .expand(&json!({"a": "${J.payload.n}", "b": "x-${J.payload.agent}-${J.payload.n}", "c": "${J.payload.n-2}"}))
            .unwrap();
        assert_eq!(sent, json!({"a": 7, "b": "x-probe-7", "c": 5}));
        assert!(
            names
                .expand(&json!("${nobody}"))
                .unwrap_err()
                .contains("nobody")
        );
        assert!(
            names
                .expand(&json!("${now+1h}"))
                .unwrap()
                .as_str()
                .unwrap()
                .ends_with('Z')
        );
    }

    #[test]
    fn ids_are_ulids_and_differ() {
        let ids: std::collections::BTreeSet<String> = (0..1000).map(|_| fresh()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(
            ids.iter()
                .all(|id| id.len() == 26 && id.as_bytes()[0] <= b'7')
        );
    }
}
