//! Newline-delimited frames over any pair of byte streams (§4): this process's stdin and stdout, or those of a child.
//!
//! One frame is one line. Blank lines are skipped, `\r\n` is tolerated, a line over the limit is skipped without being kept. There is no goodbye: the end of the stream is the end.

use std::fmt;
use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::process::ExitStatus;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, Stdin, Stdout};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::Sleep;

use super::{CloseCode, Received, Text, Transport, TransportError};
use crate::limits::{DEFAULT_FRAME_BYTES, PROGRAM_END};

/// What a stdio transport holds at most.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StdioLimits {
    /// The longest line that is read or written, in bytes without its end.
    pub max_frame: usize,
    /// Bytes read at once.
    pub read_buffer: usize,
    /// Bytes that wait to be written before `poll_ready` holds the sender back.
    pub write_buffer: usize,
}

impl Default for StdioLimits {
    fn default() -> Self {
        Self {
            max_frame: DEFAULT_FRAME_BYTES,
            read_buffer: 8 * 1024,
            write_buffer: 64 * 1024,
        }
    }
}

impl StdioLimits {
    /// Bounds one line, in bytes.
    #[must_use]
    pub fn with_max_frame(mut self, max_frame: usize) -> Self {
        self.max_frame = max_frame;
        self
    }

    /// Bounds what waits to be written, in bytes.
    #[must_use]
    pub fn with_write_buffer(mut self, write_buffer: usize) -> Self {
        self.write_buffer = write_buffer;
        self
    }
}

/// A transport over a reader and a writer.
pub fn over<R, W>(reader: R, writer: W, limits: StdioLimits) -> StdioTransport<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin,
{
    StdioTransport {
        reader,
        writer: Some(writer),
        limits,
        input: BytesMut::new(),
        scanned: 0,
        skipping: false,
        ended: false,
        output: BytesMut::new(),
        child: None,
        exited: None,
        leaving: None,
    }
}

/// A transport over this process's own stdin and stdout. Nothing else may write to stdout then.
pub fn own(limits: StdioLimits) -> StdioTransport<Stdin, Stdout> {
    over(tokio::io::stdin(), tokio::io::stdout(), limits)
}

/// Starts a program and speaks with it over its stdin and stdout; its stderr is left alone. The program is killed when the transport is dropped; closing
/// the transport lets it end by itself first. A program that ends otherwise than with success is an error with its status.
///
/// # Errors
/// When the program cannot be started.
pub fn spawn(
    mut command: Command,
    limits: StdioLimits,
) -> io::Result<StdioTransport<ChildStdout, ChildStdin>> {
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    let (Some(writer), Some(reader)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the program was started without pipes"));
    };
    let mut transport = over(reader, writer, limits);
    transport.child = Some(Box::new(child));
    Ok(transport)
}

/// Newline-delimited frames over a reader and a writer. Made by [`over`], [`own`] and [`spawn`].
pub struct StdioTransport<R, W> {
    reader: R,
    /// `None` once the other end was told that nothing more comes.
    writer: Option<W>,
    limits: StdioLimits,
    input: BytesMut,
    /// How much of `input` is known to hold no line end.
    scanned: usize,
    /// Whether the rest of a line over the limit is being thrown away.
    skipping: bool,
    ended: bool,
    output: BytesMut,
    child: Option<Box<Child>>,
    /// How the program ended, for whoever notices it next: reading and writing both do.
    exited: Option<ExitStatus>,
    /// How long the end of a program is waited for that has closed its output.
    leaving: Option<Pin<Box<Sleep>>>,
}

impl<R, W> StdioTransport<R, W> {
    /// The next thing in the buffer, if a whole line or too much of one is there.
    fn take_buffered(&mut self) -> Option<Received> {
        loop {
            let Some(at) = self.input[self.scanned..]
                .iter()
                .position(|byte| *byte == b'\n')
            else {
                return self.keep_partial_line();
            };
            let line = self.input.split_to(self.scanned + at);
            self.input.advance(1);
            self.scanned = 0;
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if let Some(received) = self.judge(line) {
                return Some(received);
            }
        }
    }

    /// No line end yet: remembers that, or starts to throw the line away once it is over the limit.
    fn keep_partial_line(&mut self) -> Option<Received> {
        if self.skipping {
            self.input.clear();
            self.scanned = 0;
            return None;
        }
        self.scanned = self.input.len();
        // The end of a line may be `\r`, which does not count.
        if self.scanned <= self.limits.max_frame + 1 {
            return None;
        }
        self.input.clear();
        self.scanned = 0;
        self.skipping = true;
        Some(self.too_long())
    }

    fn judge(&self, mut line: BytesMut) -> Option<Received> {
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        if line.len() > self.limits.max_frame {
            return Some(self.too_long());
        }
        Some(match Text::try_from(line.freeze()) {
            Ok(text) => Received::Frame(text),
            Err(error) => Received::Unreadable(format!("a line is not UTF-8: {error}")),
        })
    }

    fn too_long(&self) -> Received {
        Received::Unreadable(format!(
            "a line is longer than {} bytes and was skipped",
            self.limits.max_frame
        ))
    }
}

impl<R, W> Transport for StdioTransport<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin,
{
    fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        loop {
            if let Some(received) = self.take_buffered() {
                return Poll::Ready(Some(Ok(received)));
            }
            if self.ended {
                // A last line without an end is still a line: files piped in often have none.
                let rest = self.input.split();
                self.scanned = 0;
                if let Some(received) = self.judge(rest) {
                    return Poll::Ready(Some(Ok(received)));
                }
                return self.poll_end(cx).map(|end| end.map(Err));
            }
            match ready!(self.fill(cx)) {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    self.input.clear();
                    self.scanned = 0;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while self.output.len() >= self.limits.write_buffer.max(1) {
            ready!(self.write_some(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    fn start_send(&mut self, frame: Text) -> Result<(), TransportError> {
        let limit = self.limits.max_frame;
        if frame.len() > limit {
            return Err(TransportError::TooLarge { limit });
        }
        let start = self.output.len();
        self.output.reserve(frame.len() + 1);
        self.output.extend_from_slice(frame.as_bytes());
        // In JSON a line end can only stand between tokens, where a space says the same.
        for byte in &mut self.output[start..] {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.output.extend_from_slice(b"\n");
        Ok(())
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while !self.output.is_empty() {
            ready!(self.write_some(cx))?;
        }
        match &mut self.writer {
            Some(writer) => Pin::new(writer).poll_flush(cx).map_err(Into::into),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        _: CloseCode,
        _: &str,
    ) -> Poll<Result<(), TransportError>> {
        ready!(self.poll_flush(cx))?;
        if let Some(writer) = &mut self.writer {
            ready!(Pin::new(writer).poll_shutdown(cx))?;
        }
        if self.child.is_some() {
            // A pipe is closed by letting it go.
            self.writer = None;
        }
        // A program is killed with the transport: it may finish what it does first. How long, the caller decides.
        while self.child.is_some() && !self.ended {
            let read = ready!(self.fill(cx));
            self.input.clear();
            self.ended = !matches!(read, Ok(1..));
        }
        self.scanned = 0;
        Poll::Ready(Ok(()))
    }
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> StdioTransport<R, W> {
    /// Reads once into the spare room of the buffer; how many bytes came.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let before = self.input.len();
        let chunk = self.limits.read_buffer.max(1);
        self.input.resize(before + chunk, 0);
        let mut spare = ReadBuf::new(&mut self.input[before..]);
        let polled = Pin::new(&mut self.reader).poll_read(cx, &mut spare);
        let read = spare.filled().len();
        self.input.truncate(before + read);
        ready!(polled)?;
        Poll::Ready(Ok(read))
    }

    /// How a program ended that has closed its output; `None` when it ended well, or does not end soon.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<TransportError>> {
        let Some(child) = &mut self.child else {
            let failed = self.exited.filter(|status| !status.success());
            return Poll::Ready(failed.map(TransportError::Program));
        };
        let status = pin!(child.wait()).poll(cx);
        if status.is_pending() {
            let leaving = self
                .leaving
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(PROGRAM_END)));
            ready!(leaving.as_mut().poll(cx));
        }
        self.child = None;
        if let Poll::Ready(Ok(status)) = status {
            self.exited = Some(status);
        }
        self.poll_end(cx)
    }

    fn write_some(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let Some(writer) = &mut self.writer else {
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::BrokenPipe).into()));
        };
        let error = match ready!(Pin::new(writer).poll_write(cx, &self.output)) {
            Ok(0) => io::ErrorKind::WriteZero.into(),
            Ok(written) => {
                self.output.advance(written);
                return Poll::Ready(Ok(()));
            }
            Err(error) => error,
        };
        // Nobody reads there any more: how a program ended says why.
        let ended = ready!(self.poll_end(cx));
        Poll::Ready(Err(ended.unwrap_or_else(|| error.into())))
    }
}

impl<R, W> fmt::Debug for StdioTransport<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioTransport")
            .field("limits", &self.limits)
            .field("child", &self.child.as_ref().and_then(|child| child.id()))
            .finish_non_exhaustive()
    }
}
