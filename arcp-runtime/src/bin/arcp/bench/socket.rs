//! A WebSocket client that does as little as it can: one thread, one buffer, no copy of what it reads. It is the measure's ruler, so it must not be its limit.
//!
//! It masks with zeros and trusts its peer's sizes up to a bound; it is for loopback benchmarks and for nothing else.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use url::Url;

use crate::fault::{Fault, Trouble};

/// What is read at once.
const BUFFER: usize = 256 * 1024;
/// The largest message that is taken.
const MESSAGE: usize = 64 << 20;
/// How long a peer may be silent before the run is given up.
const PATIENCE: Duration = Duration::from_mins(1);

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The frame is masked; its size is below.
const MASKED: u8 = 0x80;
/// The size follows in two bytes.
const SHORT: u8 = 0x7e;
/// The size follows in eight bytes.
const LONG: u8 = 0x7f;

/// One connection.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// A message that came in several frames.
    parts: Vec<u8>,
    out: Vec<u8>,
    /// Bytes read since the start.
    pub(crate) received: u64,
}

/// Where a frame lies in the buffer.
struct Found {
    head: u8,
    from: usize,
    to: usize,
}

impl Socket {
    /// Connects and shakes hands. `buffer` is what is read at once; sockets that idle want little.
    pub(crate) fn connect(url: &Url, small: bool) -> Result<Self, Fault> {
        let host = url
            .host_str()
            .unwrap_or_default()
            .trim_start_matches('[')
            .trim_end_matches(']');
        let port = url.port_or_known_default().unwrap_or(80);
        let unreachable = |error: io::Error| {
            handles(&error).unwrap_or_else(|| {
                lost(format!(
                    "{host}:{port} cannot be reached: {error}; is a runtime listening there?"
                ))
            })
        };
        let stream = TcpStream::connect((host, port)).map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .map_err(unreachable)?;
        let mut socket = Self {
            stream,
            buffer: vec![0; if small { 2048 } else { BUFFER }],
            start: 0,
            end: 0,
            parts: Vec::new(),
            out: Vec::new(),
            received: 0,
        };
        socket.shake(url, host, port)?;
        Ok(socket)
    }

    fn shake(&mut self, url: &Url, host: &str, port: u16) -> Result<(), Fault> {
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: arcp.v1\r\n\r\n"
        );
        self.stream
            .write_all(request.as_bytes())
            .map_err(|error| gone(&error))?;
        loop {
            let seen = &self.buffer[..self.end];
            if let Some(at) = find(seen, b"\r\n\r\n") {
                if !seen.starts_with(b"HTTP/1.1 101") {
                    let line = seen.split(|byte| *byte == b'\r').next().unwrap_or_default();
                    return Err(lost(format!(
                        "{url} answered {} instead of a WebSocket upgrade; is this a runtime's path?",
                        String::from_utf8_lossy(line)
                    )));
                }
                self.start = at + 4;
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Sends one text message.
    pub(crate) fn send(&mut self, text: &str) -> Result<(), Fault> {
        self.queue(text);
        self.flush()
    }

    /// Puts one text message beside others that leave together.
    pub(crate) fn queue(&mut self, text: &str) {
        frame(&mut self.out, TEXT, text.as_bytes());
    }

    /// Sends what was queued.
    pub(crate) fn flush(&mut self) -> Result<(), Fault> {
        let sent = self.stream.write_all(&self.out);
        self.out.clear();
        sent.map_err(|error| gone(&error))
    }

    /// The next text message. Pings are answered.
    pub(crate) fn read(&mut self) -> Result<&[u8], Fault> {
        self.parts.clear();
        loop {
            let Found { head, from, to } = self.found()?;
            self.start = to;
            let last = head & 0x80 != 0;
            match head & 0x0f {
                TEXT if last => return Ok(&self.buffer[from..to]),
                TEXT | CONTINUATION => {
                    self.parts.extend_from_slice(&self.buffer[from..to]);
                    if last {
                        return Ok(&self.parts);
                    }
                }
                PING => {
                    let pong = self.buffer[from..to].to_vec();
                    frame(&mut self.out, PONG, &pong);
                    self.flush()?;
                }
                CLOSE => {
                    let reason =
                        String::from_utf8_lossy(self.buffer.get(from + 2..to).unwrap_or_default())
                            .into_owned();
                    return Err(lost(format!(
                        "the peer closed the connection in the middle of a run{}{reason}",
                        if reason.is_empty() { "" } else { ": " }
                    )));
                }
                _ => {}
            }
        }
    }

    /// A whole frame, read as far as that takes.
    fn found(&mut self) -> Result<Found, Fault> {
        loop {
            let seen = &self.buffer[self.start..self.end];
            if let [head, size, ..] = *seen {
                let (long, skip) = match size & 0x7f {
                    SHORT => (2, 4),
                    LONG => (8, 10),
                    _ => (0, 2),
                };
                if seen.len() >= skip {
                    let len = if long == 0 {
                        usize::from(size & 0x7f)
                    } else {
                        seen[2..skip]
                            .iter()
                            .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
                    };
                    if len > MESSAGE {
                        return Err(lost(format!(
                            "the peer sent a frame of {len} bytes; at most {MESSAGE} are taken"
                        )));
                    }
                    let from = self.start + skip;
                    if seen.len() >= skip + len {
                        return Ok(Found {
                            head,
                            from,
                            to: from + len,
                        });
                    }
                    self.make_room(skip + len);
                }
            }
            self.fill()?;
        }
    }

    /// Moves what is left to the front, and grows the buffer when a frame is larger.
    fn make_room(&mut self, whole: usize) {
        if self.start + whole > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if whole > self.buffer.len() {
                self.buffer.resize(whole * 2, 0);
            }
        }
    }

    fn fill(&mut self) -> Result<(), Fault> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.end == self.buffer.len() {
            self.make_room(self.buffer.len() - self.start + 1);
        }
        let read = self
            .stream
            .read(&mut self.buffer[self.end..])
            .map_err(|error| gone(&error))?;
        if read == 0 {
            return Err(lost("the peer ended the connection in the middle of a run"));
        }
        self.end += read;
        self.received += read as u64;
        Ok(())
    }
}

/// Writes a frame, masked with zeros.
fn frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    let len = payload.len();
    if let Some(short) = u8::try_from(len).ok().filter(|len| *len < SHORT) {
        out.push(MASKED | short);
    } else if let Ok(len) = u16::try_from(len) {
        out.push(MASKED | SHORT);
        out.extend_from_slice(&len.to_be_bytes());
    } else {
        out.push(MASKED | LONG);
        out.extend_from_slice(&(len as u64).to_be_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// The first place of a short text in a longer one.
pub(crate) fn find(text: &[u8], sought: &[u8]) -> Option<usize> {
    text.windows(sought.len()).position(|part| part == sought)
}

/// A fault of the connection or of the one at its other end.
pub(crate) fn lost(sentence: impl Into<String>) -> Fault {
    Fault::new(Trouble::Connection, sentence)
}

fn gone(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => lost(format!(
            "the peer was silent for {} seconds in the middle of a run",
            PATIENCE.as_secs()
        )),
        _ => lost(format!("the connection to the peer failed: {error}")),
    }
}

/// The fault of a process that has no file handles left.
fn handles(error: &io::Error) -> Option<Fault> {
    // EMFILE and ENFILE have no kind of their own.
    matches!(error.raw_os_error(), Some(23 | 24)).then(|| {
        Fault::machine("there are too few file handles: raise them with `ulimit -n 20000`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A peer that upgrades whatever comes and then writes `bytes` in pieces.
    fn peer(bytes: Vec<u8>, piece: usize) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/arcp", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream
                .write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                .unwrap();
            for part in bytes.chunks(piece) {
                stream.write_all(part).unwrap();
            }
            // A connection that is cut with unread bytes in it is reset.
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        Url::parse(&url).unwrap()
    }

    fn unmasked(head: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![head];
        if let Ok(len @ 0..SHORT) = u8::try_from(payload.len()) {
            bytes.push(len);
        } else {
            bytes.push(LONG);
            bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn frames_are_read_whatever_their_size_and_however_they_are_cut() {
        let large = vec![b'x'; 3 * BUFFER];
        let mut bytes = unmasked(0x81, b"one");
        bytes.extend(unmasked(0x89, b"ping"));
        bytes.extend(unmasked(0x81, &large));
        bytes.extend(unmasked(0x01, b"in two "));
        bytes.extend(unmasked(0x80, b"parts"));
        for (piece, small) in [(7919, false), (bytes.len(), true), (1009, true)] {
            let mut socket = Socket::connect(&peer(bytes.clone(), piece), small).unwrap();
            assert_eq!(socket.read().unwrap(), b"one");
            assert_eq!(socket.read().unwrap(), large);
            assert_eq!(socket.read().unwrap(), b"in two parts");
            assert!(format!("{:?}", socket.read()).contains("ended the connection"));
        }
    }

    #[test]
    fn a_close_is_told_with_its_reason() {
        let mut socket =
            Socket::connect(&peer(unmasked(0x88, b"\x03\xe8enough"), 99), true).unwrap();
        assert!(format!("{:?}", socket.read()).contains("enough"));
    }
}
