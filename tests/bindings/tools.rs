//! What the tests of the bindings run: node, npm's modules, python3.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where things are.
pub(crate) struct Workshop {
    /// The root of the repository.
    pub(crate) repository: PathBuf,
    /// A folder of our own in the build folder.
    pub(crate) folder: PathBuf,
}

impl Workshop {
    /// The frames that every language must read or refuse.
    pub(crate) fn vectors(&self) -> PathBuf {
        self.repository.join("arcp-generated/vectors")
    }
}

pub(crate) fn workshop() -> &'static Workshop {
    static WORKSHOP: OnceLock<Workshop> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Workshop {
            repository: here.parent().unwrap_or(here).to_owned(),
            folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("bindings"),
        }
    })
}

/// The compilers that npm has installed.
pub(crate) struct Modules {
    /// Holds `node_modules`.
    pub(crate) folder: PathBuf,
    pub(crate) node_modules: PathBuf,
}

impl Modules {
    pub(crate) fn node(&self) -> Command {
        let mut node = Command::new("node");
        node.current_dir(&self.folder);
        node
    }
}

/// Installs what the lock names, once for each lock.
pub(crate) fn modules() -> &'static Modules {
    static MODULES: OnceLock<Modules> = OnceLock::new();
    MODULES.get_or_init(|| {
        let node = version_of("node", &["--version"]);
        assert!(
            node.is_some_and(|version| version >= (20, 0)),
            "node 20 or later is needed to check the printed TypeScript and Python, this machine has {node:?}: apt-get install nodejs npm"
        );
        assert!(
            version_of(NPM, &["--version"]).is_some(),
            "npm is missing: apt-get install npm"
        );
        let sources = workshop().repository.join("tests/bindings");
        let folder = workshop().folder.clone();
        let lock = fs::read(sources.join("package-lock.json")).unwrap();
        let stamp = folder.join("installed.json");
        if fs::read(&stamp).ok().as_ref() != Some(&lock) {
            copy_sources(&sources, &folder, &["package.json", "package-lock.json"]);
            run(Command::new(NPM)
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(&folder));
            fs::write(&stamp, &lock).unwrap();
        }
        Modules {
            node_modules: folder.join("node_modules"),
            folder,
        }
    })
}

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// A Python that is new enough.
pub(crate) fn python() -> Command {
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
        .find(|name| version_of(name, &["--version"]).is_some_and(|version| version >= (3, 11)));
    Command::new(found.unwrap_or_else(|| {
        panic!(
            "python3 3.11 or later is needed to check the printed Python, this machine has none: apt-get install python3"
        )
    }))
}

/// Copies files that have changed into a folder that may not exist yet.
pub(crate) fn copy_sources(from: &Path, to: &Path, names: &[&str]) {
    fs::create_dir_all(to).unwrap();
    for name in names {
        let bytes = fs::read(from.join(name))
            .unwrap_or_else(|error| panic!("{}: {error}", from.join(name).display()));
        fs::write(to.join(name), bytes).unwrap();
    }
}

/// Runs a command to its end and shows all it said when it fails.
pub(crate) fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The first two numbers of a tool's version, if the tool is there.
fn version_of(name: &str, arguments: &[&str]) -> Option<(u32, u32)> {
    let output = Command::new(name).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let mut numbers = text
        .get(start..)?
        .split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
