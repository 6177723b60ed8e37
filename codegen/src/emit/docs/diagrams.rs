//! Requests and their answers, and the life of a job, as sequence diagrams.

use crate::emit::lookup::{Lookup, Pillars};
use crate::model::{Direction, Message, Model, Struct};

/// One diagram of Mermaid's `sequenceDiagram`.
pub(super) struct Diagram {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

/// What the diagrams are made of.
pub(super) struct Diagrams<'m> {
    model: &'m Model,
    /// The messages that carry an error.
    bad_news: Vec<&'m str>,
}

impl<'m> Diagrams<'m> {
    pub(super) fn new(lookup: &Lookup<'m>, pillars: &Pillars<'m>) -> Self {
        let model = lookup.model;
        let carries = |it: &&Message| {
            let record = lookup.record(&it.payload);
            record.is_some_and(|record| carries_error(record, pillars))
        };
        Self {
            model,
            bad_news: model
                .messages
                .iter()
                .filter(carries)
                .map(|it| it.wire.as_str())
                .collect(),
        }
    }

    /// A diagram for each message that is answered, in the order of the messages.
    pub(super) fn requests(&self) -> Vec<Diagram> {
        let requests = self.model.messages.iter();
        let requests = requests.filter(|it| !it.answered_by.is_empty());
        requests.map(|it| self.request(it)).collect()
    }

    fn request(&self, request: &Message) -> Diagram {
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
                    lines.push(format!("{word} {}", self.outcome(wire)));
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

    fn outcome(&self, wire: &str) -> &'static str {
        if self.bad_news.contains(&wire) {
            "refused"
        } else {
            "granted"
        }
    }

    /// A job from its submission to its end: what asks for it, what it sends while it runs, how it ends.
    pub(super) fn life(&self) -> Vec<String> {
        let messages = || self.model.messages.iter();
        let ends: Vec<&Message> = messages().filter(|it| it.terminal).collect();
        let room = |it: &Message| it.wire.split('.').next().map(ToOwned::to_owned);
        let home = ends.first().and_then(|it| room(it));
        let request =
            messages().find(|it| !it.answered_by.is_empty() && home.is_some() && room(it) == home);
        let mut lines = Vec::new();
        if let Some(request) = request {
            lines.push(format!("C->>R: {}", request.wire));
            let granted = request.answered_by.iter();
            let granted = granted.filter(|wire| self.outcome(wire) == "granted");
            lines.extend(granted.map(|wire| format!("R-->>C: {wire}")));
        }
        lines.push("loop while it runs".into());
        let running = messages().filter(|it| it.replayed && !it.terminal);
        lines.extend(running.map(|it| format!("    R->>C: {}", it.wire)));
        lines.push("end".into());
        for (index, end) in ends.iter().enumerate() {
            let word = if index == 0 { "alt" } else { "else" };
            let how = if self.bad_news.contains(&end.wire.as_str()) {
                "it failed, was cancelled or ran out of time"
            } else {
                "it went well"
            };
            lines.push(format!("{word} {how}"));
            lines.push(format!("    R->>C: {}", end.wire));
        }
        lines.push("end".into());
        lines
    }
}

/// Whether an object has all members of an error.
pub(super) fn carries_error(record: &Struct, pillars: &Pillars<'_>) -> bool {
    let has = |wire: &str| record.members.iter().any(|it| it.wire == wire);
    pillars.error.members.iter().all(|it| has(&it.wire))
}
