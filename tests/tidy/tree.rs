//! The files of the repository, as git would see them.

use std::fs;
use std::path::{Path, PathBuf};

use arcp_tests::tools::repository;

/// A file of text.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.ends_with("rs")
    }

    /// Whether the name ends with a dot and this.
    pub(crate) fn ends_with(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }

    /// The name without folders and without what follows the first dot.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or(name)
    }
}

/// Folders that hold nothing of our own.
const FOREIGN: [&str; 4] = ["target", ".git", "node_modules", "__pycache__"];

/// Every file of text below `place`, sorted.
pub(crate) fn files(place: &str) -> Vec<File> {
    let mut paths = Vec::new();
    walk(&repository().join(place), &mut paths);
    paths.sort();
    let files: Vec<File> = paths
        .into_iter()
        .filter_map(|path| {
            let text = String::from_utf8(fs::read(&path).unwrap()).ok()?;
            let path = path.strip_prefix(repository()).unwrap();
            Some(File {
                path: path.to_string_lossy().replace('\\', "/"),
                text,
            })
        })
        .collect();
    assert!(!files.is_empty(), "there is nothing below {place}");
    files
}

/// One file of the repository.
pub(crate) fn file(path: &str) -> File {
    let text = fs::read_to_string(repository().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    File::new(path, &text)
}

/// Whether a file is printed by the press.
pub(crate) fn is_printed(path: &str) -> bool {
    let own = [
        "arcp-generated/Cargo.toml",
        "arcp-generated/tests/",
        "arcp-generated/benches/",
    ];
    path.starts_with("arcp-generated/") && !own.iter().any(|own| path.starts_with(own))
}

fn walk(place: &Path, found: &mut Vec<PathBuf>) {
    if place.is_file() {
        found.push(place.to_owned());
        return;
    }
    for entry in fs::read_dir(place).unwrap_or_else(|error| panic!("{}: {error}", place.display()))
    {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !FOREIGN.contains(&name.as_ref()) {
            walk(&path, found);
        }
    }
}
