//! What a line of stdio may be (§4).

use super::*;

/// What a reader with a limit of 16 bytes sees when it is given `bytes` in pieces of `step`.
async fn seen(bytes: &[u8], step: usize) -> Vec<String> {
    let (mut feeder, reader) = tokio::io::duplex(8);
    let bytes = bytes.to_vec();
    let feeding = tokio::spawn(async move {
        for piece in bytes.chunks(step) {
            write(&mut feeder, piece).await;
        }
    });
    let limits = StdioLimits::default().with_max_frame(16);
    let mut transport = stdio::over(reader, tokio::io::sink(), limits);
    let mut all = Vec::new();
    while let Some(received) = recv(&mut transport).await {
        all.push(match received.unwrap() {
            Received::Frame(text) => text.to_string(),
            Received::Unreadable(reason) => format!("! {reason}"),
            other => panic!("{other:?}"),
        });
    }
    feeding.await.unwrap();
    all
}

#[tokio::test]
async fn bad_lines_are_told_and_reading_goes_on() {
    let long = "! a line is longer than 16 bytes and was skipped";
    let cases: [(&[u8], &[&str]); 8] = [
        (b"{}\n{\"a\":1}\n", &["{}", "{\"a\":1}"]),
        (b"{}\r\n\r\n  \n\n[]\r\n", &["{}", "[]"]),
        (b"{}", &["{}"]),
        (b"", &[]),
        (b"0123456789abcdef\n0123456789abcdef\r\n", &["0123456789abcdef", "0123456789abcdef"]),
        (b"0123456789abcdefg\n{}\n", &[long, "{}"]),
        (b"01234567890123456789012345678901234567890123456789012345678901234567890123456789\n{}\n", &[long, "{}"]),
        (b"0123456789abcdefghijklmnopqrstuvwxyz", &[long]),
    ];
    for (bytes, expected) in cases {
        for step in [1, 3, 1000] {
            assert_eq!(seen(bytes, step).await, expected, "{bytes:?} by {step}");
        }
    }
    let seen = seen(b"\xff\xfe\n{}\n", 1).await;
    assert!(seen[0].starts_with("! a line is not UTF-8"), "{seen:?}");
    assert_eq!(seen[1], "{}");
}

#[tokio::test]
async fn a_line_without_end_is_told_before_it_ends_and_is_not_kept() {
    let (mut feeder, reader) = tokio::io::duplex(64 * 1024);
    let limits = StdioLimits::default().with_max_frame(1000);
    let mut transport = stdio::over(reader, tokio::io::sink(), limits);
    write(&mut feeder, &vec![b'x'; 20_000]).await;
    assert!(matches!(
        recv(&mut transport).await,
        Some(Ok(Received::Unreadable(_)))
    ));
    let feeding = tokio::spawn(async move {
        for _ in 0..200 {
            write(&mut feeder, &vec![b'x'; 20_000]).await;
        }
        write(&mut feeder, b"\n1\n").await;
    });
    assert_eq!(frame(&mut transport).await, "1");
    feeding.await.unwrap();
}

#[tokio::test]
async fn a_frame_with_line_ends_stays_one_line() {
    let (there, here) = tokio::io::duplex(1024);
    let (reader, _hold) = tokio::io::duplex(1);
    let mut transport = stdio::over(reader, there, StdioLimits::default());
    send(&mut transport, "{\r\n\"a\": 1\n}").await.unwrap();
    close(&mut transport, CloseCode::Normal, "").await.unwrap();
    assert_eq!(read_all(here).await, b"{  \"a\": 1 }\n");
}

#[tokio::test]
async fn a_line_over_the_limit_is_not_written() {
    let (reader, _hold) = tokio::io::duplex(1);
    let limits = StdioLimits::default().with_max_frame(4);
    let mut transport = stdio::over(reader, tokio::io::sink(), limits);
    let refused = send(&mut transport, "12345").await;
    assert!(matches!(
        refused,
        Err(TransportError::TooLarge { limit: 4 })
    ));
    send(&mut transport, "1234").await.unwrap();
}

#[tokio::test]
async fn a_child_is_spoken_with_over_its_pipes() {
    let mut transport =
        stdio::spawn(tokio::process::Command::new("cat"), StdioLimits::default()).unwrap();
    send(&mut transport, "{\"n\":1}").await.unwrap();
    assert_eq!(frame(&mut transport).await, "{\"n\":1}");
    let none = stdio::spawn(
        tokio::process::Command::new("/no/such/program"),
        StdioLimits::default(),
    );
    assert_eq!(none.unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

#[tokio::test]
async fn what_a_child_no_longer_reads_is_answered_with_how_it_ended() {
    let mut command = tokio::process::Command::new("sh");
    command.args(["-c", "exec <&-; echo '{}'; exit 3"]);
    let mut transport = stdio::spawn(command, StdioLimits::default()).unwrap();
    assert_eq!(frame(&mut transport).await, "{}");
    let refused = send(&mut transport, "{\"n\":1}").await.unwrap_err();
    let TransportError::Program(status) = refused else {
        panic!("{refused}");
    };
    assert_eq!(status.code(), Some(3));
    // Who reads on is told the same.
    let end = recv(&mut transport).await;
    assert!(
        matches!(end, Some(Err(TransportError::Program(again))) if again == status),
        "{end:?}"
    );
}
