//! Frames below `examples/` and `invalid/`.

use super::Context;
use crate::load::Frame;
use crate::model::{Example, Message};
use crate::node::{Node, Value};
use crate::problem::Problem;

impl Context<'_> {
    /// The frames, without the `$comment` that an invalid one must have and a valid one may have.
    pub(super) fn frames(
        &mut self,
        folder: &str,
        frames: &[Frame],
        messages: &[Message],
    ) -> Vec<Example> {
        let mut found = Vec::new();
        for frame in frames {
            let file = format!("{folder}/{}", frame.path);
            let reason = frame
                .node
                .get("$comment")
                .and_then(Node::as_str)
                .map(str::to_owned);
            if folder == "invalid" && reason.is_none() {
                let cure = "say why the frame must be refused, with the JSON pointer of the fault";
                self.problems.push(
                    Problem::new(&file, "", "`$comment` is missing", cure).at_line(frame.node.line),
                );
            }
            let message = frame.path.split('/').next().unwrap_or_default();
            let known = messages.iter().any(|known| known.wire == message);
            if !known && !messages.is_empty() && folder == "invalid" {
                let reason = format!("there is no message `{message}`");
                self.problems.push(Problem::new(
                    &file,
                    "",
                    reason,
                    "name the folder after a message type",
                ));
            }
            found.push(Example {
                path: frame.path.clone(),
                reason,
                text: without_comment(&frame.node).to_compact(),
            });
        }
        found
    }
}

fn without_comment(node: &Node) -> Node {
    let mut node = node.clone();
    if let Value::Object(members) = &mut node.value {
        members.retain(|(name, _)| name != "$comment");
    }
    node
}
