//! Compares what is emitted with what is on the disk.
//!
//! Planning reads only. [`Plan::apply`] is the one place that writes, and `main` is the one caller.

use crate::emit::{Files, TARGETS, Target};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What has to happen to a file so that the disk equals the print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Not on the disk.
    Missing,
    /// On the disk with other bytes.
    Stale,
    /// On the disk below a target's place, but nobody emits it.
    Orphan,
    /// On the disk outside of every target's place. It is left alone, because the folder may be the wrong one.
    Stray,
}

/// The difference between the print and the disk.
#[derive(Debug)]
pub struct Plan {
    root: PathBuf,
    files: Files,
    changes: BTreeMap<String, Change>,
}

impl Plan {
    /// Compares `files` with what lies below `root` in the places of `targets`.
    ///
    /// # Errors
    /// When the disk cannot be read; the sentence names the file.
    pub fn new(root: &Path, files: Files, targets: &[Target]) -> io::Result<Self> {
        let mut changes = BTreeMap::new();
        for (path, bytes) in &files {
            let place = root.join(path);
            match fs::read(&place) {
                Ok(old) if old == *bytes => {}
                Ok(_) => {
                    changes.insert(path.clone(), Change::Stale);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    changes.insert(path.clone(), Change::Missing);
                }
                Err(error) => return Err(at(&place, &error)),
            }
        }
        for target in targets {
            for path in present(root, target.place)? {
                if !files.contains_key(&path) {
                    changes.insert(path, Change::Orphan);
                }
            }
        }
        for path in strays(root)? {
            changes.insert(path, Change::Stray);
        }
        Ok(Self {
            root: root.to_owned(),
            files,
            changes,
        })
    }

    /// The changes by path, in order. Empty when the print is fresh.
    pub fn changes(&self) -> &BTreeMap<String, Change> {
        &self.changes
    }

    /// The number of files in the print.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing is printed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes what is missing or stale and deletes orphans, telling `done` of each. Files that are equal are not touched.
    ///
    /// # Errors
    /// When the disk refuses, and then the sentence names the file; or when `done` does.
    pub fn apply(&self, mut done: impl FnMut(&str, Change) -> io::Result<()>) -> io::Result<()> {
        for (path, change) in &self.changes {
            let place = self.root.join(path);
            let changed = match (change, self.files.get(path)) {
                (Change::Missing | Change::Stale, Some(bytes)) => write(&place, bytes),
                (Change::Stray, _) => Ok(()),
                _ => remove(&place, &self.root),
            };
            changed.map_err(|error| at(&place, &error))?;
            done(path, *change)?;
        }
        Ok(())
    }
}

/// The error with the place it happened at.
fn at(place: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", place.display()))
}

/// Writes beside the place and renames, so that a reader never sees half a file.
fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut name = place.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    fs::write(&beside, bytes)?;
    fs::rename(&beside, place)
}

/// Deletes a file and the folders above it that become empty.
fn remove(place: &Path, root: &Path) -> io::Result<()> {
    fs::remove_file(place)?;
    let mut folder = place.parent();
    while let Some(here) = folder {
        if here == root || fs::read_dir(here)?.next().is_some() {
            break;
        }
        fs::remove_dir(here)?;
        folder = here.parent();
    }
    Ok(())
}

/// Files that belong to no target and are not kept by hand either: what a target that is gone has left, or what somebody put there.
fn strays(root: &Path) -> io::Result<Vec<String>> {
    const KEPT_BY_HAND: [&str; 3] = ["Cargo.toml", "benches", "tests"];
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_place = TARGETS.iter().any(|target| target.place == name);
        let is_known = KEPT_BY_HAND.contains(&name.as_str()) || name.starts_with('.');
        if !is_place && !is_known && !LEFT_BY_TOOLS.contains(&name.as_str()) {
            found.extend(present(root, &name)?);
        }
    }
    Ok(found)
}

/// What tools leave behind, which is not ours to judge.
const LEFT_BY_TOOLS: [&str; 4] = ["node_modules", "__pycache__", "dist", "target"];

/// The files at or below `place`, relative to `root`.
fn present(root: &Path, place: &str) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![place.to_owned()];
    while let Some(path) = open.pop() {
        let full = root.join(&path);
        let kind = match fs::symlink_metadata(&full) {
            Ok(kind) => kind,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(at(&full, &error)),
        };
        if !kind.is_dir() {
            found.push(path);
            continue;
        }
        for entry in fs::read_dir(&full)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !LEFT_BY_TOOLS.contains(&name.as_str()) {
                open.push(format!("{path}/{name}"));
            }
        }
    }
    Ok(found)
}
