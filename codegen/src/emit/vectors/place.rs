//! Where a value stands in a frame, and how that is written in error messages: `payload.jobs[2].lease["fs.read"][0]`.

use crate::emit::prose::quoted;
use crate::node::{Node, Value};

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

impl Step {
    fn text(&self) -> String {
        match self {
            Self::Member(name) => name.clone(),
            Self::Item(index) => index.to_string(),
        }
    }
}

/// A way from the frame to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(pub(super) Vec<Step>);

impl Place {
    pub(super) fn member(&self, name: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Member(name.to_owned()));
        Self(steps)
    }

    pub(super) fn item(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Item(index));
        Self(steps)
    }

    /// The place as every language writes it; empty for the whole frame.
    pub(super) fn path(&self) -> String {
        let mut out = String::new();
        for step in &self.0 {
            match step {
                Step::Item(index) => out.extend(["[", &index.to_string(), "]"]),
                Step::Member(name) if is_plain(name) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(name);
                }
                Step::Member(name) => out.extend(["[", &quoted(name), "]"]),
            }
        }
        out
    }

    /// Whether a JSON pointer names this place.
    pub(super) fn is_meant_by(&self, pointer: &str) -> bool {
        let named = pointer.split('/').skip(1);
        let named = named.map(|step| step.replace("~1", "/").replace("~0", "~"));
        named.eq(self.0.iter().map(Step::text))
    }

    /// The frame with another value at this place, or without one.
    pub(super) fn replaced(&self, frame: &Node, value: Option<&Value>) -> Node {
        let mut frame = frame.clone();
        replace(&mut frame, &self.0, value);
        frame
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !name.is_empty() && name.chars().all(plain)
}

fn replace(node: &mut Node, steps: &[Step], value: Option<&Value>) {
    let Some((step, rest)) = steps.split_first() else {
        if let Some(value) = value {
            node.value = value.clone();
        }
        return;
    };
    match (step, &mut node.value) {
        (Step::Member(name), Value::Object(members)) => {
            if rest.is_empty() && value.is_none() {
                members.retain(|(key, _)| key != name);
                return;
            }
            if let Some((_, inner)) = members.iter_mut().find(|(key, _)| key == name) {
                replace(inner, rest, value);
            } else if let (true, Some(value)) = (rest.is_empty(), value) {
                let line = node.line;
                members.push((
                    name.clone(),
                    Node {
                        line,
                        value: value.clone(),
                    },
                ));
            }
        }
        (Step::Item(index), Value::Array(items)) => {
            if let Some(inner) = items.get_mut(*index) {
                replace(inner, rest, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_like_code() {
        let place = Place::default()
            .member("payload")
            .member("jobs")
            .item(2)
            .member("lease")
            .member("fs.read")
            .item(0);
        assert_eq!(place.path(), "payload.jobs[2].lease[\"fs.read\"][0]");
        assert!(place.is_meant_by("/payload/jobs/2/lease/fs.read/0"));
        assert!(!place.is_meant_by("/payload/jobs/2"));
    }
}
