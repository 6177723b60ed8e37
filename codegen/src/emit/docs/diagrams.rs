//! Requests and their answers as sequence diagrams.

use crate::model::{Direction, Message, Model};

/// One diagram of Mermaid's `sequenceDiagram`.
pub(super) struct Diagram {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

/// A diagram for each message that is answered, in the order of the messages.
pub(super) fn diagrams(model: &Model) -> Vec<Diagram> {
    let requests = model
        .messages
        .iter()
        .filter(|it| !it.answered_by.is_empty());
    requests.map(|it| diagram(model, it)).collect()
}

fn diagram(model: &Model, request: &Message) -> Diagram {
    let (from, to) = match request.direction {
        Direction::Client | Direction::Both => ("C", "R"),
        Direction::Runtime => ("R", "C"),
    };
    let mut lines = Vec::new();
    if request.direction == Direction::Both {
        lines.push("Note over C,R: either side may ask".to_owned());
    }
    if let Some(feature) = &request.feature {
        lines.push(format!("Note over C,R: needs {feature}"));
    }
    lines.push(format!("{from}->>{to}: {}", request.wire));
    let answer = |wire: &String| format!("{to}-->>{from}: {wire}");
    match request.answered_by.as_slice() {
        [only] => lines.push(answer(only)),
        answers => {
            for (index, wire) in answers.iter().enumerate() {
                let word = if index == 0 { "alt" } else { "else" };
                lines.push(format!("{word} {}", outcome(model, wire)));
                lines.push(format!("    {}", answer(wire)));
            }
            lines.push("end".into());
        }
    }
    Diagram {
        title: format!("`{}`", request.wire),
        lines,
    }
}

/// What an answer means, in the first words of its description. A semicolon or a colon would end the line for Mermaid.
fn outcome(model: &Model, wire: &str) -> String {
    let found = model.messages.iter().find(|it| it.wire == wire);
    let text = found.map_or(wire, |it| it.docs.description.as_str());
    let first = text.split(['.', ';', ':', ',']).next().unwrap_or(text);
    first.replace('`', "").trim().to_lowercase()
}
