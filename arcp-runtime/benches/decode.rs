//! How fast one `job.event` is decoded and encoded (row D), and with how many allocations: the print against structs written by hand
//! and against what `flatten` and `untagged` give. Asserts nothing about time.
//!
//! `cargo bench -p arcp-runtime --bench decode`: first a table of ratios, measured interleaved, then criterion's own measurements.

#![allow(clippy::expect_used, clippy::print_stdout)] // A benchmark has nobody to answer to.

#[path = "decode/peers.rs"]
mod peers;

use std::hint::black_box;
use std::time::{Duration, Instant};

use arcp_generated::envelope::{Envelope, Head, Header};
use arcp_generated::message::MessageType;
use criterion::{Criterion, Throughput, criterion_group};
use peers::{Borrowed, Flat, HandTyped, Raw, Untagged};

const FRAME: &str = r#"{"arcp":"1.1","id":"01JV5JRPV8033ST9CR8PDW019M","type":"job.event","session_id":"sess_01JV5F0WBTQ2M8ZK4N7XR3C6HD","job_id":"job_01JV5F1D9KE7X2R5ZC8MWQ3TBN","event_seq":7,"payload":{"kind":"progress","ts":"2026-05-13T19:42:13Z","body":{"current":47,"total":120,"units":"files","message":"Refactoring src/auth/middleware.ts"}}}"#;

/// Work of the same kind: the first of each list is what the others are held against.
struct Contest {
    title: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    run: Box<dyn Fn()>,
}

fn entry(name: &'static str, run: impl Fn() + 'static) -> Entry {
    Entry {
        name,
        run: Box::new(run),
    }
}

fn text<T: serde::Serialize>(out: &T, buffer: &mut Vec<u8>) {
    buffer.clear();
    serde_json::to_writer(buffer, out).expect("it has a JSON form");
}

/// A buffer that is used again for each frame, as a connection's writer does.
fn writing(name: &'static str, write: impl Fn(&mut Vec<u8>) + 'static) -> Entry {
    let buffer = std::cell::RefCell::new(Vec::with_capacity(1024));
    entry(name, move || {
        let mut buffer = buffer.borrow_mut();
        write(&mut buffer);
        black_box(buffer.len());
    })
}

fn whole() -> Contest {
    Contest {
        title: "decode, whole event",
        entries: vec![
            entry("by hand, raw payload read by kind", || {
                black_box(HandTyped::decode(black_box(FRAME)));
            }),
            entry("the print: Envelope::decode", || {
                black_box(Envelope::decode(black_box(FRAME)).expect("a frame"));
            }),
            entry("serde: flatten over tag and content", || {
                black_box(serde_json::from_str::<Flat>(black_box(FRAME)).expect("a frame"));
            }),
            entry("serde: untagged, an arm for each type", || {
                black_box(serde_json::from_str::<Untagged>(black_box(FRAME)).expect("a frame"));
            }),
        ],
    }
}

fn heads() -> Contest {
    Contest {
        title: "decode, head only",
        entries: vec![
            entry("by hand, payload kept raw", || {
                black_box(serde_json::from_str::<Raw>(black_box(FRAME)).expect("a frame"));
            }),
            entry("by hand, everything borrowed", || {
                black_box(serde_json::from_str::<Borrowed<'_>>(black_box(FRAME)).expect("a frame"));
            }),
            entry("the print: Header::read", || {
                black_box(Header::read(black_box(FRAME)).expect("a header"));
            }),
        ],
    }
}

fn encoding() -> Contest {
    let ours = Envelope::decode(FRAME).expect("a frame");
    let hand = HandTyped::decode(FRAME);
    let flat: Flat = serde_json::from_str(FRAME).expect("a frame");
    let untagged: Untagged = serde_json::from_str(FRAME).expect("a frame");
    Contest {
        title: "encode, whole event",
        entries: vec![
            writing("by hand: derived structs", move |out| text(&hand, out)),
            writing("the print: Envelope::encode_into", move |out| {
                out.clear();
                ours.encode_into(out);
            }),
            writing("serde: flatten over tag and content", move |out| {
                text(&flat, out);
            }),
            writing("serde: untagged, an arm for each type", move |out| {
                text(&untagged, out);
            }),
        ],
    }
}

fn splicing() -> Contest {
    let raw: Raw = serde_json::from_str(FRAME).expect("a frame");
    let payload = raw.payload.get().to_owned();
    let ours = Envelope::decode(FRAME).expect("a frame");
    Contest {
        title: "encode, head around a payload that is bytes",
        entries: vec![
            writing("by hand: derived struct, raw payload", move |out| {
                text(&raw, out);
            }),
            writing("the print: Head::write", move |out| {
                out.clear();
                let mut head = Head::new(&ours.id, &MessageType::JobEvent);
                head.session_id = ours.session_id.as_ref();
                head.job_id = ours.job_id.as_ref();
                head.event_seq = ours.event_seq;
                head.write(payload.as_bytes(), out);
            }),
        ],
    }
}

fn contests() -> Vec<Contest> {
    vec![whole(), heads(), encoding(), splicing()]
}

/// Time of one run, as the median of many short rounds in which all entries take turns: whatever else runs on the machine falls on few.
fn times(contest: &Contest) -> Vec<Duration> {
    const ROUNDS: usize = 501;
    const RUNS: u32 = 100;
    let mut rounds = vec![Vec::with_capacity(ROUNDS); contest.entries.len()];
    for _ in 0..ROUNDS {
        for (entry, times) in contest.entries.iter().zip(&mut rounds) {
            let start = Instant::now();
            for _ in 0..RUNS {
                (entry.run)();
            }
            times.push(start.elapsed() / RUNS);
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    rounds.into_iter().map(median).collect()
}

fn table() {
    println!(
        "One job.event of {} bytes. Ratios hold against the first of each part.",
        FRAME.len()
    );
    for contest in contests() {
        println!(
            "\n{:<46} {:>8} {:>7} {:>12}",
            contest.title, "ns", "ratio", "allocations"
        );
        let times = times(&contest);
        for (entry, time) in contest.entries.iter().zip(&times) {
            (entry.run)(); // What is made once is made now.
            let counted = allocation_counter::measure(|| (entry.run)());
            let ratio = time.as_secs_f64() / times[0].as_secs_f64();
            println!(
                "  {:<44} {:>8} {ratio:>7.2} {:>12}",
                entry.name,
                time.as_nanos(),
                counted.count_total
            );
        }
    }
    println!();
}

fn measure(criterion: &mut Criterion) {
    for contest in contests() {
        let mut group = criterion.benchmark_group(contest.title);
        group.throughput(Throughput::Bytes(
            u64::try_from(FRAME.len()).unwrap_or_default(),
        ));
        for entry in &contest.entries {
            group.bench_function(entry.name, |bencher| bencher.iter(|| (entry.run)()));
        }
        group.finish();
    }
}

criterion_group!(benches, measure);

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        table();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
