//! A runtime's numbers as OpenTelemetry's instruments. They are read from [`Runtime::metrics`] whenever somebody collects.
//!
//! | instrument | unit | by |
//! |---|---|---|
//! | `arcp.sessions` | `{session}` | `arcp.session.state`: `attached`, `detached` |
//! | `arcp.session.opened`, `arcp.session.resumed` | `{session}` | |
//! | `arcp.jobs` | `{job}` | `arcp.job.status`: `pending`, `running` |
//! | `arcp.job.accepted` | `{job}` | `arcp.agent` |
//! | `arcp.job.ended` | `{job}` | `arcp.agent` (none for jobs of the process before), `arcp.final_status` |
//! | `arcp.job.refused` | `{job}` | |
//! | `arcp.operation.refused` | `{operation}` | `error.type` |
//! | `arcp.event.appended`, `arcp.event.replayed` | `{event}` | |
//! | `arcp.credentials` | `{credential}` | |
//! | `arcp.connections` | `{connection}` | |
//! | `arcp.connection.served`, `arcp.connection.dropped` | `{connection}` | |
//! | `arcp.greeting.refused`, `arcp.login.refused` | `{greeting}` | |
//! | `arcp.frames` | `{frame}` | `network.io.direction`: `receive`, `transmit` |
//! | `arcp.io` | `By` | `network.io.direction` |
//! | `arcp.frame.refused` | `{frame}` | |
//! | `arcp.store.records` | `{record}` | |
//! | `arcp.store.commits`, `arcp.store.failures` | `{commit}` | |
//! | `arcp.store.commit.time` | `s` | |
//! | `arcp.queue.size` | `{input}` | `arcp.queue.lane`: `requests`, `events` |
//!
//! `arcp.sessions`, `arcp.jobs`, `arcp.credentials`, `arcp.connections` and `arcp.queue.size` say how many there are; the others only rise.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

use crate::server::{Runtime, RuntimeMetrics};

const AGENT: &str = "arcp.agent";
const FINAL_STATUS: &str = "arcp.final_status";
const DIRECTION: &str = "network.io.direction";

/// Makes the instruments, which live as long as the meter's provider.
pub(super) fn register(meter: &Meter, runtime: &Runtime) {
    let book = Book { meter, runtime };
    book.sessions();
    book.jobs();
    book.wire();
    book.rest();
}

/// Takes the numbers of one instrument.
type Observe<'a, N> = &'a mut dyn FnMut(N, &[KeyValue]);

struct Book<'a> {
    meter: &'a Meter,
    runtime: &'a Runtime,
}

impl Book<'_> {
    /// Something that only rises.
    fn rising(
        &self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        read: impl Fn(&RuntimeMetrics, Observe<'_, u64>) + Send + Sync + 'static,
    ) {
        let runtime = self.runtime.clone();
        self.meter
            .u64_observable_counter(name)
            .with_unit(unit)
            .with_description(what)
            .with_callback(move |observer| {
                read(&runtime.metrics(), &mut |number, by| {
                    observer.observe(number, by);
                });
            })
            .build();
    }

    /// Something that there is more or less of.
    fn level(
        &self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        read: impl Fn(&RuntimeMetrics, Observe<'_, usize>) + Send + Sync + 'static,
    ) {
        let runtime = self.runtime.clone();
        self.meter
            .i64_observable_up_down_counter(name)
            .with_unit(unit)
            .with_description(what)
            .with_callback(move |observer| {
                read(&runtime.metrics(), &mut |number, by| {
                    observer.observe(i64::try_from(number).unwrap_or(i64::MAX), by);
                });
            })
            .build();
    }

    /// Something that only rises and is one number.
    fn total(
        &self,
        name: &'static str,
        unit: &'static str,
        what: &'static str,
        read: fn(&RuntimeMetrics) -> u64,
    ) {
        self.rising(name, unit, what, move |now, observe| {
            observe(read(now), &[]);
        });
    }

    fn sessions(&self) {
        let unit = "{session}";
        self.level(
            "arcp.sessions",
            unit,
            "Sessions that are known.",
            |now, observe| {
                let state = |state| [KeyValue::new("arcp.session.state", state)];
                let (known, attached) = (now.core.sessions_known, now.core.sessions_attached);
                observe(attached, &state("attached"));
                observe(known.saturating_sub(attached), &state("detached"));
            },
        );
        self.total(
            "arcp.session.opened",
            unit,
            "Sessions that were opened.",
            |now| now.core.sessions_opened,
        );
        self.total(
            "arcp.session.resumed",
            unit,
            "Resumes that were granted.",
            |now| now.core.sessions_resumed,
        );
    }

    fn jobs(&self) {
        let unit = "{job}";
        self.level(
            "arcp.jobs",
            unit,
            "Jobs that have not ended.",
            |now, observe| {
                let status = |status| [KeyValue::new("arcp.job.status", status)];
                let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
                observe(count(now.core.jobs_pending), &status("pending"));
                observe(count(now.core.jobs_running), &status("running"));
            },
        );
        self.rising(
            "arcp.job.accepted",
            unit,
            "Jobs that were accepted, delegated ones included.",
            |now, observe| {
                for (agent, tally) in &now.agents {
                    observe(tally.accepted, &[KeyValue::new(AGENT, agent.clone())]);
                }
            },
        );
        self.rising("arcp.job.ended", unit, "Jobs that have ended.", ended);
        self.total(
            "arcp.job.refused",
            unit,
            "Submissions that were refused.",
            |now| now.core.jobs_refused,
        );
        self.rising(
            "arcp.operation.refused",
            "{operation}",
            "Operations that were refused because of a job's lease.",
            |now, observe| {
                let refused = &now.refusals;
                for (code, number) in [
                    ("PERMISSION_DENIED", refused.permission_denied),
                    ("LEASE_EXPIRED", refused.lease_expired),
                    ("BUDGET_EXHAUSTED", refused.budget_exhausted),
                ] {
                    observe(number, &[KeyValue::new("error.type", code)]);
                }
            },
        );
    }

    fn wire(&self) {
        let unit = "{connection}";
        self.level("arcp.connections", unit, "Connections.", |now, observe| {
            observe(now.wire.connections, &[]);
        });
        self.total(
            "arcp.connection.served",
            unit,
            "Connections that were served.",
            |now| now.wire.connections_served,
        );
        self.total(
            "arcp.connection.dropped",
            unit,
            "Connections that were dropped because there were too many.",
            |now| now.wire.connections_dropped,
        );
        self.total(
            "arcp.greeting.refused",
            "{greeting}",
            "First frames that were answered with a refusal.",
            |now| now.wire.greetings_refused,
        );
        self.total(
            "arcp.login.refused",
            "{greeting}",
            "First frames whose sender could not be recognised.",
            |now| now.wire.logins_refused,
        );
        self.rising("arcp.frames", "{frame}", "Frames.", |now, observe| {
            both_ways(now.wire.frames_received, now.wire.frames_sent, observe);
        });
        self.rising("arcp.io", "By", "Bytes of frames.", |now, observe| {
            both_ways(now.wire.bytes_received, now.wire.bytes_sent, observe);
        });
        self.total(
            "arcp.frame.refused",
            "{frame}",
            "Frames that were refused as such.",
            |now| now.wire.frames_bad,
        );
    }

    fn rest(&self) {
        self.total(
            "arcp.event.appended",
            "{event}",
            "Entries of jobs' logs.",
            |now| now.core.events_appended,
        );
        self.total(
            "arcp.event.replayed",
            "{event}",
            "Events that were read back from the store for a connection.",
            |now| now.wire.events_replayed,
        );
        self.level(
            "arcp.credentials",
            "{credential}",
            "Credentials that were asked for and are not known to be revoked.",
            |now, observe| observe(now.core.credentials_owed, &[]),
        );
        self.total(
            "arcp.store.records",
            "{record}",
            "Records that were committed.",
            |now| now.store.records,
        );
        self.total("arcp.store.commits", "{commit}", "Commits.", |now| {
            now.store.commits.count()
        });
        self.total(
            "arcp.store.failures",
            "{commit}",
            "Tries to commit that failed.",
            |now| now.store.failures,
        );
        let runtime = self.runtime.clone();
        self.meter
            .f64_observable_counter("arcp.store.commit.time")
            .with_unit("s")
            .with_description("How long all commits took together.")
            .with_callback(move |observer| {
                observer.observe(runtime.metrics().store.commits.sum().as_secs_f64(), &[]);
            })
            .build();
        self.level(
            "arcp.queue.size",
            "{input}",
            "What waits for the dispatcher.",
            |now, observe| {
                let lane = |lane| [KeyValue::new("arcp.queue.lane", lane)];
                observe(now.queue.requests, &lane("requests"));
                observe(now.queue.events, &lane("events"));
            },
        );
    }
}

/// Jobs by agent and final status. What the process before had left running is nobody's of this one.
fn ended(now: &RuntimeMetrics, observe: Observe<'_, u64>) {
    let mut of_agents = [0; 4];
    for (agent, tally) in &now.agents {
        for (sum, (status, number)) in of_agents.iter_mut().zip(tally.ended.by_status()) {
            *sum += number;
            let by = [
                KeyValue::new(AGENT, agent.clone()),
                KeyValue::new(FINAL_STATUS, status),
            ];
            observe(number, &by);
        }
    }
    for (of_agents, (status, number)) in of_agents.iter().zip(now.core.jobs_ended.by_status()) {
        let left = number.saturating_sub(*of_agents);
        if left > 0 {
            observe(left, &[KeyValue::new(FINAL_STATUS, status)]);
        }
    }
}

fn both_ways(received: u64, sent: u64, observe: Observe<'_, u64>) {
    observe(received, &[KeyValue::new(DIRECTION, "receive")]);
    observe(sent, &[KeyValue::new(DIRECTION, "transmit")]);
}
