//! Reads `schema/` into ordered JSON. It judges JSON and file names, not meaning.

use crate::node::{self, Node, Value};
use crate::problem::Problem;
use std::fs;
use std::io;
use std::path::Path;

/// Everything that `schema/` holds.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// `*.schema.json` by room name, in name order, without the meta-schema.
    pub rooms: Vec<(String, Node)>,
    /// `meta.schema.json`.
    pub meta: Option<Node>,
    /// Frames below `examples/`.
    pub examples: Vec<Frame>,
    /// Frames below `invalid/`.
    pub invalid: Vec<Frame>,
}

/// A frame in a file of its own.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Below `examples/` or `invalid/`: `session.hello/full.json`.
    pub path: String,
    /// The whole file.
    pub node: Node,
}

impl Source {
    /// The file of a room.
    pub fn room(&self, name: &str) -> Option<&Node> {
        self.rooms
            .iter()
            .find(|(room, _)| room == name)
            .map(|(_, node)| node)
    }
}

impl Source {
    /// Gives a problem the line of its place, where it has none yet. What is not there has the line of what is around it.
    pub fn locate(&self, problem: &mut Problem) {
        let name = problem.file.strip_suffix(SUFFIX);
        let Some(root) = name.and_then(|name| self.room(name)) else {
            return;
        };
        if problem.line == 0 && !problem.pointer.is_empty() {
            problem.line = root.at(&problem.pointer).line;
        }
    }
}

const SUFFIX: &str = ".schema.json";
/// What else may stand in the folder.
const READ_ELSEWHERE: [&str; 3] = ["examples", "invalid", "README.md"];

/// Reads the folder.
///
/// # Errors
/// Every file that cannot be read, is not JSON, or stands where no file of its kind is expected.
pub fn load(folder: &Path) -> Result<Source, Vec<Problem>> {
    let mut source = Source::default();
    let mut problems = Vec::new();
    for name in names(folder, "", &mut problems) {
        let Some(room) = name.strip_suffix(SUFFIX) else {
            if !(READ_ELSEWHERE.contains(&name.as_str()) || name.starts_with('.')) {
                problems.push(Problem::new(
                    name,
                    "",
                    "nothing here is read under this name",
                    format!("call a room <room>{SUFFIX}, put frames below examples/ or invalid/, or remove it"),
                ));
            }
            continue;
        };
        let Some(node) = read(folder, &name, &mut problems) else {
            continue;
        };
        if room == "meta" {
            source.meta = Some(node);
        } else {
            source.rooms.push((room.to_owned(), node));
        }
    }
    if source.rooms.is_empty() && problems.is_empty() {
        problems.push(Problem::new(
            "",
            "",
            format!("{} holds no *{SUFFIX}", folder.display()),
            "run from the root of the repository, or name the folder with --schema",
        ));
    }
    source.examples = frames(folder, "examples", &mut problems);
    source.invalid = frames(folder, "invalid", &mut problems);
    if problems.is_empty() {
        Ok(source)
    } else {
        Err(problems)
    }
}

fn frames(folder: &Path, kind: &str, problems: &mut Vec<Problem>) -> Vec<Frame> {
    let mut found = Vec::new();
    if !folder.join(kind).is_dir() {
        return found;
    }
    for message in names(folder, kind, problems) {
        let inside = format!("{kind}/{message}");
        if !folder.join(&inside).is_dir() {
            problems.push(Problem::new(
                inside,
                "",
                "a frame stands outside a folder of its message type",
                format!("move it to {kind}/<wire.type>/"),
            ));
            continue;
        }
        for name in names(folder, &inside, problems) {
            let file = format!("{inside}/{name}");
            if Path::new(&name)
                .extension()
                .is_none_or(|extension| extension != "json")
            {
                problems.push(Problem::new(
                    file,
                    "",
                    "this is no .json file",
                    "rename or remove it",
                ));
            } else if let Some(node) = read(folder, &file, problems) {
                found.push(Frame {
                    path: format!("{message}/{name}"),
                    node,
                });
            }
        }
    }
    found
}

/// Names in a folder, sorted, so that the order of the file system does not matter.
fn names(folder: &Path, inside: &str, problems: &mut Vec<Problem>) -> Vec<String> {
    let list = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder.join(inside))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    };
    list().unwrap_or_else(|error| {
        problems.push(Problem::new(
            inside,
            "",
            format!("the folder cannot be read: {error}"),
            "check that it exists and may be read",
        ));
        Vec::new()
    })
}

fn read(folder: &Path, file: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let text = match fs::read_to_string(folder.join(file)) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Problem::new(
                file,
                "",
                format!("the file cannot be read: {error}"),
                "check that it is UTF-8 and may be read",
            ));
            return None;
        }
    };
    match node::parse(&text) {
        Ok(node) if matches!(node.value, Value::Object(_)) => Some(node),
        Ok(node) => {
            let problem = Problem::new(
                file,
                "",
                "the file holds no JSON object",
                "schemas and frames are objects",
            );
            problems.push(problem.at_line(node.line));
            None
        }
        Err(errors) => {
            problems.extend(errors.into_iter().map(|error| {
                Problem::new(
                    file,
                    error.pointer,
                    error.reason,
                    "write the file as JSON (RFC 8259) with unique member names",
                )
                .at_line(error.line)
            }));
            None
        }
    }
}
