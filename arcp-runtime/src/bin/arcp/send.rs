//! `arcp send`: raw frames from standard input, answers to standard output. For tests and for people who want to see the wire.

use std::future::poll_fn;
use std::io::Write as _;
use std::time::Duration;

use arcp_runtime::transport::{BoxTransport, CloseCode, Received, Text};
use clap::Args;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::dial::{self, Way};
use crate::fault::{Fault, Trouble};

/// The longest line that is sent.
const LINE: usize = 64 << 20;

const EXAMPLES: &str = "\
Examples:
  arcp send < frames.jsonl
  echo '{\"arcp\":\"1.1\",\"id\":\"1\",\"type\":\"session.hello\",\"payload\":{\"client\":{\"name\":\"me\",\"version\":\"1\"},\"auth\":{\"scheme\":\"bearer\",\"token\":\"secret\"},\"capabilities\":{\"features\":[]}}}' | arcp send
  arcp send --url ws://127.0.0.1:9000/arcp --wait 5000 < frames.jsonl > answers.jsonl

A line goes out as it is, whether it is JSON or not: this is the tool to see what a runtime makes of it.
Only {session_id} in it is replaced by the id of the session; such a line waits for the welcome.";

/// Stands for the id of the session.
const SESSION: &str = "{session_id}";

/// Send frames as they are, one on each line of standard input, and print every frame that comes back.
#[derive(Debug, Args)]
#[command(
    after_help = format!("{EXAMPLES}\n\n{}", crate::fault::EXIT_CODES)
)]
pub(crate) struct Send {
    #[command(flatten)]
    way: Way,
    /// How long to wait for frames after the last line was sent, in milliseconds.
    #[arg(long, default_value_t = 1000, value_name = "MS")]
    wait: u64,
}

impl Send {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(self.talk())
    }

    async fn talk(&self) -> Result<(), Fault> {
        let mut transport = self.way.connect().await?;
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        let mut open = true;
        let mut session: Option<String> = None;
        // A line that waits for the welcome.
        let mut held: Option<String> = None;
        loop {
            if let (Some(line), Some(id)) = (&held, &session) {
                send(&mut transport, line.replace(SESSION, id)).await?;
                held = None;
            }
            let patience = async {
                if open && held.is_none() {
                    std::future::pending::<()>().await;
                } else {
                    tokio::time::sleep(Duration::from_millis(self.wait)).await;
                }
            };
            tokio::select! {
                line = lines.next_line(), if open && held.is_none() => match line {
                    Ok(Some(line)) if line.len() > LINE => return Err(Fault::usage(format!("a line is longer than {LINE} bytes, which no runtime takes; shorten it"))),
                    Ok(Some(line)) if line.trim().is_empty() => {}
                    Ok(Some(line)) if line.contains(SESSION) => held = Some(line),
                    Ok(Some(line)) => send(&mut transport, line).await?,
                    Ok(None) => open = false,
                    Err(error) => return Err(Fault::usage(format!("standard input cannot be read: {error}; frames are UTF-8 text"))),
                },
                received = poll_fn(|cx| transport.poll_recv(cx)) => match received {
                    None => return Ok(()),
                    Some(Ok(Received::Frame(text))) => {
                        session = session.or_else(|| welcomed(&text));
                        print(&text)?;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(Fault::new(Trouble::Connection, format!("the connection ended: {error}"))),
                },
                () = patience => break,
            }
        }
        if held.is_some() {
            return Err(Fault::new(
                Trouble::Connection,
                format!(
                    "no welcome came, and a line waits for its {SESSION}; send session.hello first, or raise --wait"
                ),
            ));
        }
        // The peer may have gone first.
        let _ = poll_fn(|cx| transport.poll_close(cx, CloseCode::Normal, "")).await;
        Ok(())
    }
}

/// The session that a welcome opens.
fn welcomed(text: &str) -> Option<String> {
    let frame: serde_json::Value = serde_json::from_str(text).ok()?;
    let welcome = frame["type"] == "session.welcome";
    let id = frame["session_id"].as_str().filter(|_| welcome)?;
    Some(id.to_owned())
}

async fn send(transport: &mut BoxTransport, line: String) -> Result<(), Fault> {
    let fault = |error| {
        Fault::new(
            Trouble::Connection,
            format!(
                "the frame cannot be sent: {error}; the runtime may have closed the connection"
            ),
        )
    };
    poll_fn(|cx| transport.poll_ready(cx))
        .await
        .map_err(fault)?;
    transport.start_send(Text::from(line)).map_err(fault)?;
    poll_fn(|cx| transport.poll_flush(cx)).await.map_err(fault)
}

fn print(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Fault::output(&error))
}
