//! `arcp bench`: how fast this runtime is, against what the socket alone can do, measured in the same minutes on the same machine.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum as _};
use url::Url;

use crate::fault::Fault;
use crate::value::whole;

pub(crate) mod agents;
pub(crate) mod limit;
mod rows;
mod session;
mod socket;
mod table;
mod target;

use rows::{Figures, LINES, Row};
use table::{Measured, Sample};
use target::{Folder, Jobs, Target};

const ROWS: &str = "\
Rows:
  E   One job emits --events small events (about 270 bytes on the wire) as fast as it can, store in memory;
      the driver counts them and checks that event_seq has no gap. The limit is a bare tokio-tungstenite
      server that encodes the same bytes and flushes each frame. A second line tells the same server
      with 64 frames to a flush: the driver is no limit below that.
  Ed  The same with the SQLite store, against row E.
  S   --submits times submit, accepted, result of an agent that does nothing; against one WebSocket echo.
  C   1,000 jobs of 10 events each, submitted at once on one session.
  N   --sessions idle sessions: resident memory of each and handshakes a second; against idle WebSocket
      connections with a read buffer of 4 KiB. Linux only.
  R   Resume from 0 after --events events were buffered, against row E. A missing event is an error.
  Rx  Cut after 1,000 of 5,000 events while the job runs, resume, count what is missing.
  F   One job's 10,000 events to 100 subscribers, against row E for each delivered event.
  H   A result of 100 MiB in chunks of 64 KiB, against the same frames from the bare server.

Every runtime and the bare server run in processes of their own; limit and runtime take turns, and a ratio
is the median of the ratios of each turn. Absolute figures drift with the machine; ratios say something.

Examples:
  arcp bench E Ed S N
  arcp bench --runs 3 --json
  arcp bench E S --peer-url ws://127.0.0.1:9000/arcp --peer-token t --peer-agent 'emit=probe:{\"n\":{n}}'";

/// Measure the runtime over real sockets, and what the sockets alone can do.
#[derive(Debug, Args)]
#[command(after_help = ROWS)]
pub(crate) struct Bench {
    /// Which rows; E, Ed, S and N unless given.
    #[arg(value_enum, ignore_case = true)]
    rows: Vec<Row>,
    /// How often each is measured; the median counts.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = whole::<u32>(1..=1000))]
    runs: u32,
    #[command(flatten)]
    counts: Counts,
    /// What the SQLite store of row Ed survives: process or power.
    #[arg(long, default_value = "power", value_name = "WHAT")]
    durability: String,
    /// The folder for SQLite files; the folder for temporary files unless given.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Another runtime to measure beside this one.
    #[arg(long, value_name = "URL")]
    peer_url: Option<Url>,
    /// The bearer token for it.
    #[arg(
        long,
        value_name = "TOKEN",
        default_value = "",
        requires = "peer_url",
        hide_default_value = true
    )]
    peer_token: String,
    /// What to submit to it: emit, noop or chunks. Can be given several times.
    #[arg(long, value_name = "ROLE=AGENT:INPUT", requires = "peer_url")]
    peer_agent: Vec<String>,
    /// Its process id, for rows that read memory.
    #[arg(long, value_name = "PID", requires = "peer_url")]
    peer_pid: Option<u32>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// How much of everything.
#[derive(Clone, Debug, Args)]
pub(crate) struct Counts {
    /// Events of rows E, Ed and R.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = whole::<u64>(1..=100_000_000))]
    pub(crate) events: u64,
    /// Sessions of row N.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = whole::<u64>(1..=60_000))]
    pub(crate) sessions: u64,
    /// Submits of row S.
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = whole::<u64>(1..=10_000_000))]
    pub(crate) submits: u64,
}

/// The processes that are measured, started when first needed.
#[derive(Debug, Default)]
struct Stage {
    bare: Option<Target>,
    memory: Option<Target>,
    durable: Option<Target>,
    peer: Option<Target>,
    folder: Option<Folder>,
}

impl Bench {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        if cfg!(debug_assertions) {
            // A benchmark of a debug build misleads; it still runs, for those who work on the benchmark.
            let _ = writeln!(
                std::io::stderr(),
                "arcp: this is a debug build; build with --release before you believe a figure"
            );
        }
        let mut rows = self.rows.clone();
        if rows.is_empty() {
            rows = vec![Row::E, Row::Ed, Row::S, Row::N];
        }
        if rows.contains(&Row::N) {
            target::enough_handles(self.counts.sessions + 100)?;
        }
        let mut stage = Stage {
            peer: self.peer()?,
            ..Stage::default()
        };
        let mut lines: Vec<Measured> = LINES
            .iter()
            .filter(|line| rows.contains(&line.row))
            .map(|line| Measured {
                line: *line,
                samples: Vec::new(),
            })
            .collect();
        for _ in 0..self.runs {
            for &row in Row::value_variants() {
                if rows.contains(&row) {
                    let samples = self.measure(row, &mut stage)?;
                    let places = lines.iter_mut().filter(|measured| measured.line.row == row);
                    for (measured, sample) in places.zip(samples) {
                        measured.samples.push(sample);
                    }
                }
            }
        }
        self.print(&lines)
    }

    fn peer(&self) -> Result<Option<Target>, Fault> {
        let Some(url) = &self.peer_url else {
            return Ok(None);
        };
        let mut jobs = Jobs::default();
        for text in &self.peer_agent {
            jobs.set(text)?;
        }
        Ok(Some(Target::other(
            url.clone(),
            self.peer_token.clone(),
            jobs,
            self.peer_pid,
        )))
    }

    /// Measures a row once: the reference, then this runtime, then the peer.
    fn measure(&self, row: Row, stage: &mut Stage) -> Result<Vec<Sample>, Fault> {
        let (reference, here) = match row {
            // Memory that was given back is not asked for again, so each measurement has processes of its own.
            Row::N => (
                rows::limit(row, &Target::bare()?, &self.counts)?,
                rows::runtime(row, &Target::start("memory", &[])?, &self.counts)?,
            ),
            // Its memory is told, so nothing else may have grown before.
            Row::H => (
                rows::limit(row, stage.bare()?, &self.counts)?,
                rows::runtime(row, &Target::start("memory", &[])?, &self.counts)?,
            ),
            Row::Ed | Row::R | Row::F => {
                let memory = stage.memory(&self.counts)?;
                let reference = rows::runtime(Row::E, memory, &self.counts)?;
                let target = if row == Row::Ed {
                    stage.durable(self)?
                } else {
                    memory
                };
                (reference, rows::runtime(row, target, &self.counts)?)
            }
            _ => {
                let reference = rows::limit(row, stage.bare()?, &self.counts)?;
                let here = rows::runtime(row, stage.memory(&self.counts)?, &self.counts)?;
                (reference, here)
            }
        };
        let peer: Figures = match &stage.peer {
            Some(peer) => rows::runtime(row, peer, &self.counts)?,
            None => Vec::new(),
        };
        let at = |figures: &Figures, place: usize| figures.get(place).copied().flatten();
        let count = reference.len().max(here.len());
        Ok((0..count)
            .map(|place| Sample {
                reference: at(&reference, place),
                here: at(&here, place),
                peer: at(&peer, place),
            })
            .collect())
    }

    fn print(&self, lines: &[Measured]) -> Result<(), Fault> {
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        let load = load
            .as_deref()
            .map(|load| load.split(' ').take(3).collect::<Vec<_>>().join(" "));
        let text = if self.json {
            let runs = usize::try_from(self.runs).unwrap_or_default();
            format!("{}\n", table::json(lines, runs, load.as_deref()))
        } else {
            format!(
                "{}\nmedians of {}, load average {}\n",
                table::text(lines, self.peer_url.is_some()),
                self.runs,
                load.as_deref().unwrap_or("unknown")
            )
        };
        std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| Fault::output(&error))
    }
}

impl Stage {
    fn bare(&mut self) -> Result<&Target, Fault> {
        kept(&mut self.bare, Target::bare)
    }

    fn memory(&mut self, counts: &Counts) -> Result<&Target, Fault> {
        // Row R wants all of its events buffered.
        let events = (counts.events + 1000).to_string();
        kept(&mut self.memory, || {
            Target::start(
                "memory",
                &[
                    "--event-buffer",
                    &events,
                    "--event-buffer-bytes",
                    "1000000000",
                ],
            )
        })
    }

    fn durable(&mut self, bench: &Bench) -> Result<&Target, Fault> {
        if self.folder.is_none() {
            let parent = bench.dir.clone().unwrap_or_else(std::env::temp_dir);
            self.folder = Some(Folder::new(&parent)?);
        }
        let store = self
            .folder
            .as_ref()
            .map(|folder| folder.store("bench.db"))
            .unwrap_or_default();
        kept(&mut self.durable, || {
            Target::start(&store, &["--durability", &bench.durability])
        })
    }
}

fn kept(
    place: &mut Option<Target>,
    start: impl FnOnce() -> Result<Target, Fault>,
) -> Result<&Target, Fault> {
    match place {
        Some(target) => Ok(target),
        None => Ok(place.insert(start()?)),
    }
}
