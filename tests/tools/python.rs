//! Python, and an environment of its own with the Python SDK of the protocol.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use super::{install_once, repository, run, version_of};

/// A Python that is new enough, with nothing but its standard library.
///
/// # Panics
/// When there is none, with the line that installs it.
pub fn python() -> Command {
    let names = [
        "python3",
        "python3.14",
        "python3.13",
        "python3.12",
        "python3.11",
        "python",
    ];
    let found = names
        .into_iter()
        .find(|name| version_of(name).is_some_and(|version| version >= (3, 11)));
    Command::new(found.unwrap_or_else(|| {
        panic!("python3 3.11 or later is needed, this machine has none: apt-get install python3 python3-venv")
    }))
}

/// An environment with the Python SDK (`agentruntimecontrolprotocol`), at the versions of `requirements.txt` beside this file.
#[derive(Debug)]
pub struct Sdk {
    /// The environment.
    pub folder: PathBuf,
}

impl Sdk {
    /// The environment's Python, which can import `arcp`.
    pub fn python(&self) -> Command {
        Command::new(self.program("python"))
    }

    /// The SDK's own command.
    pub fn arcp(&self) -> Command {
        Command::new(self.program("arcp"))
    }

    fn program(&self, name: &str) -> PathBuf {
        let programs = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(programs).join(name)
    }
}

/// The Python SDK, installed once for each `requirements.txt`.
///
/// # Panics
/// When Python 3.11 or its `venv` is missing, with the line that installs it, or pip fails.
pub fn sdk() -> &'static Sdk {
    static SDK: OnceLock<Sdk> = OnceLock::new();
    SDK.get_or_init(|| {
        let requirements = repository().join("tests/tools/requirements.txt");
        let recipe = fs::read(&requirements).unwrap();
        let folder = install_once("python", &recipe, |folder| {
            let can_make = python().args(["-c", "import ensurepip, venv"]).output();
            assert!(
                can_make.is_ok_and(|output| output.status.success()),
                "python3 cannot make environments on this machine: apt-get install python3-venv"
            );
            run(python().args(["-m", "venv"]).arg(folder));
            let sdk = Sdk {
                folder: folder.to_owned(),
            };
            run(sdk
                .python()
                .args(["-m", "pip", "--disable-pip-version-check", "install"])
                .args(["--quiet", "--require-hashes", "--requirement"])
                .arg(&requirements));
        });
        Sdk { folder }
    })
}
