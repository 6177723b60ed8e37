//! The snapshot as text that Prometheus and its kin read: exposition format 0.0.4, which needs no library.
//!
//! Names follow Prometheus' own rules: base units, `_total` for what only rises.

use std::fmt::{self, Display, Write};

use super::{Histogram, RuntimeMetrics};

impl RuntimeMetrics {
    /// The `Content-Type` of [`to_prometheus`](Self::to_prometheus).
    pub const PROMETHEUS_CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// The snapshot in the text format of Prometheus, all names with `arcp_` in front.
    pub fn to_prometheus(&self) -> String {
        let mut page = Page(String::with_capacity(8 * 1024));
        // A String takes whatever is written to it.
        let _ = self.write(&mut page);
        page.0
    }

    fn write(&self, page: &mut Page) -> fmt::Result {
        self.write_core(page)?;
        self.write_agents(page)?;
        self.write_wire(page)?;
        self.write_rest(page)
    }

    fn write_core(&self, page: &mut Page) -> fmt::Result {
        let core = &self.core;
        page.gauge(
            "arcp_draining",
            "1 while no new session and no new job is taken.",
            u8::from(core.draining),
        )?;
        page.family(
            "arcp_sessions",
            Kind::Gauge,
            "Sessions, attached to a connection or waiting for a resume.",
        )?;
        let detached = core.sessions_known.saturating_sub(core.sessions_attached);
        page.sample(
            "arcp_sessions",
            &[("state", "attached")],
            core.sessions_attached,
        )?;
        page.sample("arcp_sessions", &[("state", "detached")], detached)?;
        page.counter(
            "arcp_sessions_opened_total",
            "Sessions that were opened.",
            core.sessions_opened,
        )?;
        page.counter(
            "arcp_sessions_resumed_total",
            "Resumes that were granted.",
            core.sessions_resumed,
        )?;
        page.family(
            "arcp_jobs",
            Kind::Gauge,
            "Jobs that have not ended, by status.",
        )?;
        page.sample("arcp_jobs", &[("status", "pending")], core.jobs_pending)?;
        page.sample("arcp_jobs", &[("status", "running")], core.jobs_running)?;
        page.counter(
            "arcp_jobs_accepted_total",
            "Jobs that were accepted, delegated ones included.",
            core.jobs_accepted,
        )?;
        page.counter(
            "arcp_jobs_refused_total",
            "Submissions that were refused.",
            core.jobs_refused,
        )?;
        page.family(
            "arcp_jobs_ended_total",
            Kind::Counter,
            "Jobs that have ended, by final status.",
        )?;
        for (status, count) in core.jobs_ended.by_status() {
            page.sample("arcp_jobs_ended_total", &[("status", status)], count)?;
        }
        page.counter(
            "arcp_events_appended_total",
            "Entries appended to the logs of jobs.",
            core.events_appended,
        )?;
        page.gauge(
            "arcp_credentials_out",
            "Credentials that were asked for and are not known to be revoked.",
            core.credentials_owed,
        )
    }

    fn write_agents(&self, page: &mut Page) -> fmt::Result {
        page.family(
            "arcp_agent_jobs_accepted_total",
            Kind::Counter,
            "Jobs that were accepted, by agent.",
        )?;
        for (agent, tally) in &self.agents {
            let labels = [("agent", agent.as_str())];
            page.sample("arcp_agent_jobs_accepted_total", &labels, tally.accepted)?;
        }
        page.family(
            "arcp_agent_jobs_ended_total",
            Kind::Counter,
            "Jobs that have ended, by agent and final status.",
        )?;
        for (agent, tally) in &self.agents {
            for (status, count) in tally.ended.by_status() {
                let labels = [("agent", agent.as_str()), ("status", status)];
                page.sample("arcp_agent_jobs_ended_total", &labels, count)?;
            }
        }
        Ok(())
    }

    fn write_wire(&self, page: &mut Page) -> fmt::Result {
        let wire = &self.wire;
        page.gauge("arcp_connections", "Connections now.", wire.connections)?;
        let counters = [
            (
                "arcp_connections_served_total",
                "Connections that were served.",
                wire.connections_served,
            ),
            (
                "arcp_connections_dropped_total",
                "Connections that were dropped because there were too many.",
                wire.connections_dropped,
            ),
            (
                "arcp_greetings_refused_total",
                "First frames that were answered with a refusal.",
                wire.greetings_refused,
            ),
            (
                "arcp_logins_refused_total",
                "First frames whose sender could not be recognised.",
                wire.logins_refused,
            ),
            (
                "arcp_frames_received_total",
                "Frames that arrived.",
                wire.frames_received,
            ),
            (
                "arcp_frames_received_bytes_total",
                "Bytes of frames that arrived.",
                wire.bytes_received,
            ),
            (
                "arcp_frames_bad_total",
                "Frames that were refused as such.",
                wire.frames_bad,
            ),
            (
                "arcp_frames_sent_total",
                "Frames that were sent.",
                wire.frames_sent,
            ),
            (
                "arcp_frames_sent_bytes_total",
                "Bytes of frames that were sent.",
                wire.bytes_sent,
            ),
            (
                "arcp_events_replayed_total",
                "Events that were read back from the store for a connection.",
                wire.events_replayed,
            ),
        ];
        for (name, help, value) in counters {
            page.counter(name, help, value)?;
        }
        Ok(())
    }

    fn write_rest(&self, page: &mut Page) -> fmt::Result {
        let store = &self.store;
        page.counter(
            "arcp_store_records_total",
            "Records that were committed.",
            store.records,
        )?;
        page.histogram(
            "arcp_store_commit_seconds",
            "How long each commit took.",
            &store.commits,
        )?;
        page.counter(
            "arcp_store_commit_failures_total",
            "Tries to commit that failed.",
            store.failures,
        )?;
        page.gauge(
            "arcp_store_failing",
            "1 when the last try to commit failed.",
            u8::from(store.failing),
        )?;
        page.family(
            "arcp_operations_refused_total",
            Kind::Counter,
            "Operations of jobs that were refused, by code.",
        )?;
        let refusals = &self.refusals;
        for (code, count) in [
            ("PERMISSION_DENIED", refusals.permission_denied),
            ("LEASE_EXPIRED", refusals.lease_expired),
            ("BUDGET_EXHAUSTED", refusals.budget_exhausted),
        ] {
            page.sample("arcp_operations_refused_total", &[("code", code)], count)?;
        }
        let queue = &self.queue;
        page.family(
            "arcp_queue_depth",
            Kind::Gauge,
            "What waits for the dispatcher, by lane.",
        )?;
        page.sample("arcp_queue_depth", &[("lane", "requests")], queue.requests)?;
        page.sample("arcp_queue_depth", &[("lane", "events")], queue.events)?;
        page.gauge(
            "arcp_queue_capacity",
            "How much may wait in each lane.",
            queue.capacity,
        )
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// The text as it grows.
#[derive(Debug)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: Kind, help: &str) -> fmt::Result {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}")
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) -> fmt::Result {
        self.family(name, Kind::Counter, help)?;
        self.sample(name, &[], value)
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) -> fmt::Result {
        self.family(name, Kind::Gauge, help)?;
        self.sample(name, &[], value)
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) -> fmt::Result {
        self.family(name, Kind::Histogram, help)?;
        let bucket = format!("{name}_bucket");
        for (bound, count) in histogram.cumulative() {
            let bound = bound.map_or("+Inf".to_owned(), |bound| bound.as_secs_f64().to_string());
            self.sample(&bucket, &[("le", &bound)], count)?;
        }
        let sum = histogram.sum().as_secs_f64();
        self.sample(&format!("{name}_sum"), &[], sum)?;
        self.sample(&format!("{name}_count"), &[], histogram.count())
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) -> fmt::Result {
        self.0.push_str(name);
        let mut before = '{';
        for (label, text) in labels {
            self.0.push(before);
            write!(self.0, "{label}=\"{}\"", Escaped(text))?;
            before = ',';
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        writeln!(self.0, " {value}")
    }
}

/// The value of a label: a backslash, a quote and a line's end stand for themselves only with a backslash.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn labels_are_escaped_and_joined() {
        let mut page = Page(String::new());
        page.sample("a_total", &[("x", "q\"b\\n\nü"), ("y", "")], 7)
            .unwrap();
        page.gauge("b", "What it is.", 1.5).unwrap();
        assert_eq!(
            page.0,
            "a_total{x=\"q\\\"b\\\\n\\nü\",y=\"\"} 7\n# HELP b What it is.\n# TYPE b gauge\nb 1.5\n"
        );
    }

    #[test]
    fn a_histogram_has_rising_buckets_in_seconds_a_sum_and_a_count() {
        let mut histogram = Histogram::default();
        histogram.record(Duration::from_micros(250));
        histogram.record(Duration::from_mins(1));
        let mut page = Page(String::new());
        page.histogram("t_seconds", "Time.", &histogram).unwrap();
        let lines: Vec<&str> = page.0.lines().collect();
        assert_eq!(lines[1], "# TYPE t_seconds histogram");
        assert_eq!(lines[2], "t_seconds_bucket{le=\"0.0001\"} 0");
        assert_eq!(lines[3], "t_seconds_bucket{le=\"0.00025\"} 1");
        assert_eq!(lines[16], "t_seconds_bucket{le=\"5\"} 1");
        assert_eq!(lines[17], "t_seconds_bucket{le=\"+Inf\"} 2");
        assert_eq!(lines[18], "t_seconds_sum 60.00025");
        assert_eq!(lines[19], "t_seconds_count 2");
    }
}
