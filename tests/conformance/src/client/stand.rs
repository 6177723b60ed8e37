//! The place where a client under test connects, and the client: which command it is, what its words stand for, how it ended.
//! It judges nothing.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use super::group::Group;
use super::{Commands, PROGRAM, TOKEN};
use crate::link::{Link, carry, spoken};
use crate::target::Carrier;

/// A place where clients connect one after the other, and the one that runs.
#[derive(Debug)]
pub struct Stand {
    listener: TcpListener,
    url: String,
    /// Where the programs of clients over stdio come. A socket in the stand's own folder and no port: nobody but this user can enter, so
    /// that no secret has to stand on a command line, or in an environment that a client may not hand on. None where no command is over stdio.
    programs: Option<UnixListener>,
    commands: Commands,
    folder: Folder,
    /// The client that was started last, and what it has started. Before the child, so that it ends before that is reaped, which frees its number.
    group: Group,
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
    fn within(place: &Path) -> Result<Self, String> {
        let path = place.join(format!("arcp-conform-{}", crate::value::fresh()));
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
        Ok(Self(path))
    }

    fn session(&self) -> PathBuf {
        self.0.join("session")
    }

    fn door(&self) -> PathBuf {
        self.0.join("door")
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
    /// When there is no port, or no folder can be made, or no socket in it for the programs of clients over stdio.
    pub async fn open(commands: &Commands) -> Result<Self, String> {
        Self::within(&std::env::temp_dir(), commands).await
    }

    async fn within(place: &Path, commands: &Commands) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|error| format!("no port: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let folder = Folder::within(place)?;
        let mut names = commands.commands.keys();
        let stdio = names.any(|name| commands.carrier(name) == Carrier::Stdio);
        let programs = if stdio {
            Some(door(&folder.door())?)
        } else {
            None
        };
        Ok(Self {
            listener,
            url: format!("ws://{address}/arcp"),
            programs,
            commands: commands.clone(),
            folder,
            group: Group::default(),
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
        let arguments = arguments.iter().flat_map(|word| {
            if word == PROGRAM {
                self.program()
            } else {
                vec![fill(word)]
            }
        });
        let child = Command::new(fill(program))
            .args(arguments)
            .env("ARCP_URL", &self.url)
            .env("ARCP_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        self.group = Group::of(&child);
        self.child = Some(child);
        Ok(())
    }

    /// The words that start the program which a client over stdio takes for its runtime.
    fn program(&self) -> Vec<String> {
        let mut words = self.commands.pipe.clone();
        words.push(self.folder.door().to_string_lossy().into_owned());
        words
    }

    fn fill(&self, word: &str, words: &Map<String, Value>) -> String {
        let file = self.folder.session();
        let program: Vec<String> = self.program().iter().map(|word| quoted(word)).collect();
        let mut filled = word
            .replace(PROGRAM, &program.join(" "))
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

    /// The next connection, and the request that opened it: its path and headers; nothing where it is lines.
    ///
    /// # Errors
    /// When the client ends first, or no upgrade comes of it.
    pub async fn accept(&mut self) -> Result<(Link, Value), String> {
        let (child, programs) = (&mut self.child, &self.programs);
        let program = async {
            match programs {
                Some(programs) => programs.accept().await,
                None => std::future::pending().await,
            }
        };
        let gone = async {
            match child {
                Some(child) => child.wait().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            accepted = self.listener.accept() => match accepted {
                Ok((stream, _)) => upgrade(stream).await,
                Err(error) => Err(error.to_string()),
            },
            accepted = program => match accepted {
                Ok((stream, _)) => {
                    let (lines, answers) = stream.into_split();
                    Ok((spoken(lines, answers, "the client closed its end"), Value::Null))
                }
                Err(error) => Err(error.to_string()),
            },
            ended = gone => Err(match ended {
                Ok(status) => {
                    self.group.leader_has_ended();
                    format!("the client has ended: {status}")
                }
                Err(error) => error.to_string(),
            }),
        }
    }

    /// How long the first connection may take at least.
    pub fn start_takes(&self) -> std::time::Duration {
        self.commands.start
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
        self.group.end();
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
        self.group.leader_has_ended();
        Ok(Ended {
            well: output.status.success(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// The socket where programs come.
fn door(path: &Path) -> Result<UnixListener, String> {
    UnixListener::bind(path).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::InvalidInput => {
                let length = path.as_os_str().len();
                format!("its path is too long for a socket, {length} bytes; set TMPDIR to a folder with a shorter one")
            }
            _ => format!("{error}; set TMPDIR to a folder where a socket can be"),
        };
        format!("no socket at {}: {why}", path.display())
    })
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What a WebSocket's client asked for, and the connection.
async fn upgrade(stream: TcpStream) -> Result<(Link, Value), String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn submit(words: &[&str]) -> Commands {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Commands::submit_only(&words)
    }

    #[tokio::test]
    async fn only_a_client_over_stdio_needs_a_socket_and_a_place_with_a_short_path() {
        let place = Folder::within(&std::env::temp_dir()).unwrap();
        let long = place.0.join("long".repeat(30));
        std::fs::create_dir(&long).unwrap();
        let web = submit(&["my-client", "{url}"]);
        let stand = Stand::within(&long, &web).await.unwrap();
        assert!(stand.programs.is_none());
        let stdio = submit(&["sh", "-c", "my-client -- {program}"]);
        let error = Stand::within(&long, &stdio).await.unwrap_err();
        let start = format!("no socket at {}/arcp-conform-", long.display());
        assert!(error.starts_with(&start), "{error}");
        assert!(error.contains("/door: its path is too long"), "{error}");
        assert!(error.contains("set TMPDIR"), "{error}");
        // Nothing of it is left behind but what still stands.
        assert_eq!(std::fs::read_dir(&long).unwrap().count(), 1);
        let stand = Stand::open(&stdio).await.unwrap();
        assert!(stand.programs.is_some());
    }

    #[tokio::test]
    async fn a_client_that_ends_instead_of_connecting_is_not_ended_once_more() {
        let mut stand = Stand::open(&submit(&["true"])).await.unwrap();
        stand.start("submit", &Map::new()).unwrap();
        assert_ne!(stand.group, Group::default());
        let error = stand.accept().await.unwrap_err();
        assert!(error.starts_with("the client has ended: "), "{error}");
        assert_eq!(stand.group, Group::default());
        assert!(stand.ended().await.unwrap().well);
    }
}
