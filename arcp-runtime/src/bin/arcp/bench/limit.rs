//! The limit: a bare tokio-tungstenite server that does what a row does, without sessions, jobs or a store.
//!
//! `flood N` is answered with N frames of a small event, each encoded through the wire's types and flushed; `batch N` with the same frames, 64 to a flush;
//! `bulk N` with N result chunks of 64 KiB. Any other text comes back as it is.

use std::io::Write as _;

use arcp_generated::common::{JobId, MessageId, ResultId, SessionId, Timestamp, TraceId};
use arcp_generated::envelope::Head;
use arcp_generated::event::{ChunkEncoding, EventBody, Log, LogLevel, ResultChunk};
use arcp_generated::job::Event;
use arcp_generated::message::MessageType;
use base64::Engine as _;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};

use super::agents::{CHUNK, message};
use crate::fault::Fault;

/// Frames to a flush of `batch`.
const BATCH: u64 = 64;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Serves until it is killed.
pub(crate) fn run() -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Fault::machine(format!("no threads can be started: {error}")))?;
    runtime.block_on(async {
        let fault = |error| Fault::machine(format!("no port can be listened on: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        // Whoever started this reads the line, or is gone.
        let _ = writeln!(std::io::stdout(), "listening on ws://{address}/arcp");
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    // The driver leaves without a goodbye; that is how each connection ends.
                    let _ = serve(stream).await;
                });
            }
        }
    })
}

async fn serve(stream: TcpStream) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(64 * 1024);
    // Boxed, so that an idle connection does not keep the handshake's room.
    let shaking = Box::pin(tokio_tungstenite::accept_hdr_async_with_config(
        stream,
        #[expect(clippy::result_large_err, reason = "the library's signature")]
        |_: &_, response| Ok(response),
        Some(config),
    ));
    let mut socket = shaking.await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else {
            continue;
        };
        match text.split_once(' ') {
            Some(("flood", count)) => Box::pin(flood(&mut socket, count.parse()?, 1)).await?,
            Some(("batch", count)) => Box::pin(flood(&mut socket, count.parse()?, BATCH)).await?,
            Some(("bulk", count)) => Box::pin(bulk(&mut socket, count.parse()?)).await?,
            _ => socket.send(Message::Text(text)).await?,
        }
    }
    Ok(())
}

/// What is the same in all frames of a run.
struct Face {
    session: SessionId,
    trace: TraceId,
    job: JobId,
    kind: MessageType,
}

impl Face {
    fn new() -> Result<Self, Failure> {
        Ok(Self {
            session: SessionId::try_from("sess_01JZ0000000000000000000000")?,
            trace: TraceId::try_from("0af7651916cd43dd8448eb211c80319c")?,
            job: JobId::try_from("job_01JZ0000000000000000000000")?,
            kind: MessageType::JobEvent,
        })
    }

    fn frame(&self, seq: u64, event: &Event) -> Result<Message, Failure> {
        let id = MessageId::try_from(format!("01JZ{seq:022}"))?;
        let mut head = Head::new(&id, &self.kind);
        head.session_id = Some(&self.session);
        head.trace_id = Some(&self.trace);
        head.job_id = Some(&self.job);
        head.event_seq = Some(seq);
        let payload = serde_json::to_vec(event)?;
        let mut text = Vec::new();
        head.write(&payload, &mut text);
        Ok(Message::Text(bytes::Bytes::from(text).try_into()?))
    }
}

fn stamped(body: EventBody) -> Result<Event, Failure> {
    let mut event = Event::new(body);
    event.ts = Some(Timestamp::try_from("2026-01-01T00:00:00.000Z")?);
    Ok(event)
}

async fn flood(
    socket: &mut WebSocketStream<TcpStream>,
    count: u64,
    flush_every: u64,
) -> Result<(), Failure> {
    let face = Face::new()?;
    for seq in 1..=count {
        let event = stamped(EventBody::Log(Log::new(LogLevel::Info, message(seq - 1))))?;
        socket.feed(face.frame(seq, &event)?).await?;
        if seq % flush_every == 0 {
            socket.flush().await?;
        }
    }
    socket.flush().await?;
    Ok(())
}

async fn bulk(socket: &mut WebSocketStream<TcpStream>, count: u64) -> Result<(), Failure> {
    let face = Face::new()?;
    let chunk = vec![0x5a; CHUNK];
    let result = ResultId::try_from("res_01JZ0000000000000000000000")?;
    for seq in 1..=count {
        let data = base64::engine::general_purpose::STANDARD.encode(&chunk);
        let chunk = ResultChunk::new(
            result.clone(),
            seq - 1,
            data,
            ChunkEncoding::Base64,
            seq < count,
        );
        let event = stamped(EventBody::ResultChunk(chunk))?;
        socket.send(face.frame(seq, &event)?).await?;
    }
    Ok(())
}
