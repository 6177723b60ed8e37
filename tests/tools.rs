//! The tools of other languages that tests run: found on the machine, or installed once into the build folder.
//!
//! What the machine lacks is named with the line that installs it; nothing is skipped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub mod node;
pub mod python;

/// The root of the repository.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The frames that every language must read or refuse.
pub fn vectors() -> PathBuf {
    repository().join("arcp-generated/vectors")
}

/// Copies files into a folder that may not exist yet.
///
/// # Panics
/// When a file cannot be read or written.
pub fn copy_sources(from: &Path, to: &Path, names: &[&str]) {
    fs::create_dir_all(to).unwrap();
    for name in names {
        let bytes = fs::read(from.join(name))
            .unwrap_or_else(|error| panic!("{}: {error}", from.join(name).display()));
        fs::write(to.join(name), bytes).unwrap();
    }
}

/// A line for a shell in `folder`, where `program` is found by its name.
///
/// # Panics
/// When `program` lies in no folder, or this process has no `PATH`.
pub fn shell(program: &Path, folder: &Path, line: &str) -> Command {
    let beside = program.parent().unwrap().display();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder);
    command.env("PATH", format!("{beside}:{path}"));
    command
}

/// Runs a command to its end.
///
/// # Panics
/// When it fails, with all it said.
pub fn run(command: &mut Command) {
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

/// Where tools are installed: below the build folder, beside the profiles.
fn shelf() -> &'static Path {
    static SHELF: OnceLock<PathBuf> = OnceLock::new();
    SHELF.get_or_init(|| {
        let exe = std::env::current_exe().unwrap();
        // target/<profile>/deps/<this test>
        let target = exe
            .ancestors()
            .find(|place| place.ends_with("deps"))
            .and_then(|deps| deps.ancestors().nth(2));
        target
            .unwrap_or_else(|| panic!("{} is not in a build folder", exe.display()))
            .join("tools")
    })
}

/// Runs `install` for the folder `name`, unless what lies there was installed from the same `recipe`.
/// Tests of several processes may ask at the same time: one installs, the others wait.
fn install_once(name: &str, recipe: &[u8], install: impl FnOnce(&Path)) -> PathBuf {
    fs::create_dir_all(shelf()).unwrap();
    let folder = shelf().join(name);
    let lock = File::create(shelf().join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    // A build folder that was copied or moved holds tools that know their old place.
    let stamp = [folder.as_os_str().as_encoded_bytes(), b"\n", recipe].concat();
    let mark = shelf().join(format!("{name}.installed"));
    if fs::read(&mark).ok().as_ref() != Some(&stamp) {
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        install(&folder);
        fs::write(&mark, &stamp).unwrap();
    }
    folder
}

/// The first two numbers of a tool's version, if the tool is there.
fn version_of(name: &str) -> Option<(u32, u32)> {
    let output = Command::new(name).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let mut numbers = text
        .get(start..)?
        .split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
