//! Each invariant holds of good traffic and is broken by a mutant of it.

use serde_json::{Value, json};

use super::{Judged, check, find};
use crate::library::Library;
use crate::transcript::{Line, Side, What};

fn line(from: Side, frame: Value) -> Line {
    Line {
        at_ms: 0.0,
        connection: "a".into(),
        from,
        what: What::Frame(frame),
    }
}

/// A hello, a job with a call, a log and a result, and a close.
#[expect(clippy::too_many_lines, reason = "one conversation")]
fn good() -> Vec<Line> {
    let c = Side::Client;
    let r = Side::Runtime;
    let id = |n: usize| format!("01M7ZE000000000000000000{n:02}");
    let frame = |n: usize, kind: &str, more: Value| {
        let mut frame = json!({"arcp": "1.1", "id": id(n), "type": kind, "session_id": "s1"});
        for (name, value) in more.as_object().unwrap() {
            frame[name] = value.clone();
        }
        frame
    };
    let event = |n: usize, seq: i64, kind: &str, body: Value| {
        let more = json!({"job_id": "j1", "event_seq": seq, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            "payload": {"kind": kind, "ts": "2026-01-01T00:00:00.000Z", "body": body}});
        frame(n, "job.event", more)
    };
    let features = json!(["ack", "heartbeat", "progress", "result_chunk"]);
    let mut hello = frame(
        1,
        "session.hello",
        json!({"payload": {"client": {"name": "k", "version": "1"},
        "auth": {"scheme": "bearer", "token": "a-token-of-some-length"}, "capabilities": {"encodings": ["json"], "features": features}}}),
    );
    hello.as_object_mut().unwrap().remove("session_id");
    vec![
        line(c, hello),
        line(
            r,
            frame(
                2,
                "session.welcome",
                json!({"payload": {"runtime": {"name": "r", "version": "1"}, "resume_token": "rt_0123456789abcdef0123",
            "resume_window_sec": 600, "heartbeat_interval_sec": 30, "capabilities": {"encodings": ["json"], "features": features, "agents": []}}}),
            ),
        ),
        line(
            c,
            frame(
                3,
                "job.submit",
                json!({"payload": {"agent": "x", "input": null}}),
            ),
        ),
        line(
            r,
            frame(
                4,
                "job.accepted",
                json!({"payload": {"job_id": "j1", "agent": "x@1", "lease": {}, "accepted_at": "2026-01-01T00:00:00.000Z", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}}),
            ),
        ),
        line(
            r,
            event(
                5,
                1,
                "tool_call",
                json!({"tool": "t", "args": {}, "call_id": "c1"}),
            ),
        ),
        line(
            r,
            event(6, 2, "tool_result", json!({"call_id": "c1", "result": 1})),
        ),
        line(
            c,
            frame(
                7,
                "session.ping",
                json!({"payload": {"nonce": "n1", "sent_at": "2026-01-01T00:00:00Z"}}),
            ),
        ),
        line(
            r,
            frame(
                8,
                "session.pong",
                json!({"payload": {"ping_nonce": "n1", "received_at": "2026-01-01T00:00:00Z"}}),
            ),
        ),
        line(
            r,
            event(
                9,
                3,
                "result_chunk",
                json!({"result_id": "r1", "chunk_seq": 0, "data": "a", "encoding": "utf8", "more": false}),
            ),
        ),
        line(
            r,
            frame(
                10,
                "job.result",
                json!({"job_id": "j1", "event_seq": 4, "payload": {"final_status": "success", "result_id": "r1", "result_size": 1}}),
            ),
        ),
        line(
            c,
            frame(
                11,
                "session.ack",
                json!({"payload": {"last_processed_seq": 4}}),
            ),
        ),
        line(
            c,
            frame(12, "session.close", json!({"payload": {"reason": "done"}})),
        ),
        line(r, frame(13, "session.closed", json!({"payload": {}}))),
    ]
}

fn judge(lines: &[Line]) -> Vec<String> {
    static SHAPES: std::sync::OnceLock<crate::matcher::Shapes> = std::sync::OnceLock::new();
    let shapes = SHAPES.get_or_init(|| Library::load().unwrap().shapes);
    check(lines, shapes, Judged::Both, &[])
        .into_iter()
        .map(|failure| failure.step)
        .collect()
}

#[test]
fn what_is_replayed_is_the_same_message_once_more() {
    let mut lines = good();
    lines.truncate(6);
    let on_b = |line: &Line, change: &dyn Fn(&mut Value)| {
        let What::Frame(mut frame) = line.what.clone() else {
            panic!("{line:?}");
        };
        change(&mut frame);
        Line {
            connection: "b".into(),
            ..self::line(line.from, frame)
        }
    };
    let resume =
        json!({"session_id": "s1", "resume_token": "rt_0123456789abcdef0123", "last_event_seq": 0});
    let again = [
        on_b(&lines[0], &|hello| {
            hello["id"] = json!("01M7ZE00000000000000000020");
            hello["payload"]["resume"] = resume.clone();
        }),
        on_b(&lines[1], &|welcome| {
            welcome["id"] = json!("01M7ZE00000000000000000021");
            welcome["payload"]["resume_token"] = json!("rt_9876543210abcdef0123");
        }),
        on_b(&lines[4], &|_| ()),
        on_b(&lines[5], &|_| ()),
    ];
    lines.extend(again);
    assert_eq!(judge(&lines), Vec::<String>::new());
    let other = on_b(&lines[5], &|frame| {
        frame["payload"]["body"]["result"] = json!(2);
    });
    lines.pop();
    lines.push(other);
    assert!(judge(&lines).contains(&"invariant ids differ".to_owned()));
}

#[test]
fn good_traffic_breaks_nothing() {
    assert_eq!(judge(&good()), Vec::<String>::new());
}

/// A place in the good traffic, what is changed there, and the invariant that it breaks.
#[expect(clippy::too_many_lines, reason = "a table")]
fn mutants() -> Vec<(usize, &'static str, Value, &'static str)> {
    vec![
        (1, "/arcp", json!("1.0"), "envelopes are whole"),
        (3, "/id", json!("01M7ZE00000000000000000002"), "ids differ"),
        (3, "/id", json!("7"), "ids are ULIDs or UUIDv7"),
        (
            3,
            "/type",
            json!("job.started"),
            "a runtime says what runtimes say",
        ),
        (
            3,
            "/correlation_id",
            json!("x"),
            "envelopes have no unknown members",
        ),
        (
            1,
            "/payload/resume_window_sec",
            json!("600"),
            "payloads have their shape",
        ),
        (
            4,
            "/payload/body/tool",
            json!(7),
            "payloads have their shape",
        ),
        (3, "/trace_id", json!("XYZ"), "trace ids"),
        (
            4,
            "/trace_id",
            json!("4bf92f3577b34da6a3ce929d0e0e4737"),
            "a job keeps its trace",
        ),
        (
            7,
            "/event_seq",
            json!(3),
            "only events and ends are counted",
        ),
        (5, "/event_seq", json!(3), "numbers have no gap"),
        (4, "/job_id", json!("j2"), "accepted comes first"),
        (
            9,
            "/payload/final_status",
            json!("error"),
            "codes and final statuses fit",
        ),
        (
            8,
            "/payload/body/chunk_seq",
            json!(1),
            "chunks are in order",
        ),
        (8, "/payload/body/more", json!(true), "chunks are in order"),
        (9, "/payload/result_id", json!("r2"), "chunks are in order"),
        (
            5,
            "/payload/body/call_id",
            json!("c2"),
            "results answer calls",
        ),
        (3, "/session_id", json!("s2"), "frames name their session"),
        (
            8,
            "/payload/kind",
            json!("progress"),
            "payloads have their shape",
        ),
        (7, "/payload/ping_nonce", json!("n2"), "pongs answer pings"),
        (
            5,
            "/type",
            json!("job.result"),
            "one end, and nothing after it",
        ),
        (6, "/arcp", json!("1"), "a client's envelopes are whole"),
        (0, "/payload/client", json!({}), "a client says hello first"),
        (2, "/session_id", json!("s2"), "a client names its session"),
        (
            2,
            "/type",
            json!("job.event"),
            "a client says what clients say",
        ),
        (
            2,
            "/payload/agent",
            json!("x@1"),
            "a client uses what was negotiated",
        ),
        (10, "/payload/last_processed_seq", json!(5), "acks go up"),
        (
            3,
            "/payload/note",
            json!("a-token-of-some-length"),
            "bearer tokens are never told",
        ),
        (
            3,
            "/payload/note",
            json!("rt_0123456789abcdef0123"),
            "resume tokens are told once",
        ),
    ]
}

#[test]
fn every_mutant_is_caught_by_the_invariant_meant_for_it() {
    for (place, pointer, value, wanted) in mutants() {
        let mut lines = good();
        let What::Frame(frame) = &mut lines[place].what else {
            panic!()
        };
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        frame.pointer_mut(parent).unwrap()[name] = value.clone();
        let broken = judge(&lines);
        assert!(
            broken.contains(&format!("invariant {wanted}")),
            "{pointer} = {value}: {broken:?}"
        );
    }
}

#[test]
fn frames_at_the_wrong_place_are_caught() {
    let moved = |from: usize, to: usize| {
        let mut lines = good();
        let line = lines.remove(from);
        lines.insert(to, line);
        judge(&lines)
    };
    assert!(moved(3, 4).contains(&"invariant accepted comes first".to_owned()));
    assert!(moved(12, 9).contains(&"invariant nothing after the goodbye".to_owned()));
    assert!(moved(1, 0).contains(&"invariant the client speaks first".to_owned()));
}

#[test]
fn a_feature_that_was_not_negotiated_is_caught() {
    let mut lines = good();
    let What::Frame(hello) = &mut lines[0].what else {
        panic!()
    };
    hello["payload"]["capabilities"]["features"] = json!([]);
    let broken = judge(&lines);
    assert!(
        broken.contains(&"invariant only what was negotiated".to_owned()),
        "{broken:?}"
    );
    assert!(
        broken.contains(&"invariant a client uses what was negotiated".to_owned()),
        "{broken:?}"
    );
}

#[test]
fn text_that_is_no_json_is_caught() {
    let mut lines = good();
    lines[3].what = What::Text("{".into());
    lines[2].what = What::Binary("AA==".into());
    let broken = judge(&lines);
    assert!(broken.contains(&"invariant frames are JSON objects".to_owned()));
    assert!(broken.contains(&"invariant a client's frames are JSON objects".to_owned()));
}

/// The good traffic with the accept told once more at a place, and the end told once more behind the first.
fn repeated(accept_at: Option<usize>, change: impl Fn(&mut Value)) -> Vec<String> {
    let mut lines = good();
    let fresh = |line: &Line, id: &str| {
        let mut line = line.clone();
        if let What::Frame(frame) = &mut line.what {
            frame["id"] = json!(id);
        }
        line
    };
    let accepted = fresh(&lines[3], "01M7ZE00000000000000000031");
    let mut end = fresh(&lines[9], "01M7ZE00000000000000000032");
    if let What::Frame(frame) = &mut end.what {
        frame["event_seq"] = json!(5);
        change(frame);
    }
    lines.insert(10, end);
    if let Some(place) = accept_at {
        lines.insert(place, accepted);
    }
    judge(&lines)
}

#[test]
fn an_end_comes_again_for_whoever_submits_again_and_for_nobody_else() {
    // The repeat may be answered before the end, which was on its way already, or after it.
    for place in [7, 9, 10] {
        assert_eq!(
            repeated(Some(place), |_| {}),
            Vec::<String>::new(),
            "{place}"
        );
    }
    let broken = ["invariant one end, and nothing after it".to_owned()];
    assert_eq!(repeated(None, |_| {}), broken);
    // Another end than the stored one.
    let other = |frame: &mut Value| frame["payload"]["result_size"] = json!(2);
    assert_eq!(repeated(Some(9), other), broken);
}

/// A job with a credential, its rotation, and a stranger who is in a session too.
fn with_credentials() -> Vec<Line> {
    let mut lines: Vec<Line> = good().into_iter().take(4).collect();
    let features = json!(["subscribe", "list_jobs", "provisioned_credentials"]);
    for line in &mut lines[..2] {
        let What::Frame(frame) = &mut line.what else {
            panic!()
        };
        frame["payload"]["capabilities"]["features"] = features.clone();
    }
    let change = |line: &Line, connection: &str, n: usize, change: &dyn Fn(&mut Value)| {
        let mut line = line.clone();
        connection.clone_into(&mut line.connection);
        if let What::Frame(frame) = &mut line.what {
            frame["id"] = json!(format!("01M7ZE000000000000000000{n:02}"));
            change(frame);
        }
        line
    };
    let hello = change(&lines[0], "b", 41, &|frame| {
        frame["payload"]["auth"]["token"] = json!("another-token-of-some-length");
    });
    let welcome = change(&lines[1], "b", 42, &|frame| {
        frame["session_id"] = json!("s2");
        frame["payload"]["resume_token"] = json!("rt_9876543210abcdef0123");
    });
    let credential = |value: &str| json!([{"id": "k1", "scheme": "bearer", "value": value, "endpoint": "https://g.example/v1"}]);
    lines[3] = change(&lines[3], "a", 4, &|frame| {
        frame["payload"]["credentials"] = credential("the-first-value-of-the-key");
    });
    let event = json!({"arcp": "1.1", "id": "01M7ZE00000000000000000043", "type": "job.event", "session_id": "s1", "job_id": "j1", "event_seq": 1,
        "payload": {"kind": "status", "ts": "2026-01-01T00:00:00.000Z", "body": {"phase": "credential_rotated", "id": "k1", "value": "the-second-value-of-the-key"}}});
    let listed = json!({"arcp": "1.1", "id": "01M7ZE00000000000000000044", "type": "job.subscribed", "session_id": "s2", "payload": {"job_id": "j1",
        "current_status": "running", "agent": "x@1", "lease": {}, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "subscribed_from": 0, "replayed": false}});
    let log = json!({"arcp": "1.1", "id": "01M7ZE00000000000000000045", "type": "job.event", "session_id": "s1", "job_id": "j1", "event_seq": 2,
        "payload": {"kind": "log", "ts": "2026-01-01T00:00:00.000Z", "body": {"level": "info", "message": "hello"}}});
    let mut told = line(Side::Runtime, listed);
    told.connection = "b".to_owned();
    lines.extend([
        hello,
        welcome,
        told,
        line(Side::Runtime, event),
        line(Side::Runtime, log),
    ]);
    lines
}

#[test]
fn a_secret_is_seen_wherever_it_is_told_even_before_it_is_known_to_be_one() {
    const CREDENTIALS: &str = "invariant credentials are told to their principal alone";
    assert_eq!(judge(&with_credentials()), Vec::<String>::new());
    let broken = |lines: &[Line]| judge(lines).into_iter().next().unwrap_or_default();
    let of = |line: &mut Line| match &mut line.what {
        What::Frame(frame) => frame.take(),
        _ => panic!(),
    };
    let (bob, rotation, log) = (6, 7, 8);
    for value in ["the-first-value-of-the-key", "the-second-value-of-the-key"] {
        // In a log of the submitter's own job.
        let mut lines = with_credentials();
        let mut frame = of(&mut lines[log]);
        frame["payload"]["body"]["message"] = json!(format!("the key is {value}"));
        lines[log].what = What::Frame(frame);
        assert_eq!(broken(&lines), CREDENTIALS, "{value}");
        // To another principal, before whoever owns it is told of it.
        let mut lines = with_credentials();
        let mut frame = of(&mut lines[bob]);
        frame["payload"]["credentials"] = json!([{"id": "k1", "scheme": "bearer", "value": value, "endpoint": "https://g.example/v1"}]);
        lines[bob].what = What::Frame(frame);
        let accept = lines.remove(3);
        lines.insert(bob, accept);
        assert_eq!(broken(&lines), CREDENTIALS, "{value}");
    }
    // The rotation to another principal.
    let mut lines = with_credentials();
    let mut frame = of(&mut lines[rotation].clone());
    frame["session_id"] = json!("s2");
    frame["id"] = json!("01M7ZE00000000000000000046");
    let mut told = line(Side::Runtime, frame);
    told.connection = "b".to_owned();
    lines.insert(rotation, told);
    assert_eq!(broken(&lines), CREDENTIALS);
    // Another's bearer token, and a resume token before its welcome.
    for (secret, wanted) in [
        (
            "a-token-of-some-length",
            "invariant bearer tokens are never told",
        ),
        (
            "rt_0123456789abcdef0123",
            "invariant resume tokens are told once",
        ),
    ] {
        let mut lines = with_credentials();
        let mut frame = of(&mut lines[bob]);
        frame["payload"]["note"] = json!(secret);
        lines[bob].what = What::Frame(frame);
        assert_eq!(broken(&lines), wanted);
    }
    let mut lines = with_credentials();
    lines.rotate_left(4);
    let mut frame = of(&mut lines[2]);
    frame["payload"]["note"] = json!("rt_0123456789abcdef0123");
    lines[2].what = What::Frame(frame);
    let early = judge(&lines);
    assert!(
        early.contains(&"invariant resume tokens are told once".to_owned()),
        "{early:?}"
    );
}

#[test]
fn a_secret_that_is_too_short_to_be_searched_for_is_not_looked_for() {
    let shapes = Library::load().unwrap().shapes;
    let looked = |bearer: &str, first: &str, again: &str| {
        let mut lines = with_credentials();
        for (line, pointer, secret) in [
            (0, "/payload/auth/token", bearer),
            (1, "/payload/resume_token", first),
            (4, "/payload/auth/token", bearer),
            (5, "/payload/resume_token", again),
            (5, "/session_id", "s1"),
        ] {
            let What::Frame(frame) = &mut lines[line].what else {
                panic!()
            };
            *frame.pointer_mut(pointer).unwrap() = json!(secret);
        }
        let mut looked = super::judge(&lines, &shapes, Judged::Runtime, &[]).looked;
        let mut of = |name: &str| looked.remove(name).unwrap_or_default();
        (
            of("bearer tokens are never told").times > 0,
            Vec::from_iter(of("resume tokens are told once").rules),
        )
    };
    let (long, short) = ("a-token-of-some-length", "tok-a");
    let (first, again) = ("rt_0123456789abcdef0123", "rt_9876543210abcdef0123");
    let (issued, changes) = ("R-6.2-21", "R-6.3-01");
    assert_eq!(looked(long, first, again), (true, vec![issued, changes]));
    assert_eq!(looked(short, first, again), (false, vec![issued, changes]));
    assert_eq!(looked(long, "rt_1", again), (true, vec![issued]));
    assert_eq!(looked(long, first, "rt_2"), (true, vec![issued]));
    assert_eq!(looked(short, "rt_1", "rt_2"), (false, vec![]));
    // A resume token that is said as a bearer token is not searched for as one.
    assert_eq!(looked(first, first, again), (false, vec![issued, changes]));
}

#[test]
fn where_something_is_broken_is_told_with_what_would_be_right_there() {
    let shapes = Library::load().unwrap().shapes;
    let broken = |name: &str, place: usize, pointer: &str, value: Value| {
        let mut lines = good();
        let What::Frame(frame) = &mut lines[place].what else {
            panic!()
        };
        *frame.pointer_mut(pointer).unwrap() = value;
        let found = find(&lines, &shapes, Judged::Runtime, &[]);
        let mut found = found.into_iter();
        let first = found.find(|broken| broken.invariant.name == name).unwrap();
        (first.line, first.right.unwrap_or(first.failure.expected))
    };
    let right = |line: usize, right: &str| (line, right.to_owned());
    assert_eq!(
        broken(
            "codes and final statuses fit",
            9,
            "/payload/final_status",
            json!("error")
        ),
        right(9, "final_status success")
    );
    assert_eq!(
        broken(
            "chunks are in order",
            8,
            "/payload/body/chunk_seq",
            json!(1)
        ),
        right(8, "result_id r1 and chunk_seq 0")
    );
    assert_eq!(
        broken("frames name their session", 3, "/session_id", json!("s2")),
        right(3, "session_id s1")
    );
    let (line, next) = broken("numbers have no gap", 5, "/event_seq", json!(7));
    assert!(line == 5 && next.ends_with(": 2 comes next"), "{next}");
}
