//! Which request an answer is for: by `request_id`, then by the answer's own id, then by `trace_id`, then the oldest that fits.
//!
//! Peers differ in what they send back, so each step is a fallback for the one before. A request that is answered is forgotten.

use std::collections::VecDeque;
use std::time::Duration;

use crate::limits::GIVEN_UP_REQUESTS;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `job.submit`
    Submit,
    /// `job.cancel`
    Cancel,
    /// `session.list_jobs`
    ListJobs,
    /// `job.subscribe`
    Subscribe,
}

impl Kind {
    /// The type of the message that asks.
    pub fn message_type(self) -> &'static str {
        match self {
            Self::Submit => "job.submit",
            Self::Cancel => "job.cancel",
            Self::ListJobs => "session.list_jobs",
            Self::Subscribe => "job.subscribe",
        }
    }
}

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<T> {
    /// What was asked for.
    pub kind: Kind,
    /// The id of the frame that asked.
    pub id: String,
    /// Its trace.
    pub trace_id: Option<String>,
    /// The job it was about.
    pub job_id: Option<String>,
    /// Its bytes on the wire.
    pub size: usize,
    /// When it was sent first, in the time in which answers can be heard.
    pub asked_at: Duration,
    /// Who waits for the answer.
    pub ticket: T,
}

/// What an answer says about the request that it answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clues<'a> {
    /// `payload.request_id`
    pub request_id: Option<&'a str>,
    /// The answer's own `id`: some peers repeat the request's.
    pub id: Option<&'a str>,
    /// The answer's `trace_id`.
    pub trace_id: Option<&'a str>,
    /// The job it is about.
    pub job_id: Option<&'a str>,
}

/// All requests without an answer, oldest first.
#[derive(Debug)]
pub struct Waiting<T> {
    requests: VecDeque<Request<T>>,
    /// The ids of requests that were given up over this connection, and the jobs of subscriptions among them: an answer that still comes is nobody else's.
    given_up: VecDeque<(String, Option<String>)>,
    /// Whether an answer said which request it was for.
    named: bool,
    /// Whether one did not, and was given to the oldest that fits.
    guessed: bool,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self {
            requests: VecDeque::new(),
            given_up: VecDeque::new(),
            named: false,
            guessed: false,
        }
    }
}

impl<T> Waiting<T> {
    /// Adds a request. The caller bounds how many there are.
    pub fn add(&mut self, request: Request<T>) {
        self.requests.push_back(request);
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// How many bytes those that wait have.
    pub fn bytes(&self) -> usize {
        self.requests.iter().map(|request| request.size).sum()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Whether one of this kind waits.
    pub fn has(&self, kind: Kind) -> bool {
        self.requests.iter().any(|request| request.kind == kind)
    }

    /// Whether answers can be told apart when several submissions wait: the runtime was seen to name requests, and never seen not to.
    pub fn can_tell(&self) -> bool {
        self.named && !self.guessed
    }

    /// Forgets how answers came: the next ones may be another runtime's.
    pub fn forget_manners(&mut self) {
        (self.named, self.guessed) = (false, false);
    }

    /// When the first of them will have waited for `patience`, in the time in which answers can be heard.
    pub fn overdue_at(&self, patience: Duration) -> Option<Duration> {
        let asked = self.requests.iter().map(|request| request.asked_at);
        asked.min().map(|at| at.saturating_add(patience))
    }

    /// Takes the first that has waited for `patience` at `heard`. Its answer is not waited for any more.
    pub fn give_up(&mut self, heard: Duration, patience: Duration) -> Option<Request<T>> {
        let given_up = self.take(|request| request.asked_at.saturating_add(patience) <= heard)?;
        if self.given_up.len() >= GIVEN_UP_REQUESTS {
            self.given_up.pop_front();
        }
        let of_job = given_up.job_id.clone();
        let of_job = of_job.filter(|_| given_up.kind == Kind::Subscribe);
        self.given_up.push_back((given_up.id.clone(), of_job));
        Some(given_up)
    }

    /// The request of `ticket` was asked again, and the first time was at `asked_at`.
    pub fn was_asked(&mut self, ticket: &T, asked_at: Duration)
    where
        T: PartialEq,
    {
        let mut requests = self.requests.iter_mut();
        if let Some(request) = requests.find(|request| request.ticket == *ticket) {
            request.asked_at = asked_at;
        }
    }

    /// Whether an answer names a request that was given up.
    pub fn is_late(&self, clues: Clues<'_>) -> bool {
        let mut named = [clues.request_id, clues.id].into_iter().flatten();
        named.any(|name| self.given_up.iter().any(|(id, _)| id == name))
    }

    /// Whether a subscription to this job was given up over this connection.
    pub fn gave_up_on(&self, job_id: &str) -> bool {
        let mut jobs = self.given_up.iter().filter_map(|(_, job)| job.as_deref());
        jobs.any(|job| job == job_id)
    }

    /// The connection is gone, and with it every answer that could have come late.
    pub fn forget_given_up(&mut self) {
        self.given_up.clear();
    }

    /// Takes the request that `job.accepted` answers.
    pub fn accepted(&mut self, clues: Clues<'_>) -> Option<Request<T>> {
        if self.is_late(clues) {
            return None;
        }
        self.exact(clues, Some(Kind::Submit))
            .or_else(|| self.by_trace(clues, Kind::Submit))
            .or_else(|| self.unless_named(clues, |request| request.kind == Kind::Submit))
    }

    /// Takes the cancels that `job.cancelled`, or the end of the job, answers.
    pub fn cancelled(&mut self, job_id: &str) -> Vec<Request<T>> {
        let mut taken = Vec::new();
        while let Some(request) = self.take(|request| {
            request.kind == Kind::Cancel && request.job_id.as_deref() == Some(job_id)
        }) {
            taken.push(request);
        }
        taken
    }

    /// Takes the request that a page of jobs answers.
    pub fn listed(&mut self, clues: Clues<'_>) -> Option<Request<T>> {
        self.exact(clues, Some(Kind::ListJobs))
    }

    /// Takes the request that `job.subscribed` answers.
    pub fn subscribed(&mut self, job_id: &str, clues: Clues<'_>) -> Option<Request<T>> {
        if self.is_late(clues) {
            return None;
        }
        self.exact(clues, Some(Kind::Subscribe)).or_else(|| {
            self.unless_named(clues, |request| {
                request.kind == Kind::Subscribe && request.job_id.as_deref() == Some(job_id)
            })
        })
    }

    /// Whether a subscription to this job waits.
    pub fn subscribes(&self, job_id: &str) -> bool {
        self.requests.iter().any(|request| {
            request.kind == Kind::Subscribe && request.job_id.as_deref() == Some(job_id)
        })
    }

    /// Takes the request that an error refuses; `kinds` is what the error's code is usually about, and nothing says nothing.
    pub fn refused(&mut self, clues: Clues<'_>, kinds: &[Kind]) -> Option<Request<T>> {
        if self.is_late(clues) {
            return None;
        }
        self.exact(clues, None)
            .or_else(|| {
                let job_id = clues.job_id?;
                self.take(|request| request.job_id.as_deref() == Some(job_id))
            })
            .or_else(|| self.by_trace(clues, Kind::Submit))
            .or_else(|| {
                self.unless_named(clues, |request| {
                    kinds.is_empty() || kinds.contains(&request.kind)
                })
            })
    }

    /// Takes the request that an answer names, if it names one.
    pub fn named(&mut self, clues: Clues<'_>) -> Option<Request<T>> {
        self.exact(clues, None)
    }

    /// Takes the submit that an error about an unknown job, or about no job, refuses.
    pub fn submit_refused(&mut self, clues: Clues<'_>) -> Option<Request<T>> {
        self.accepted(clues)
    }

    /// Takes all of them, oldest first.
    pub fn take_all(&mut self) -> impl Iterator<Item = Request<T>> {
        std::mem::take(&mut self.requests).into_iter()
    }

    fn exact(&mut self, clues: Clues<'_>, kind: Option<Kind>) -> Option<Request<T>> {
        let fits = |request: &Request<T>| kind.is_none_or(|kind| request.kind == kind);
        for id in [clues.request_id, clues.id].into_iter().flatten() {
            if let Some(found) = self.take(|request| fits(request) && request.id == id) {
                self.named = true;
                return Some(found);
            }
        }
        None
    }

    fn by_trace(&mut self, clues: Clues<'_>, kind: Kind) -> Option<Request<T>> {
        let trace_id = clues.trace_id?;
        let found = self.take(|request| {
            request.kind == kind && request.trace_id.as_deref() == Some(trace_id)
        })?;
        self.named = true;
        Some(found)
    }

    /// The oldest that fits, unless the answer names a request: then it was one that we gave up, and no other.
    fn unless_named(
        &mut self,
        clues: Clues<'_>,
        fits: impl Fn(&Request<T>) -> bool,
    ) -> Option<Request<T>> {
        if clues.request_id.is_some() {
            return None;
        }
        let found = self.take(fits)?;
        self.guessed = true;
        Some(found)
    }

    fn take(&mut self, fits: impl Fn(&Request<T>) -> bool) -> Option<Request<T>> {
        let at = self.requests.iter().position(fits)?;
        self.requests.remove(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> Waiting<u32> {
        let mut waiting = Waiting::default();
        for (ticket, kind, job_id) in [
            (1, Kind::Submit, None),
            (2, Kind::Cancel, Some("job_a")),
            (3, Kind::Submit, None),
            (4, Kind::Cancel, Some("job_b")),
        ] {
            waiting.add(Request {
                kind,
                id: format!("m{ticket}"),
                trace_id: Some(format!("t{ticket}")),
                job_id: job_id.map(str::to_owned),
                size: 100,
                asked_at: Duration::from_secs(u64::from(ticket)),
                ticket,
            });
        }
        waiting
    }

    fn clues<'a>() -> Clues<'a> {
        Clues::default()
    }

    fn ticket(request: Option<Request<u32>>) -> Option<u32> {
        request.map(|request| request.ticket)
    }

    #[test]
    fn an_acceptance_is_told_by_the_strongest_clue() {
        let by_id = Clues {
            request_id: Some("m3"),
            trace_id: Some("t1"),
            ..clues()
        };
        assert_eq!(ticket(waiting().accepted(by_id)), Some(3));
        let by_frame = Clues {
            id: Some("m3"),
            trace_id: Some("t1"),
            ..clues()
        };
        assert_eq!(ticket(waiting().accepted(by_frame)), Some(3));
        let by_trace = Clues {
            id: Some("other"),
            trace_id: Some("t3"),
            ..clues()
        };
        assert_eq!(ticket(waiting().accepted(by_trace)), Some(3));
        let mut all = waiting();
        assert_eq!(ticket(all.accepted(clues())), Some(1));
        assert_eq!(ticket(all.accepted(clues())), Some(3));
        assert_eq!(
            ticket(all.accepted(clues())),
            None,
            "cancels are not accepted"
        );
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn an_answer_to_a_request_that_was_given_up_is_nobody_elses() {
        let old = Clues {
            request_id: Some("m0"),
            ..clues()
        };
        assert_eq!(ticket(waiting().accepted(old)), None);
        assert_eq!(ticket(waiting().refused(old, &[])), None);
        let same_trace = Clues {
            request_id: Some("m0"),
            trace_id: Some("t3"),
            ..clues()
        };
        assert_eq!(
            ticket(waiting().accepted(same_trace)),
            Some(3),
            "the trace is ours alone"
        );
    }

    #[test]
    fn what_takes_too_long_is_given_up_and_its_answer_is_nobody_elses() {
        let at = Duration::from_secs;
        let mut all = waiting();
        assert_eq!(all.overdue_at(at(10)), Some(at(11)));
        all.was_asked(&1, at(6));
        assert_eq!(all.overdue_at(at(10)), Some(at(12)));
        all.was_asked(&1, at(1));
        assert_eq!(ticket(all.give_up(at(10), at(10))), None);
        assert_eq!(ticket(all.give_up(at(12), at(10))), Some(1));
        assert_eq!(ticket(all.give_up(at(12), at(10))), Some(2));
        assert_eq!(ticket(all.give_up(at(12), at(10))), None);
        // Not even where the trace is that of another request.
        let late = Clues {
            request_id: Some("m1"),
            trace_id: Some("t3"),
            ..clues()
        };
        assert!(all.is_late(late) && !all.gave_up_on("job_a"));
        assert_eq!(ticket(all.accepted(late)), None);
        assert_eq!(ticket(all.refused(late, &[])), None);
        assert_eq!(ticket(all.subscribed("job_b", late)), None);
        all.add(Request {
            kind: Kind::Subscribe,
            job_id: Some("job_c".to_owned()),
            ..waiting().requests[0].clone()
        });
        while all.give_up(at(13), at(10)).is_some() {}
        assert!(all.gave_up_on("job_c"));
        all.forget_given_up();
        all.add(waiting().requests[2].clone());
        assert_eq!(ticket(all.accepted(late)), Some(3));
        for ticket in 0..2 * GIVEN_UP_REQUESTS {
            all.add(Request {
                id: ticket.to_string(),
                ticket: 0,
                ..waiting().requests[0].clone()
            });
        }
        while all.give_up(at(100), at(10)).is_some() {}
        assert_eq!(all.given_up.len(), GIVEN_UP_REQUESTS);
    }

    #[test]
    fn a_refusal_finds_its_request() {
        let named = Clues {
            request_id: Some("m4"),
            ..clues()
        };
        assert_eq!(ticket(waiting().refused(named, &[Kind::Submit])), Some(4));
        let about = Clues {
            job_id: Some("job_b"),
            ..clues()
        };
        assert_eq!(ticket(waiting().refused(about, &[])), Some(4));
        assert_eq!(ticket(waiting().refused(clues(), &[Kind::Cancel])), Some(2));
        assert_eq!(ticket(waiting().refused(clues(), &[])), Some(1));
        assert_eq!(ticket(Waiting::default().refused(clues(), &[])), None);
    }

    #[test]
    fn the_end_of_a_job_answers_its_cancels() {
        let mut all = waiting();
        assert!(all.cancelled("job_z").is_empty());
        let taken = all.cancelled("job_b");
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].ticket, 4);
        assert!(all.has(Kind::Cancel));
        assert_eq!(all.take_all().count(), 3);
        assert!(all.is_empty());
    }
}
