//! The rows: what each measures, against what, and how. One call measures once.

#![expect(
    clippy::cast_precision_loss,
    reason = "figures of a benchmark are rounded anyway"
)]

use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde_json::json;

use super::Counts;
use super::agents::CHUNK;
use super::session::{Kind, Session};
use super::socket::Socket;
use super::target::Target;
use crate::fault::{Fault, Trouble};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Row {
    /// One job emits small events as fast as it can; the store is memory.
    #[value(name = "E")]
    E,
    /// The same with the SQLite store.
    #[value(name = "Ed")]
    Ed,
    /// Submit, accepted and result of a job that does nothing, one after the other.
    #[value(name = "S")]
    S,
    /// 1,000 jobs of 10 events each, submitted at once on one session.
    #[value(name = "C")]
    C,
    /// Idle sessions.
    #[value(name = "N")]
    N,
    /// Resume after all events of a job were buffered.
    #[value(name = "R")]
    R,
    /// Cut after 1,000 of 5,000 events while the job runs, then resume.
    #[value(name = "Rx")]
    Rx,
    /// One job's events to 100 subscribers.
    #[value(name = "F")]
    F,
    /// A result of 100 MiB in chunks of 64 KiB.
    #[value(name = "H")]
    H,
}

/// What a row is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// At least so much of the reference.
    AtLeast(f64),
    /// At most so many times the reference.
    AtMost(f64),
    /// No more than this.
    Within(f64),
    /// It is only told.
    Told,
}

/// One figure of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) row: Row,
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    /// What the reference is.
    pub(crate) against: &'static str,
    pub(crate) goal: Goal,
}

const SOCKET: &str = "raw socket";
const E_HERE: &str = "row E";

/// All figures, in the order in which they are measured and shown.
pub(crate) const LINES: [Line; 14] = [
    line(Row::E, "events", "events/s", SOCKET, Goal::AtLeast(0.8)),
    line(
        Row::E,
        "raw socket, 64 frames to a flush",
        "events/s",
        "",
        Goal::Told,
    ),
    line(
        Row::Ed,
        "events, durable",
        "events/s",
        E_HERE,
        Goal::AtLeast(0.4),
    ),
    line(
        Row::S,
        "submit to result, p50",
        "µs",
        "socket echo",
        Goal::AtMost(3.0),
    ),
    line(
        Row::S,
        "submit to result, p99",
        "µs",
        "socket echo",
        Goal::AtMost(10.0),
    ),
    line(Row::C, "jobs of 10 events", "jobs/s", "", Goal::Told),
    line(
        Row::N,
        "memory of an idle session",
        "KiB",
        SOCKET,
        Goal::AtMost(1.3),
    ),
    line(Row::N, "handshakes", "1/s", SOCKET, Goal::Told),
    line(
        Row::R,
        "events replayed",
        "events/s",
        E_HERE,
        Goal::AtLeast(0.8),
    ),
    line(
        Row::Rx,
        "events missing after a cut",
        "events",
        "",
        Goal::Within(0.0),
    ),
    line(
        Row::F,
        "deliveries to 100 subscribers",
        "events/s",
        E_HERE,
        Goal::AtLeast(0.7),
    ),
    line(
        Row::H,
        "result of 100 MiB",
        "MB/s",
        SOCKET,
        Goal::AtLeast(0.7),
    ),
    // A third of the result: whoever kept it whole would take three times as much.
    line(Row::H, "memory it takes", "MiB", "", Goal::Within(32.0)),
    line(Row::N, "sessions held", "sessions", "", Goal::Told),
];

const fn line(
    row: Row,
    what: &'static str,
    unit: &'static str,
    against: &'static str,
    goal: Goal,
) -> Line {
    Line {
        row,
        what,
        unit,
        against,
        goal,
    }
}

/// The figures of one row, in the order of its lines.
pub(crate) type Figures = Vec<Option<f64>>;

/// Chunks of row H.
const CHUNKS: u64 = 1600;
/// Jobs of row C, and events of each.
const JOBS: (u64, u64) = (1000, 10);
/// Events of row Rx, and where it is cut.
const CUT: (u64, u64) = (5000, 1000);
/// Subscribers of row F.
const SUBSCRIBERS: usize = 100;

/// What the raw socket does of a row's work.
pub(crate) fn limit(row: Row, target: &Target, counts: &Counts) -> Result<Figures, Fault> {
    let one = |figure| Ok(vec![Some(figure)]);
    match row {
        Row::E => Ok(vec![
            Some(frames(target, "flood", counts.events)?),
            Some(frames(target, "batch", counts.events)?),
        ]),
        Row::S => {
            let mut socket = Socket::connect(&target.url, false)?;
            let times = (0..counts.submits)
                .map(|number| {
                    let start = Instant::now();
                    socket.send(&format!("echo-{number}"))?;
                    socket.read()?;
                    Ok(start.elapsed())
                })
                .collect::<Result<Vec<_>, Fault>>()?;
            Ok(percentiles(times))
        }
        Row::N => idle(target, counts.sessions, |target| {
            Socket::connect(&target.url, true)
        }),
        Row::H => one(frames(target, "bulk", CHUNKS)? * megabytes(CHUNK)),
        Row::Ed | Row::C | Row::R | Row::Rx | Row::F => Ok(Vec::new()),
    }
}

/// What a runtime does.
pub(crate) fn runtime(row: Row, target: &Target, counts: &Counts) -> Result<Figures, Fault> {
    match row {
        Row::E | Row::Ed => events(target, counts.events),
        Row::S => submits(target, counts.submits),
        Row::C => many_jobs(target),
        Row::N => idle(target, counts.sessions, |target| {
            Session::open(target, true)
        }),
        Row::R => replay(target, counts.events),
        Row::Rx => cut(target),
        Row::F => fan_out(target),
        Row::H => chunks(target),
    }
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn rate(count: u64, start: Instant) -> f64 {
    count as f64 / start.elapsed().as_secs_f64()
}

fn frames(target: &Target, command: &str, count: u64) -> Result<f64, Fault> {
    let mut socket = Socket::connect(&target.url, false)?;
    let mut scan = super::session::Scan::default();
    let start = Instant::now();
    socket.send(&format!("{command} {count}"))?;
    for expected in 1..=count {
        let frame = socket.read()?;
        // As much work as the driver has with a runtime.
        if scan.kind(frame)? != Kind::Event || scan.seq(frame) != Some(expected) {
            return Err(super::socket::lost("the bare server sent something else"));
        }
    }
    Ok(rate(count, start))
}

fn events(target: &Target, count: u64) -> Result<Figures, Fault> {
    let mut session = Session::open(target, false)?;
    let start = Instant::now();
    session.submit(&target.emit(count))?;
    let events = session.until_result()?;
    let rate = rate(count, start);
    if events < count {
        return Err(Fault::new(
            Trouble::Failed,
            format!(
                "the job was to emit {count} events and emitted {events}; mend the input of --peer-agent emit"
            ),
        ));
    }
    Ok(vec![Some(rate)])
}

fn submits(target: &Target, count: u64) -> Result<Figures, Fault> {
    let mut session = Session::open(target, false)?;
    let job = target.noop();
    let times = (0..count)
        .map(|_| {
            let start = Instant::now();
            session.submit(&job)?;
            session.until_result()?;
            Ok(start.elapsed())
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    Ok(percentiles(times))
}

/// p50 and p99 in microseconds.
fn percentiles(mut times: Vec<Duration>) -> Figures {
    times.sort_unstable();
    let at = |share: usize| {
        let place = times.len() * share / 100;
        times
            .get(place.min(times.len().saturating_sub(1)))
            .map(|time| time.as_secs_f64() * 1e6)
    };
    vec![at(50), at(99)]
}

fn many_jobs(target: &Target) -> Result<Figures, Fault> {
    let (jobs, each) = JOBS;
    let mut session = Session::open(target, false)?;
    let job = target.emit(each);
    for _ in 0..jobs {
        session.queue("job.submit", &job);
    }
    let start = Instant::now();
    session.socket.flush()?;
    for _ in 0..jobs {
        session.until_result()?;
    }
    Ok(vec![Some(rate(jobs, start))])
}

/// Memory of a session, handshakes a second, and how many sessions there were.
fn idle<S>(
    target: &Target,
    count: u64,
    open: impl Fn(&Target) -> Result<S, Fault>,
) -> Result<Figures, Fault> {
    // What the first connections allocate once for all is not counted.
    let warm = (0..8)
        .map(|_| open(target))
        .collect::<Result<Vec<_>, Fault>>()?;
    let before = settled(target)?;
    let start = Instant::now();
    let held = (0..count)
        .map(|_| open(target))
        .collect::<Result<Vec<_>, Fault>>()?;
    let handshakes = rate(count, start);
    let after = settled(target)?;
    let each = after.saturating_sub(before) as f64 / count as f64 / 1024.0;
    drop((warm, held));
    Ok(vec![Some(each), Some(handshakes), Some(count as f64)])
}

/// The memory once it does not change any more.
fn settled(target: &Target) -> Result<u64, Fault> {
    let mut last = target.memory(false)?;
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        let now = target.memory(false)?;
        if now == last {
            break;
        }
        last = now;
    }
    Ok(last)
}

fn replay(target: &Target, count: u64) -> Result<Figures, Fault> {
    let mut session = Session::open(target, false)?;
    session.submit(&target.emit(count))?;
    session.until_result()?;
    let all = session.last;
    let start = Instant::now();
    let mut session = session.resume(target, 0)?;
    session.until_result()?;
    let rate = rate(all, start);
    if session.last != all {
        return Err(Fault::new(
            Trouble::Failed,
            format!("the peer replayed {} of {all} events", session.last),
        ));
    }
    Ok(vec![Some(rate)])
}

fn cut(target: &Target) -> Result<Figures, Fault> {
    let (count, at) = CUT;
    let mut session = Session::open(target, false)?;
    session.submit(&target.emit(count))?;
    while session.last < at {
        session.next()?;
    }
    let mut session = session.resume(target, at)?;
    let (mut missing, mut expected) = (0, at + 1);
    loop {
        let (kind, seq) = session.next_unchecked()?;
        if let Some(seq) = seq {
            missing += seq.saturating_sub(expected);
            expected = seq + 1;
        }
        if kind == Kind::Result {
            return Ok(vec![Some(missing as f64)]);
        }
    }
}

fn fan_out(target: &Target) -> Result<Figures, Fault> {
    let count = 10_000;
    let mut owner = Session::open(target, false)?;
    let mut job = target.emit(count);
    // Time for everybody to subscribe; a runtime whose agent does not wait sends history instead.
    job["input"]["wait_ms"] = json!(1000);
    owner.submit(&job)?;
    let id = loop {
        let (kind, frame) = owner.next()?;
        if kind == Kind::Accepted {
            let frame: serde_json::Value = serde_json::from_slice(frame).unwrap_or_default();
            break frame["payload"]["job_id"].clone();
        }
    };
    let followers = (0..SUBSCRIBERS)
        .map(|_| {
            let mut session = Session::open(target, false)?;
            session.queue(
                "job.subscribe",
                &json!({ "job_id": id, "history": true, "from_event_seq": 0 }),
            );
            session.socket.flush()?;
            Ok(session)
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let threads: Vec<_> = followers
        .into_iter()
        .map(|mut session| {
            std::thread::spawn(move || {
                // The clock starts with the first event, not with the wait before it.
                while session.next()?.0 != Kind::Event {}
                let start = Instant::now();
                session.until_result()?;
                Ok::<_, Fault>((start, Instant::now()))
            })
        })
        .collect();
    owner.until_result()?;
    let (mut first, mut last) = (None::<Instant>, None::<Instant>);
    for thread in threads {
        let (start, end) = thread
            .join()
            .map_err(|_| Fault::machine("a subscriber's thread ended early"))??;
        first = Some(first.map_or(start, |first| first.min(start)));
        last = Some(last.map_or(end, |last| last.max(end)));
    }
    let took = match (first, last) {
        (Some(first), Some(last)) => last.duration_since(first).as_secs_f64(),
        _ => return Ok(vec![None]),
    };
    Ok(vec![Some(count as f64 * SUBSCRIBERS as f64 / took)])
}

fn chunks(target: &Target) -> Result<Figures, Fault> {
    let before = target.memory(true);
    let mut session = Session::open(target, false)?;
    let start = Instant::now();
    session.submit(&target.chunks(CHUNKS))?;
    session.until_result()?;
    let rate = rate(CHUNKS, start) * megabytes(CHUNK);
    let grown = match (before, target.memory(true)) {
        (Ok(before), Ok(after)) => Some(after.saturating_sub(before) as f64 / (1024.0 * 1024.0)),
        _ => None,
    };
    Ok(vec![Some(rate), grown])
}
