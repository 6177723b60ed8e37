//! What arguments say in place, in a file (`@file`) or on standard input (`-`).

use std::io::Read as _;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// The most that is read from a file or from standard input; no runtime takes a larger frame.
const MOST: u64 = 64 << 20;

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, Fault> {
    let place = path.display();
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Fault::file(format!("{place}: no such file; check the path"))
        }
        _ => Fault::file(format!(
            "{place} cannot be read: {error}; allow this user to read it, or name another file"
        )),
    })?;
    read_all(file, &place.to_string())
}

/// The value of an argument that is JSON: the text itself, `@file`, or `-`.
pub(crate) fn json<T: DeserializeOwned>(flag: &str, given: &str) -> Result<T, Fault> {
    let (text, place) = match given.strip_prefix('@') {
        Some(path) => (read_text(Path::new(path))?, path.to_owned()),
        None if given == "-" => {
            let place = "standard input";
            (read_all(std::io::stdin(), place)?, place.to_owned())
        }
        None => (given.to_owned(), flag.to_owned()),
    };
    serde_json::from_str(&text).map_err(|error| Fault::usage(explain(flag, &place, &error)))
}

fn explain(flag: &str, place: &str, error: &serde_json::Error) -> String {
    if error.is_data() {
        return format!("{place}: {error}; see `arcp submit --help` for what {flag} takes");
    }
    let cure = if place == flag {
        "quote it for the shell, as in '{\"n\":3}'; a text needs quotes of its own, as in '\"hello\"'"
    } else {
        "correct it there"
    };
    format!("{place} is not JSON: {error}; {cure}")
}

fn read_all(from: impl std::io::Read, place: &str) -> Result<String, Fault> {
    let mut text = String::new();
    let read = from.take(MOST + 1).read_to_string(&mut text);
    match read {
        Ok(_) if text.len() as u64 > MOST => Err(Fault::usage(format!(
            "{place} holds more than {MOST} bytes, and no runtime takes that much"
        ))),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(Fault::usage(
            format!("{place} is not UTF-8 text; save it as UTF-8"),
        )),
        Err(error) => Err(Fault::file(format!(
            "{place} cannot be read: {error}; name a file that can"
        ))),
    }
}
