//! A connection that is lines on a reader and a writer, as standard input and output are (§4). What a line says is none of its business.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::process::Command;
use tokio::sync::mpsc;

use super::{Incoming, LONGEST, Link, NoLink, Outgoing, queues};

/// How long a process may take to end by itself before it is ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// Starts a command and speaks lines with it. Its standard error is let through.
///
/// # Errors
/// When the command cannot be started.
pub fn child(command: &[String]) -> Result<Link, NoLink> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| NoLink::Broken("there is no command to start".to_owned()))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| NoLink::Broken(format!("{program} cannot be started: {error}")))?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(NoLink::Broken(format!(
            "{program} was started without pipes"
        )));
    };
    let (mut link, to_send, came) = queues();
    link.carrier = Some(tokio::spawn(async move {
        lines(
            stdout,
            stdin,
            "the process closed its output",
            to_send,
            came,
        )
        .await;
        // A process that still closes its store is given a moment; then it is ended with the child's drop.
        let _ = tokio::time::timeout(FAREWELL, child.wait()).await;
    }));
    Ok(link)
}

/// Speaks lines over a reader and a writer that are there already. `end` says in words that the reader has come to its end.
pub fn spoken<R, W>(reader: R, writer: W, end: &'static str) -> Link
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let (mut link, to_send, came) = queues();
    link.carrier = Some(tokio::spawn(lines(reader, writer, end, to_send, came)));
    link
}

async fn lines<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    reader: R,
    writer: W,
    end: &str,
    mut to_send: mpsc::Receiver<Outgoing>,
    came: mpsc::Sender<Incoming>,
) {
    let mut writer = Some(writer);
    let reading = async move {
        let mut reader = BufReader::new(reader);
        loop {
            let mut line = Vec::new();
            let mut bounded = (&mut reader).take(LONGEST as u64);
            match bounded.read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            while line
                .last()
                .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
            {
                line.pop();
            }
            let incoming = String::from_utf8(line)
                .map_or_else(|bad| Incoming::Binary(bad.into_bytes()), Incoming::Text);
            if came.send(incoming).await.is_err() {
                return;
            }
        }
        let reason = end.to_owned();
        let _ = came.send(Incoming::Closed { code: None, reason }).await;
    };
    let writing = async move {
        while let Some(outgoing) = to_send.recv().await {
            let mut bytes = match outgoing {
                Outgoing::Text(text) => text.into_bytes(),
                Outgoing::Binary(bytes) => bytes,
                Outgoing::Close => {
                    if let Some(mut writer) = writer.take() {
                        // A peer that is gone already hears nothing more anyway.
                        let _ = writer.shutdown().await;
                    }
                    continue;
                }
                Outgoing::Cut => return,
            };
            bytes.push(b'\n');
            if let Some(writer) = &mut writer {
                let written = writer.write_all(&bytes).await;
                if written.is_err() || writer.flush().await.is_err() {
                    break;
                }
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
    }
}
