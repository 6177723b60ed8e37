//! The contract that every transport keeps (§4), called once for each, and what each adds to it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use arcp_runtime::transport::memory::{self, MemoryLimits};
use arcp_runtime::transport::stdio::{self, StdioLimits};
use arcp_runtime::transport::websocket::{self, WebSocketLimits};
use arcp_runtime::transport::{
    BoxTransport, CloseCode, Goodbye, Received, Text, Transport, TransportError,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};

mod stdio_lines;
mod websocket_frames;
mod websocket_handshake;
mod websocket_tls;

/// The largest frame of the pairs below, in bytes.
const MAX_FRAME: usize = 100_000;

async fn recv<T: Transport + ?Sized>(
    transport: &mut T,
) -> Option<Result<Received, TransportError>> {
    poll_fn(|cx| transport.poll_recv(cx)).await
}

async fn frame<T: Transport + ?Sized>(transport: &mut T) -> String {
    match recv(transport).await {
        Some(Ok(Received::Frame(text))) => text.to_string(),
        other => panic!("expected a frame, got {other:?}"),
    }
}

async fn feed<T: Transport + ?Sized>(transport: &mut T, text: &str) -> Result<(), TransportError> {
    poll_fn(|cx| transport.poll_ready(cx)).await?;
    transport.start_send(Text::from(text))
}

async fn flush<T: Transport + ?Sized>(transport: &mut T) -> Result<(), TransportError> {
    poll_fn(|cx| transport.poll_flush(cx)).await
}

async fn send<T: Transport + ?Sized>(transport: &mut T, text: &str) -> Result<(), TransportError> {
    feed(transport, text).await?;
    flush(transport).await
}

async fn close<T: Transport + ?Sized>(
    transport: &mut T,
    code: CloseCode,
    reason: &str,
) -> Result<(), TransportError> {
    poll_fn(|cx| transport.poll_close(cx, code, reason)).await
}

/// Two connected ends; the first is the client. The first may send frames of twice the size that the second reads.
async fn memory_pair() -> (BoxTransport, BoxTransport) {
    let limits = MemoryLimits::new(64)
        .with_bytes(64 * 1024)
        .with_max_frame(MAX_FRAME);
    let (a, b) = memory::pair_with(limits);
    (Box::new(a), Box::new(b))
}

async fn stdio_pair() -> (BoxTransport, BoxTransport) {
    let (there, here) = tokio::io::duplex(16 * 1024);
    let end = |stream: DuplexStream, max_frame| {
        let (reader, writer) = tokio::io::split(stream);
        let limits = StdioLimits::default()
            .with_max_frame(max_frame)
            .with_write_buffer(16 * 1024);
        Box::new(stdio::over(reader, writer, limits))
    };
    (end(there, 2 * MAX_FRAME), end(here, MAX_FRAME))
}

async fn websocket_pair() -> (BoxTransport, BoxTransport) {
    let (there, here) = tokio::io::duplex(16 * 1024);
    let server = WebSocketLimits::server()
        .with_max_frame(MAX_FRAME)
        .with_write_buffer(16 * 1024);
    let client = WebSocketLimits::client()
        .with_max_frame(2 * MAX_FRAME)
        .with_write_buffer(16 * 1024);
    let (a, b) = tokio::join!(
        websocket::connect_over(there, "ws://localhost/arcp", &client),
        websocket::accept(here, &server, None),
    );
    (Box::new(a.unwrap()), Box::new(b.unwrap()))
}

/// Instantiates the contract for one transport.
macro_rules! contract {
    ($name:ident, $pair:path) => {
        mod $name {
            #[tokio::test]
            async fn frames_arrive_whole_and_in_order_both_ways() {
                super::frames_arrive_whole_and_in_order_both_ways($pair().await).await;
            }

            #[tokio::test]
            async fn a_slow_reader_holds_the_writer_back() {
                super::a_slow_reader_holds_the_writer_back($pair().await).await;
            }

            #[tokio::test]
            async fn a_frame_of_the_largest_size_passes() {
                super::a_frame_of_the_largest_size_passes($pair().await).await;
            }

            #[tokio::test]
            async fn what_was_sent_before_the_close_arrives() {
                super::what_was_sent_before_the_close_arrives($pair().await).await;
            }

            #[tokio::test]
            async fn nothing_can_be_read_after_the_end() {
                super::nothing_can_be_read_after_the_end($pair().await).await;
            }

            #[tokio::test]
            async fn sending_to_a_vanished_peer_fails_and_does_not_hang() {
                super::sending_to_a_vanished_peer_fails_and_does_not_hang($pair().await).await;
            }

            #[tokio::test]
            async fn a_waiting_reader_wakes_when_a_frame_comes() {
                super::a_waiting_reader_wakes_when_a_frame_comes($pair().await).await;
            }
        }
    };
}

contract!(memory_transport, super::memory_pair);
contract!(stdio_transport, super::stdio_pair);
contract!(websocket_transport, super::websocket_pair);

async fn frames_arrive_whole_and_in_order_both_ways((mut a, mut b): (BoxTransport, BoxTransport)) {
    let texts: Vec<String> = (0..300)
        .map(|n| format!("{{\"n\":{n},\"text\":\"é🦀{}\"}}", "x".repeat(n * 7 % 900)))
        .collect();
    let there = texts.clone();
    let peer = tokio::spawn(async move {
        for text in &there {
            assert_eq!(&frame(&mut b).await, text);
            feed(&mut b, text).await.unwrap();
            flush(&mut b).await.unwrap();
        }
        b
    });
    for text in &texts {
        send(&mut a, text).await.unwrap();
        assert_eq!(&frame(&mut a).await, text);
    }
    peer.await.unwrap();
}

async fn a_slow_reader_holds_the_writer_back((mut a, mut b): (BoxTransport, BoxTransport)) {
    let mut sent = 0;
    let stuck = loop {
        let ready = poll_fn(|cx| {
            // A flush that does not finish is fine here: what counts is that the transport takes no more at some point.
            let _ = a.poll_flush(cx);
            Poll::Ready(a.poll_ready(cx))
        })
        .await;
        match ready {
            Poll::Ready(Ok(())) if sent < 10_000 => {
                a.start_send(Text::from(format!("{{\"n\":{sent:0>200}}}")))
                    .unwrap();
                sent += 1;
            }
            Poll::Ready(Ok(())) => break false,
            Poll::Ready(Err(error)) => panic!("{error}"),
            Poll::Pending => break true,
        }
    };
    assert!(stuck, "2 MB were taken without a reader");
    let writer = tokio::spawn(async move {
        send(&mut a, "\"last\"").await.unwrap();
        a
    });
    for n in 0..sent {
        assert_eq!(frame(&mut b).await, format!("{{\"n\":{n:0>200}}}"));
    }
    assert_eq!(frame(&mut b).await, "\"last\"");
    writer.await.unwrap();
}

async fn a_frame_of_the_largest_size_passes((mut a, mut b): (BoxTransport, BoxTransport)) {
    let text = "x".repeat(MAX_FRAME);
    let same = text.clone();
    let writer = tokio::spawn(async move {
        send(&mut a, &same).await.unwrap();
        a
    });
    assert_eq!(frame(&mut b).await, text);
    writer.await.unwrap();
}

async fn what_was_sent_before_the_close_arrives((mut a, mut b): (BoxTransport, BoxTransport)) {
    let writer = tokio::spawn(async move {
        for n in 0..50 {
            feed(&mut a, &format!("{n}")).await.unwrap();
        }
        close(&mut a, CloseCode::Normal, "done").await.unwrap();
        a
    });
    for n in 0..50 {
        assert_eq!(frame(&mut b).await, format!("{n}"));
    }
    assert!(recv(&mut b).await.is_none());
    drop(b);
    writer.await.unwrap();
}

async fn nothing_can_be_read_after_the_end((mut a, mut b): (BoxTransport, BoxTransport)) {
    let writer = tokio::spawn(async move {
        close(&mut a, CloseCode::GoingAway, "").await.unwrap();
    });
    for _ in 0..3 {
        assert!(recv(&mut b).await.is_none());
    }
    drop(b);
    writer.await.unwrap();
}

async fn sending_to_a_vanished_peer_fails_and_does_not_hang(
    (mut a, b): (BoxTransport, BoxTransport),
) {
    drop(b);
    let mut refused = false;
    for n in 0..10_000 {
        if send(&mut a, &format!("{{\"n\":{n}}}")).await.is_err() {
            refused = true;
            break;
        }
    }
    assert!(refused);
}

async fn a_waiting_reader_wakes_when_a_frame_comes((mut a, mut b): (BoxTransport, BoxTransport)) {
    let (waiting, mut started) = tokio::sync::oneshot::channel();
    let mut waiting = Some(waiting);
    let reader = tokio::spawn(async move {
        poll_fn(|cx| {
            let polled = b.poll_recv(cx);
            if let Some(waiting) = waiting.take() {
                assert!(polled.is_pending());
                waiting.send(()).unwrap();
            }
            polled
        })
        .await
    });
    poll_fn(|cx| Pin::new(&mut started).poll(cx)).await.unwrap();
    send(&mut a, "1").await.unwrap();
    assert!(matches!(reader.await.unwrap(), Some(Ok(Received::Frame(text))) if text == "1"));
}

/// The two transports that have goodbyes.
#[tokio::test]
async fn a_goodbye_tells_its_code_and_reason() {
    for (mut a, mut b) in [memory_pair().await, websocket_pair().await] {
        let closing = tokio::spawn(async move {
            close(&mut a, CloseCode::TakenOver, "resumed elsewhere")
                .await
                .unwrap();
        });
        assert!(b.goodbye().is_none());
        assert!(recv(&mut b).await.is_none());
        assert_eq!(b.goodbye(), Some(Goodbye::new(4001, "resumed elsewhere")));
        drop(b);
        closing.await.unwrap();
    }
}

#[tokio::test]
async fn a_peer_that_vanishes_is_an_error_where_goodbyes_exist() {
    for (mut a, b) in [memory_pair().await, websocket_pair().await] {
        drop(b);
        assert!(matches!(
            recv(&mut a).await,
            Some(Err(TransportError::Io(_)))
        ));
        assert!(a.goodbye().is_none());
    }
    let (mut a, b) = stdio_pair().await;
    drop(b);
    assert!(recv(&mut a).await.is_none());
}

#[tokio::test]
async fn a_frame_over_the_limit_ends_a_connection_that_cannot_skip_it() {
    for (mut a, mut b) in [memory_pair().await, websocket_pair().await] {
        let writer = tokio::spawn(async move {
            // The reader gives up in the middle, so whether the rest can be written does not matter.
            let _ = send(&mut a, &"x".repeat(MAX_FRAME + 1)).await;
            recv(&mut a).await.is_none().then(|| a.goodbye()).flatten()
        });
        let error = recv(&mut b).await.unwrap().unwrap_err();
        assert!(
            matches!(error, TransportError::TooLarge { limit: MAX_FRAME }),
            "{error:?}"
        );
        assert!(error.to_string().contains("100000 bytes"));
        close(&mut b, error.close_code(), "frame too large")
            .await
            .unwrap();
        let goodbye = writer.await.unwrap();
        assert_eq!(goodbye, Some(Goodbye::new(1009, "frame too large")));
    }
}

#[tokio::test]
async fn a_reset_loses_what_was_under_way() {
    let (mut a, b) = memory::pair(8);
    send(&mut a, "1").await.unwrap();
    b.reset();
    assert!(matches!(
        recv(&mut a).await,
        Some(Err(TransportError::Io(_)))
    ));
    assert!(send(&mut a, "2").await.is_err());
}

#[tokio::test]
async fn the_other_direction_goes_on_after_a_half_close() {
    for (mut a, mut b) in [memory_pair().await, stdio_pair().await] {
        close(&mut a, CloseCode::Normal, "").await.unwrap();
        assert!(recv(&mut b).await.is_none());
        send(&mut b, "1").await.unwrap();
        assert_eq!(frame(&mut a).await, "1");
    }
}

/// Counts what reaches the network, so that batching can be seen.
#[derive(Debug)]
struct Counted<S> {
    inner: S,
    writes: Arc<AtomicUsize>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.inner).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn many_small_frames_are_one_write() {
    let writes = Arc::new(AtomicUsize::new(0));
    let (there, here) = tokio::io::duplex(256 * 1024);
    let counted = Counted {
        inner: there,
        writes: Arc::clone(&writes),
    };
    let (limits, server) = (WebSocketLimits::client(), WebSocketLimits::server());
    let (a, _b) = tokio::join!(
        websocket::connect_over(counted, "ws://localhost/arcp", &limits),
        websocket::accept(here, &server, None),
    );
    let (reader, _writer) = tokio::io::duplex(1);
    let (pipe, _end) = tokio::io::duplex(256 * 1024);
    let counted = Counted {
        inner: pipe,
        writes: Arc::clone(&writes),
    };
    let lines = stdio::over(reader, counted, StdioLimits::default());
    let both: [BoxTransport; 2] = [Box::new(a.unwrap()), Box::new(lines)];
    for mut transport in both {
        writes.store(0, Ordering::Relaxed);
        for n in 0..100 {
            feed(&mut transport, &format!("{{\"n\":{n:0>200}}}"))
                .await
                .unwrap();
        }
        assert_eq!(
            writes.load(Ordering::Relaxed),
            0,
            "start_send must not write small frames"
        );
        flush(&mut transport).await.unwrap();
        assert_eq!(writes.load(Ordering::Relaxed), 1);
    }
}

/// Everything that the other end of a stream writes until it ends.
async fn read_all(mut stream: DuplexStream) -> Vec<u8> {
    let mut seen = Vec::new();
    stream.read_to_end(&mut seen).await.unwrap();
    seen
}

async fn write(stream: &mut DuplexStream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
}
