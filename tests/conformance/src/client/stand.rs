//! The place where a client under test connects, and the client: which command it is, what its words stand for, how it ended.
//! It judges nothing.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use super::{Commands, TOKEN};
use crate::link::{Link, carry};

/// A place where clients connect one after the other, and the one that runs.
#[derive(Debug)]
pub struct Stand {
    listener: TcpListener,
    url: String,
    commands: Commands,
    folder: Folder,
    child: Option<Child>,
    /// What `{file}` held when the client was started.
    before: Option<Vec<u8>>,
}

/// How a client ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code was 0.
    pub well: bool,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
}

/// A folder for what a client keeps; it goes away with the stand.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("arcp-conform-{}", crate::value::fresh()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
        Ok(Self(path))
    }

    fn session(&self) -> PathBuf {
        self.0.join("session")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the machine's own cleaning.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stand {
    /// Listens.
    ///
    /// # Errors
    /// When there is no port, or no folder can be made.
    pub async fn open(commands: &Commands) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|error| format!("no port: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        Ok(Self {
            listener,
            url: format!("ws://{address}/arcp"),
            commands: commands.clone(),
            folder: Folder::new()?,
            child: None,
            before: None,
        })
    }

    /// Starts a command by its name. `words` are what `{agent}`, `{input}` and the others stand for.
    ///
    /// # Errors
    /// When there is no such command, one is running already, or it cannot be started.
    pub fn start(&mut self, name: &str, words: &Map<String, Value>) -> Result<(), String> {
        if self.child.is_some() {
            return Err("the client before has not ended".to_owned());
        }
        self.before = self.kept();
        let command = self.commands.commands.get(name);
        let (program, arguments) = command
            .and_then(|command| command.split_first())
            .ok_or_else(|| format!("there is no command `{name}`"))?;
        let fill = |word: &String| self.fill(word, words);
        let child = Command::new(fill(program))
            .args(arguments.iter().map(fill))
            .env("ARCP_URL", &self.url)
            .env("ARCP_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        self.child = Some(child);
        Ok(())
    }

    fn fill(&self, word: &str, words: &Map<String, Value>) -> String {
        let file = self.folder.session();
        let mut filled = word
            .replace("{url}", &self.url)
            .replace("{token}", TOKEN)
            .replace("{file}", &file.to_string_lossy());
        for (name, value) in words {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            filled = filled.replace(&format!("{{{name}}}"), &text);
        }
        filled
    }

    /// The next connection, and the request that opened it: its path and headers.
    ///
    /// # Errors
    /// When the client ends first, or no upgrade comes of it.
    pub async fn accept(&mut self) -> Result<(Link, Value), String> {
        let child = &mut self.child;
        let gone = async {
            match child {
                Some(child) => child.wait().await,
                None => std::future::pending().await,
            }
        };
        let accepted = tokio::select! {
            biased;
            accepted = self.listener.accept() => accepted,
            ended = gone => return Err(match ended {
                Ok(status) => format!("the client has ended: {status}"),
                Err(error) => error.to_string(),
            }),
        };
        let (stream, _) = accepted.map_err(|error| error.to_string())?;
        let mut seen = Value::Null;
        // The shape of the callback is the library's.
        #[allow(clippy::result_large_err)]
        let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            let headers: Map<String, Value> = request
                .headers()
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (name.as_str().to_owned(), json!(value))
                })
                .collect();
            seen = json!({"target": request.uri().to_string(), "headers": headers});
            Ok(response)
        };
        let socket = tokio_tungstenite::accept_hdr_async(stream, look)
            .await
            .map_err(|error| format!("no upgrade: {error}"))?;
        Ok((carry(socket), seen))
    }

    /// Whether the client has written to the file that `{file}` names since it was started.
    pub fn has_kept(&self) -> bool {
        let kept = self.kept();
        kept.is_some() && kept != self.before
    }

    /// Whether the file that `{file}` names has a text in it.
    pub fn has_kept_text(&self, text: &str) -> bool {
        self.kept()
            .is_some_and(|kept| String::from_utf8_lossy(&kept).contains(text))
    }

    fn kept(&self) -> Option<Vec<u8>> {
        let kept = std::fs::read(self.folder.session()).ok()?;
        (!kept.is_empty()).then_some(kept)
    }

    /// Ends the client without a word, and waits until it is gone.
    ///
    /// # Errors
    /// When it has ended before.
    pub async fn kill(&mut self) -> Result<(), String> {
        let mut child = self.child.take().ok_or("the client has ended before")?;
        child.kill().await.map_err(|error| error.to_string())
    }

    /// Waits for the client's end.
    ///
    /// # Errors
    /// When it has ended before.
    pub async fn ended(&mut self) -> Result<Ended, String> {
        let child = self.child.take().ok_or("the client has ended before")?;
        let output = child
            .wait_with_output()
            .await
            .map_err(|error| error.to_string())?;
        Ok(Ended {
            well: output.status.success(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
