//! A session on disk, so that another process can go on where a killed one was (§6.3).
//!
//! It holds the resume token in clear, so only its owner may read it. It is replaced as a whole: a reader sees the old one or the new one.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use arcp_runtime::client::SavedSession;

use crate::fault::Fault;
use crate::input;

/// The file of one session.
#[derive(Debug)]
pub(crate) struct SessionFile {
    path: PathBuf,
    /// Written first, then renamed. In the same folder, because a rename must not cross disks.
    draft: PathBuf,
}

impl SessionFile {
    pub(crate) fn new(path: &Path) -> Self {
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        Self {
            path: path.to_owned(),
            draft: draft.into(),
        }
    }

    /// Reads what an earlier process left.
    pub(crate) fn load(&self) -> Result<SavedSession, Fault> {
        let text = input::read_text(&self.path)?;
        serde_json::from_str(&text).map_err(|error| {
            Fault::usage(format!(
                "{} is no saved session: {error}; name the file that --save-session wrote",
                self.path.display()
            ))
        })
    }

    /// Whether something is there already that must not be lost.
    pub(crate) fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// Puts `session` in the place of what was there. It survives a kill of this process at once, a power cut within moments.
    pub(crate) fn save(&self, session: &SavedSession) -> Result<(), Fault> {
        let text = serde_json::to_string(session)
            .map_err(|error| self.fault(&std::io::Error::other(error)))?;
        self.replace(&text).map_err(|error| self.fault(&error))
    }

    fn replace(&self, text: &str) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        // A draft that was left behind, or laid there, may be readable by others or lead elsewhere: it is not written to.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match fs::remove_file(&self.draft) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = options.open(&self.draft)?;
        file.write_all(text.as_bytes())?;
        drop(file);
        fs::rename(&self.draft, &self.path)
    }

    /// There is nothing to resume any more.
    pub(crate) fn remove(&self) -> Result<(), Fault> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.fault(&error)),
            _ => Ok(()),
        }
    }

    fn fault(&self, error: &std::io::Error) -> Fault {
        Fault::file(format!(
            "{} cannot be written: {error}; allow this user to write it and its folder, or name another file",
            self.path.display()
        ))
    }
}
