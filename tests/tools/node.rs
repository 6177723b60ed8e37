//! Node, and the compilers that npm installs: TypeScript's and pyright.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use super::{copy_sources, install_once, repository, run, version_of};

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// What npm has installed.
#[derive(Debug)]
pub struct Modules {
    /// Holds `node_modules`.
    pub folder: PathBuf,
    /// The modules.
    pub node_modules: PathBuf,
}

impl Modules {
    /// Node, started where it finds the modules.
    pub fn node(&self) -> Command {
        let mut node = Command::new("node");
        node.current_dir(&self.folder);
        node
    }
}

/// What `package-lock.json` beside this file names, installed once for each lock.
///
/// # Panics
/// When Node 20 or npm is missing, with the line that installs it, or npm fails.
pub fn modules() -> &'static Modules {
    static MODULES: OnceLock<Modules> = OnceLock::new();
    MODULES.get_or_init(|| {
        let node = version_of("node");
        assert!(
            node.is_some_and(|version| version >= (20, 0)),
            "node 20 or later is needed to check the printed TypeScript and Python, this machine has {node:?}: apt-get install nodejs npm"
        );
        assert!(
            version_of(NPM).is_some(),
            "npm is missing: apt-get install npm"
        );
        let sources = repository().join("tests/tools");
        let lock = fs::read(sources.join("package-lock.json")).unwrap();
        let folder = install_once("node", &lock, |folder| {
            copy_sources(&sources, folder, &["package.json", "package-lock.json"]);
            run(Command::new(NPM)
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(folder));
        });
        Modules {
            node_modules: folder.join("node_modules"),
            folder,
        }
    })
}
