//! Patterns for what comes back. A pattern is JSON: an object asks for its members and lets others be, a list asks for each of
//! its items, anything else asks for that value. A member that begins with `$` is a question about the whole:
//!
//! | question | holds when what was seen |
//! |---|---|
//! | `$any: true` | is there, `null` included |
//! | `$absent: true` | is not there, or is `null` |
//! | `$type: string` | has that JSON type (`string`, `number`, `integer`, `boolean`, `array`, `object`, `null`) |
//! | `$re: ^a+$` | is a string that the expression finds |
//! | `$gt $ge $lt $le: 3` | is a number so large or small |
//! | `$instant: 2026-01-01T00:00:00Z` | is a timestamp of that instant, however it is spelt |
//! | `$one_of: [a, b]` | matches one of the patterns |
//! | `$all: [a, b]` | matches all of them |
//! | `$not: a` | does not match |
//! | `$has: [a, b]` | is a list with an item for each of the patterns |
//! | `$each: a` | is a list of which every item matches |
//! | `$values: a` | is an object of which every member matches |
//! | `$keys: a` | is an object of which every name matches |
//! | `$lists: {versions: default}` | has in its list `versions` what its member `default` is, if it has one |
//! | `$len: 3` | is a list, object or string of that length; a pattern asks of the length |
//! | `$shape: name` | matches the pattern of that name in shapes.yaml |
//! | `$as: name` | is there; it is kept under the name |
//!
//! What it does not do: replace `${names}`; that was done before.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Patterns with a name.
pub type Shapes = BTreeMap<String, Value>;

/// Where and how something is not what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// A path into what was seen, for example `payload.code`; empty for the whole.
    pub at: String,
    /// What was asked for, in words.
    pub expected: String,
    /// What was there.
    pub seen: String,
}

impl Mismatch {
    fn new(at: &str, expected: impl Into<String>, seen: Option<&Value>) -> Self {
        Self {
            at: at.to_owned(),
            expected: expected.into(),
            seen: seen.map_or_else(|| "nothing".to_owned(), brief),
        }
    }
}

/// Where a text was cut.
pub const CUT: char = '…';

/// A value as text, cut where it becomes too long to read.
pub fn brief(value: &Value) -> String {
    const LONGEST: usize = 400;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}{CUT} ({} bytes)", &text[..cut], text.len()),
        None => text,
    }
}

/// Compares values with patterns, and keeps what `$as` asks for.
#[derive(Debug)]
pub struct Matcher<'a> {
    shapes: &'a Shapes,
    /// What was captured, by name.
    pub captured: Map<String, Value>,
}

impl<'a> Matcher<'a> {
    /// A matcher that has captured nothing.
    pub fn new(shapes: &'a Shapes) -> Self {
        Self {
            shapes,
            captured: Map::new(),
        }
    }

    /// Whether `seen` is what `pattern` asks for.
    ///
    /// # Errors
    /// The first place that is not.
    pub fn matches(&mut self, pattern: &Value, seen: &Value) -> Result<(), Mismatch> {
        self.compare(pattern, Some(seen), "")
    }

    fn compare(&mut self, pattern: &Value, seen: Option<&Value>, at: &str) -> Result<(), Mismatch> {
        match pattern {
            Value::Object(members) => members.iter().try_for_each(|(name, of)| {
                if name.starts_with('$') {
                    return self.ask(name, of, seen, at);
                }
                match seen {
                    Some(Value::Object(there)) => {
                        self.compare(of, there.get(name), &join(at, name))
                    }
                    _ => Err(Mismatch::new(at, "an object", seen)),
                }
            }),
            Value::Array(items) => {
                let Some(Value::Array(there)) = seen else {
                    return Err(Mismatch::new(at, "a list", seen));
                };
                if items.len() != there.len() {
                    let wanted = format!("a list of {}: {}", items.len(), brief(pattern));
                    return Err(Mismatch::new(at, wanted, seen));
                }
                items.iter().enumerate().try_for_each(|(index, item)| {
                    self.compare(item, there.get(index), &join(at, &index.to_string()))
                })
            }
            value => match seen {
                Some(seen) if same(value, seen) => Ok(()),
                _ => Err(Mismatch::new(at, brief(value), seen)),
            },
        }
    }

    fn ask(
        &mut self,
        question: &str,
        of: &Value,
        seen: Option<&Value>,
        at: &str,
    ) -> Result<(), Mismatch> {
        let wrong = |expected: String| Err(Mismatch::new(at, expected, seen));
        if question == "$absent" {
            return match seen {
                None | Some(Value::Null) => Ok(()),
                Some(_) => wrong("no such member".to_owned()),
            };
        }
        if question == "$not" {
            let unlike = Matcher::new(self.shapes).compare(of, seen, at).is_err();
            return if unlike {
                Ok(())
            } else {
                wrong(format!("anything but {}", brief(of)))
            };
        }
        if question == "$one_of" {
            return self.one_of(of, seen, at);
        }
        if question == "$all" {
            return list(of)
                .iter()
                .try_for_each(|pattern| self.compare(pattern, seen, at));
        }
        if question == "$shape" {
            return self.shaped(of, seen, at);
        }
        if question == "$lists" {
            return lists(of, seen, at);
        }
        let Some(there) = seen else {
            return wrong(describe(question, of));
        };
        let holds = match question {
            "$any" => true,
            "$as" => {
                self.captured.insert(text(of).to_owned(), there.clone());
                true
            }
            "$type" => has_type(text(of), there),
            "$re" => {
                let expression = Regex::new(text(of)).map_err(|error| {
                    Mismatch::new(at, format!("a usable expression: {error}"), Some(of))
                })?;
                there.as_str().is_some_and(|text| expression.is_match(text))
            }
            "$gt" => number(there).zip(number(of)).is_some_and(|(a, b)| a > b),
            "$ge" => number(there).zip(number(of)).is_some_and(|(a, b)| a >= b),
            "$lt" => number(there).zip(number(of)).is_some_and(|(a, b)| a < b),
            "$le" => number(there).zip(number(of)).is_some_and(|(a, b)| a <= b),
            "$instant" => instant(there).is_some_and(|there| Some(there) == instant(of)),
            "$len" => return self.length(of, there, at),
            "$has" => return self.has(of, there, at),
            "$each" | "$values" | "$keys" => {
                let members = members(question, there);
                let members = members.as_ref().map(|members| members.iter().collect());
                return self.each(of, members, there, at);
            }
            other => return wrong(format!("a question that is known; `{other}` is not")),
        };
        if holds {
            Ok(())
        } else {
            wrong(describe(question, of))
        }
    }

    fn one_of(&mut self, of: &Value, seen: Option<&Value>, at: &str) -> Result<(), Mismatch> {
        for pattern in list(of) {
            let mut attempt = Matcher::new(self.shapes);
            if attempt.compare(pattern, seen, at).is_ok() {
                self.captured.extend(attempt.captured);
                return Ok(());
            }
        }
        Err(Mismatch::new(at, format!("one of {}", brief(of)), seen))
    }

    fn shaped(&mut self, of: &Value, seen: Option<&Value>, at: &str) -> Result<(), Mismatch> {
        match self.shapes.get(text(of)) {
            Some(shape) => self.compare(&shape.clone(), seen, at),
            None => Err(Mismatch::new(
                at,
                format!("a shape that is known; `{}` is not", text(of)),
                seen,
            )),
        }
    }

    fn length(&mut self, of: &Value, there: &Value, at: &str) -> Result<(), Mismatch> {
        let length = match there {
            Value::Array(list) => list.len(),
            Value::Object(members) => members.len(),
            Value::String(text) => text.chars().count(),
            _ => return Err(Mismatch::new(at, describe("$len", of), Some(there))),
        };
        self.compare(of, Some(&Value::from(length)), at)
            .map_err(|_| Mismatch {
                at: at.to_owned(),
                expected: describe("$len", of),
                seen: format!("{length}: {}", brief(there)),
            })
    }

    fn has(&mut self, of: &Value, there: &Value, at: &str) -> Result<(), Mismatch> {
        let Value::Array(items) = there else {
            return Err(Mismatch::new(at, "a list", Some(there)));
        };
        for pattern in list(of) {
            let found = items.iter().any(|item| {
                let mut attempt = Matcher::new(self.shapes);
                let fits = attempt.compare(pattern, Some(item), at).is_ok();
                if fits {
                    self.captured.extend(attempt.captured);
                }
                fits
            });
            if !found {
                return Err(Mismatch::new(
                    at,
                    format!("a list with {}", brief(pattern)),
                    Some(there),
                ));
            }
        }
        Ok(())
    }

    fn each(
        &mut self,
        of: &Value,
        items: Option<Vec<&Value>>,
        there: &Value,
        at: &str,
    ) -> Result<(), Mismatch> {
        let Some(items) = items else {
            return Err(Mismatch::new(at, "a list or an object", Some(there)));
        };
        items.iter().enumerate().try_for_each(|(index, item)| {
            self.compare(of, Some(item), &join(at, &index.to_string()))
        })
    }
}

/// Whether the lists in an object have what other members of it are.
fn lists(of: &Value, seen: Option<&Value>, at: &str) -> Result<(), Mismatch> {
    let pairs = of.as_object().into_iter().flatten();
    for (list, member) in pairs {
        let one = seen.and_then(|seen| seen.get(text(member)));
        let all = seen
            .and_then(|seen| seen.get(list))
            .and_then(Value::as_array);
        let Some(one) = one.filter(|one| !one.is_null()) else {
            continue;
        };
        if !all.is_some_and(|all| all.iter().any(|item| same(item, one))) {
            let expected = format!("one of what `{list}` lists");
            return Err(Mismatch::new(&join(at, text(member)), expected, Some(one)));
        }
    }
    Ok(())
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}

fn describe(question: &str, of: &Value) -> String {
    match question {
        "$any" | "$as" => "something".to_owned(),
        "$type" => format!("a value of type {}", text(of)),
        "$re" => format!("text like /{}/", text(of)),
        "$gt" => format!("more than {of}"),
        "$ge" => format!("at least {of}"),
        "$lt" => format!("less than {of}"),
        "$le" => format!("at most {of}"),
        "$len" => format!("a length of {}", brief(of)),
        _ => brief(of),
    }
}

fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn instant(value: &Value) -> Option<jiff::Timestamp> {
    text(value).parse().ok()
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn has_type(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// Equal as JSON values; numbers by their value, so that 5 is 5.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            x == y || (x.is_f64() || y.is_f64()) && x.as_f64() == y.as_f64()
        }
        _ => a == b,
    }
}

/// What `$each`, `$values` and `$keys` ask about; `None` where there is no such thing.
fn members(question: &str, there: &Value) -> Option<Vec<Value>> {
    match question {
        "$each" => there.as_array().cloned(),
        "$values" => there
            .as_object()
            .map(|members| members.values().cloned().collect()),
        _ => there
            .as_object()
            .map(|members| members.keys().cloned().map(Value::String).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use serde_json::json;

    #[expect(clippy::needless_pass_by_value, reason = "made in place")]
    fn check(pattern: Value, seen: Value) -> Result<Map<String, Value>, Mismatch> {
        let shapes = Shapes::from([("word".to_owned(), json!({"$re": "^[a-z]+$"}))]);
        let mut matcher = Matcher::new(&shapes);
        matcher.matches(&pattern, &seen).map(|()| matcher.captured)
    }

    #[test]
    fn patterns_ask_for_what_they_name_and_let_the_rest_be() {
        assert!(check(json!({"a": 1}), json!({"a": 1.0, "b": 2})).is_ok());
        assert_eq!(
            check(json!({"a": {"b": 1}}), json!({"a": {"b": 2}}))
                .unwrap_err()
                .at,
            "a.b"
        );
        assert!(check(json!([1]), json!([1, 2])).is_err());
        assert!(check(json!(true), json!("true")).is_err());
        assert_eq!(
            check(
                json!({"n": 9_007_199_254_740_993_i64}),
                json!({"n": 9_007_199_254_740_992_i64})
            )
            .unwrap_err()
            .at,
            "n"
        );
    }

    #[test]
    fn questions_hold_or_do_not() {
        let yes = [
            (json!({"a": {"$absent": true}}), json!({"a": null})),
            (json!({"$has": [{"id": 2}]}), json!([{"id": 1}, {"id": 2}])),
            (json!({"$each": {"$type": "string"}}), json!(["a", "b"])),
            (
                json!({"$values": {"$gt": 0}, "$len": 2}),
                json!({"x": 1, "y": 2}),
            ),
            (
                json!({"$instant": "2026-01-01T00:00:00.1Z"}),
                json!("2026-01-01T00:00:00.100Z"),
            ),
            (json!({"$keys": {"$shape": "word"}}), json!({"x": 1})),
            (json!({"$one_of": [1, {"$re": "^b"}]}), json!("bc")),
            (
                json!({"$lists": {"all": "one"}}),
                json!({"all": [1, 2], "one": 2}),
            ),
            (json!({"$lists": {"all": "one"}}), json!({"all": [1, 2]})),
        ];
        for (pattern, seen) in yes {
            assert_eq!(
                check(pattern.clone(), seen.clone()).err(),
                None,
                "{pattern} {seen}"
            );
        }
        let no = [
            (json!({"a": {"$any": true}}), json!({})),
            (json!({"a": {"$absent": true}}), json!({"a": 0})),
            (json!({"$has": [3]}), json!([1])),
            (json!({"$each": {"$type": "string"}}), json!(["a", 1])),
            (json!({"$len": {"$ge": 2}}), json!([1])),
            (
                json!({"$lists": {"all": "one"}}),
                json!({"all": [1, 2], "one": 3}),
            ),
            (json!({"$shape": "nobody"}), json!("a")),
            (json!({"$rx": "a"}), json!("a")),
            (json!({"$instant": "soon"}), json!("soon")),
            (json!({"$re": "("}), json!("a")),
            (json!({"$type": "integer"}), json!(1.5)),
        ];
        for (pattern, seen) in no {
            assert!(
                check(pattern.clone(), seen.clone()).is_err(),
                "{pattern} {seen}"
            );
        }
    }

    /// The names of questions in a text.
    fn named(text: &str, pattern: &str) -> BTreeSet<String> {
        let names = Regex::new(pattern).unwrap();
        let names = names.captures_iter(text);
        names.map(|name| name[1].to_owned()).collect()
    }

    #[test]
    fn both_tables_have_every_question_and_no_other() {
        let (code, _) = include_str!("matcher.rs").split_once("mod tests").unwrap();
        let asked = named(code, r#""(\$[a-z_]+)""#);
        assert!(asked.contains("$lists"), "{asked:?}");
        let rows = |text: &str, start: &str| -> String {
            let rows = text.lines().filter(|line| line.starts_with(start));
            rows.collect()
        };
        let questions = r"(\$[a-z_]+)";
        let here = rows(code, "//! | `$");
        assert_eq!(named(&here, questions), asked);
        let scenarios = rows(include_str!("../SCENARIOS.md"), "| `$");
        assert_eq!(named(&scenarios, questions), asked);
    }

    #[test]
    fn what_is_captured_is_what_was_there() {
        let captured = check(
            json!({"a": {"$as": "x", "$type": "number"}}),
            json!({"a": 3}),
        )
        .unwrap();
        assert_eq!(captured["x"], 3);
    }
}
