//! The client's state machine: one session, its requests and its jobs (§6, §7).
//!
//! Every method takes the time and leaves what is to be done in [`ClientCore::next_frame`] and [`ClientCore::next_output`]. It never waits, and it keeps its state when a connection ends.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::{JobId, Json, MessageId, ResumeToken, SessionId, TraceId};
use arcp_generated::envelope::Envelope;
use arcp_generated::message::Message;
use arcp_generated::session::{Feature, ListJobs};

use super::ack::AckPace;
use super::correlate::{Kind, Request, Waiting};
use super::early::Early;
use super::hearing::Hearing;
use super::heartbeat::Heartbeat;
use super::interface::{Asked, Known, Orphan, Phase, Submission, Subscription};
use super::job::Job;
use super::news::{ClientError, JobFailure};
use super::result_chunk::ResultPosition;
use super::sequence::Sequence;
use super::timer::{Due, Timer};

pub use super::interface::{Key, Opened, Output, Settings};
use crate::clock::Now;
use crate::id::Mint;
use crate::limits::MAX_KNOWN_CHILDREN;

/// The state of one client.
pub struct ClientCore {
    pub(super) settings: Settings,
    pub(super) mint: Arc<dyn Mint>,
    pub(super) phase: Phase,
    /// Until when a hello or a close must be answered.
    pub(super) deadline: Option<Duration>,
    /// Whether there was a session at all.
    pub(super) ever_open: bool,
    pub(super) known: Option<Known>,
    /// Whether the next connection asks for the session in a frame of its own, because the hello was not understood.
    pub(super) resumes_by_frame: bool,
    pub(super) features: Vec<Feature>,
    pub(super) sequence: Sequence,
    /// The cursor at which a gap made us come back; a gap there again is a loss.
    pub(super) gap_at: Option<u64>,
    pub(super) waiting: Waiting<Key>,
    pub(super) hearing: Hearing,
    /// Whether an acceptance or a refusal named its request: then no `job.error` is a refusal.
    pub(super) names_requests: bool,
    pub(super) submissions: HashMap<Key, Submission>,
    /// Submissions that are not sent before the one under way is answered, oldest first.
    pub(super) held: VecDeque<Key>,
    pub(super) cancels: HashMap<Key, String>,
    pub(super) listings: HashMap<Key, ListJobs>,
    pub(super) subscriptions: HashMap<Key, Subscription>,
    pub(super) jobs: HashMap<JobId, Job>,
    /// Jobs of a lost session that wait for the next one.
    pub(super) orphans: Vec<Orphan>,
    pub(super) early: Early,
    /// Jobs that ours have delegated to, oldest first: nobody here asked for them.
    pub(super) children: VecDeque<JobId>,
    /// Ended jobs of which nothing comes after this number, should their end not have come by then.
    pub(super) over_at: Vec<(u64, JobId)>,
    pub(super) pings: VecDeque<Asked>,
    pub(super) heartbeat: Heartbeat,
    pub(super) acks: AckPace,
    /// Up to which number the application has acknowledged, where it does so by itself.
    pub(super) acknowledged: u64,
    pub(super) outputs: VecDeque<Output>,
    pub(super) frames: VecDeque<String>,
}

impl ClientCore {
    /// A client without a session.
    pub fn new(settings: Settings, mint: Arc<dyn Mint>) -> Self {
        Self {
            settings,
            mint,
            phase: Phase::Offline,
            deadline: None,
            ever_open: false,
            known: None,
            resumes_by_frame: false,
            features: Vec::new(),
            sequence: Sequence::default(),
            gap_at: None,
            waiting: Waiting::default(),
            hearing: Hearing::default(),
            names_requests: false,
            submissions: HashMap::new(),
            held: VecDeque::new(),
            cancels: HashMap::new(),
            listings: HashMap::new(),
            subscriptions: HashMap::new(),
            jobs: HashMap::new(),
            orphans: Vec::new(),
            early: Early::default(),
            children: VecDeque::new(),
            over_at: Vec::new(),
            pings: VecDeque::new(),
            heartbeat: Heartbeat::new(None, Duration::ZERO),
            acks: AckPace::default(),
            acknowledged: 0,
            outputs: VecDeque::new(),
            frames: VecDeque::new(),
        }
    }

    /// Takes over a session of another client: the next connection resumes it.
    pub fn adopt(
        &mut self,
        session_id: SessionId,
        resume_token: ResumeToken,
        last_event_seq: u64,
        jobs: impl IntoIterator<Item = (JobId, Key, Option<ResultPosition>)>,
    ) {
        self.known = Some(Known {
            session_id,
            resume_token,
        });
        self.sequence = Sequence::after(last_event_seq);
        for (job_id, key, position) in jobs {
            self.jobs
                .insert(job_id, Job::adopted(key, position.as_ref()));
        }
    }

    /// The next frame to write. Frames do not wait for outputs: a slow consumer must not silence us.
    pub fn next_frame(&mut self) -> Option<String> {
        self.frames.pop_front()
    }

    /// What is to be done next.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Requests without an answer.
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.held.len()
    }

    /// Whether another request may be made now, as far as those without an answer go.
    pub fn has_room(&self) -> bool {
        let limits = &self.settings.limits;
        let held = self.held.iter().filter_map(|key| self.submissions.get(key));
        let held: usize = held.map(|submission| submission.size).sum();
        self.waiting.is_empty()
            || self.waiting() < limits.requests
                && self.waiting.bytes() + held < limits.request_bytes
    }

    /// Whether there was a session at all.
    pub fn was_open(&self) -> bool {
        self.ever_open
    }

    /// Whether requests can be made now.
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// The last number that was taken.
    pub fn last_event_seq(&self) -> u64 {
        self.sequence.last()
    }

    /// What another client needs to go on: session, token, and the jobs that have not ended.
    pub fn resume_point(&self) -> Option<(SessionId, ResumeToken, Vec<JobId>)> {
        let known = self.known.as_ref()?;
        let mut jobs: Vec<JobId> = self.jobs.keys().cloned().collect();
        jobs.sort();
        Some((known.session_id.clone(), known.resume_token.clone(), jobs))
    }

    /// The job that a key stands for.
    pub fn job_of(&self, key: Key) -> Option<&JobId> {
        self.jobs
            .iter()
            .find(|(_, job)| job.keys.contains(&key))
            .map(|(job_id, _)| job_id)
    }

    /// When [`ClientCore::tick`] is wanted next.
    pub fn due(&self) -> Option<Duration> {
        self.timers().map(|(at, _)| at).min()
    }

    /// What it waits for, and until when.
    fn timers(&self) -> impl Iterator<Item = Due> {
        let connected = !matches!(self.phase, Phase::Offline | Phase::Over);
        let answer = match self.phase {
            Phase::Greeting { .. } => self.deadline.map(|at| (at, Timer::Greeting)),
            Phase::Closing => self.deadline.map(|at| (at, Timer::Close)),
            Phase::Offline | Phase::Open | Phase::Over => None,
        };
        let acks = self.acks.due(self.to_acknowledge());
        let acks = acks.map(|at| (at, Timer::Ack));
        let request = self.unanswered_at().map(|at| (at, Timer::Request));
        let all = answer.into_iter().chain(acks).chain(request);
        all.chain(self.heartbeat.timers())
            .filter(move |_| connected)
    }

    fn due_at(&self, now: Duration) -> Option<Timer> {
        let due = self.timers().filter(|(at, _)| *at <= now);
        due.map(|(_, timer)| timer).min()
    }

    /// Whether the driver has said that reading is held back.
    pub fn is_holding(&self) -> bool {
        self.hearing.held_back
    }

    /// Reading is held back by a slow consumer from `now` on, or not any more: answers may lie there unread meanwhile.
    pub fn hold_back(&mut self, holding: bool, now: Now) {
        self.hearing.held_back = holding;
        self.heartbeat.held_up(now.mono);
        self.listen(now);
    }

    /// Answers can be heard from `now` on, or not any more.
    pub(super) fn listen(&mut self, now: Now) {
        if self.phase == Phase::Open && !self.is_holding() {
            self.hearing.begin(now.mono);
        } else {
            self.hearing.stop(now.mono);
        }
    }

    /// The time has passed. `taken`: up to which number consumers have taken everything.
    pub fn tick(&mut self, now: Now, taken: u64) {
        if self.is_holding() {
            self.heartbeat.held_up(now.mono);
        }
        // Whatever is done moves or ends its timer, so this comes to an end.
        while let Some(timer) = self.due_at(now.mono) {
            match timer {
                Timer::Greeting | Timer::Close => self.too_late(),
                Timer::Ack => {
                    let by_hand = self.settings.acks_by_hand.then_some(self.acknowledged);
                    if let Some(seq) = self.acks.take(by_hand.unwrap_or(taken), now.mono) {
                        self.send(arcp_generated::session::Ack::new(seq), now);
                    }
                }
                Timer::Silence => {
                    self.reconnect("the runtime was silent for two heartbeat intervals");
                }
                Timer::Request => self.give_up_unanswered(now),
                Timer::Ping => {
                    self.heartbeat.asks(now.mono);
                    self.send_ping(None, now);
                }
            }
        }
    }

    /// Up to which number there may be something to acknowledge.
    fn to_acknowledge(&self) -> u64 {
        if self.settings.acks_by_hand {
            self.acknowledged
        } else {
            self.sequence.last()
        }
    }

    /// The application acknowledges what it has received up to `seq`; it is sent at the usual pace.
    ///
    /// # Errors
    /// When it is not negotiated, or goes by itself.
    pub fn acknowledge(&mut self, seq: u64) -> Result<(), ClientError> {
        if !self.agreed(&Feature::Ack) {
            return Err(ClientError::NotNegotiated(Feature::Ack));
        }
        if !self.settings.acks_by_hand {
            let reason = "this client acknowledges by itself; build it with `manual_ack`";
            return Err(ClientError::Invalid(reason.to_owned()));
        }
        // What never arrived must not be forgotten over there.
        self.acknowledged = self.acknowledged.max(seq.min(self.sequence.last()));
        Ok(())
    }

    fn too_late(&mut self) {
        self.deadline = None;
        match self.phase {
            Phase::Greeting { .. } if self.ever_open => self.reconnect("no answer to the hello"),
            Phase::Greeting { .. } => self.fatal(ClientError::Connect {
                reason: "the runtime did not answer the hello; is it an ARCP runtime?".to_owned(),
                transient: true,
            }),
            Phase::Closing => {
                self.phase = Phase::Over;
                self.put(Output::Closed);
            }
            Phase::Offline | Phase::Open | Phase::Over => {}
        }
    }

    /// The connection is gone. Requests that can be sent again wait; the others fail.
    pub fn disconnected(&mut self, now: Now) {
        if self.phase != Phase::Over {
            self.phase = Phase::Offline;
        }
        self.deadline = None;
        self.listen(now);
        self.acks = AckPace::default();
        self.heartbeat = Heartbeat::new(None, Duration::ZERO);
        self.frames.clear();
        self.waiting.forget_given_up();
        for asked in std::mem::take(&mut self.pings) {
            if let Some(key) = asked.key {
                let reason = "before the pong came".to_owned();
                self.put(Output::Failed(key, ClientError::Disconnected { reason }));
            }
        }
        let requests: Vec<_> = self.waiting.take_all().collect();
        for request in requests {
            let again = match request.kind {
                Kind::Cancel | Kind::ListJobs | Kind::Subscribe => true,
                Kind::Submit => self
                    .submissions
                    .get(&request.ticket)
                    .is_some_and(|submission| submission.submit.idempotency_key.is_some()),
            };
            if again {
                self.waiting.add(request);
            } else {
                self.submissions.remove(&request.ticket);
                self.put(Output::Failed(request.ticket, ClientError::Uncertain));
            }
        }
        self.forget_early();
    }

    /// There will be no other connection: everything that waits is told why.
    pub fn abandon(&mut self, error: &ClientError) {
        self.phase = Phase::Over;
        let requests: Vec<_> = self.waiting.take_all().collect();
        for request in requests {
            self.fail_request(&request, error.clone());
        }
        for key in std::mem::take(&mut self.held) {
            self.fail_submission(key, error.clone());
        }
        for asked in std::mem::take(&mut self.pings) {
            if let Some(key) = asked.key {
                self.put(Output::Failed(key, error.clone()));
            }
        }
        let orphans = std::mem::take(&mut self.orphans).into_iter();
        let orphans = orphans.map(|orphan| orphan.job);
        let jobs = std::mem::take(&mut self.jobs).into_values();
        for job in jobs.chain(orphans).collect::<Vec<_>>() {
            for key in job.keys {
                self.put(Output::Ended(
                    key,
                    Err(JobFailure::Unfollowed(error.clone())),
                ));
            }
        }
    }

    pub(super) fn agreed(&self, feature: &Feature) -> bool {
        self.features.contains(feature)
    }

    /// Remembers a job that one of ours delegated to.
    pub(super) fn knows_child(&mut self, job_id: &JobId) {
        if !self.children.contains(job_id) {
            if self.children.len() >= MAX_KNOWN_CHILDREN {
                self.children.pop_front();
            }
            self.children.push_back(job_id.clone());
        }
    }

    pub(super) fn put(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(super) fn reconnect(&mut self, reason: &str) {
        self.phase = Phase::Offline;
        self.put(Output::Reconnect(reason.to_owned()));
    }

    pub(super) fn fatal(&mut self, error: ClientError) {
        self.phase = Phase::Over;
        self.put(Output::Fatal(error));
    }

    /// Fails a request, and with it the job that it was to restore.
    pub(super) fn fail_request(&mut self, request: &Request<Key>, error: ClientError) {
        self.cancels.remove(&request.ticket);
        self.listings.remove(&request.ticket);
        let subscription = self.subscriptions.remove(&request.ticket);
        if let Some(orphan) = subscription.and_then(|subscription| subscription.orphan) {
            self.lose_orphan(orphan);
            return;
        }
        self.fail_submission(request.ticket, error);
    }

    /// Fails what is asked for under `key`, and with it the job that it was to restore.
    fn fail_submission(&mut self, key: Key, error: ClientError) {
        let restores = self
            .submissions
            .remove(&key)
            .is_some_and(|submission| submission.restores);
        self.put(if restores {
            Output::Ended(key, Err(JobFailure::Unfollowed(error)))
        } else {
            Output::Failed(key, error)
        });
    }

    /// Writes a request of the open session, about a job if it is about one, and remembers it until it is answered. Answers whether it could be written.
    pub(super) fn request(
        &mut self,
        (kind, key): (Kind, Key),
        message: impl Into<Message>,
        job_id: Option<&JobId>,
        now: Now,
    ) -> bool {
        let session_id = self.session_id();
        let Some((id, frame)) = self.frame_of(message, session_id, job_id.cloned(), None, now)
        else {
            return false;
        };
        let request = Request {
            kind,
            id,
            trace_id: None,
            job_id: job_id.map(|job_id| job_id.as_str().to_owned()),
            size: frame.len(),
            asked_at: self.hearing.at(now.mono),
            ticket: key,
        };
        self.ask(frame, request);
        true
    }

    /// Writes a request, and remembers it until it is answered.
    pub(super) fn ask(&mut self, frame: String, request: Request<Key>) {
        self.frames.push_back(frame);
        self.waiting.add(request);
    }

    pub(super) fn session_id(&self) -> Option<SessionId> {
        self.known.as_ref().map(|known| known.session_id.clone())
    }

    /// Writes a message of the open session.
    pub(super) fn send(&mut self, message: impl Into<Message>, now: Now) {
        let session_id = self.session_id();
        if let Some((_, frame)) = self.frame_of(message, session_id, None, None, now) {
            self.frames.push_back(frame);
        }
    }

    /// A frame and its id. `None` ends the client: an identifier that does not fit its own grammar means that the mint is broken.
    pub(super) fn frame_of(
        &mut self,
        message: impl Into<Message>,
        session_id: Option<SessionId>,
        job_id: Option<JobId>,
        trace_id: Option<TraceId>,
        now: Now,
    ) -> Option<(String, String)> {
        self.frame_with(message, session_id, job_id, trace_id, BTreeMap::new(), now)
    }

    /// As [`ClientCore::frame_of`], with members of vendors on the envelope.
    pub(super) fn frame_with(
        &mut self,
        message: impl Into<Message>,
        session_id: Option<SessionId>,
        job_id: Option<JobId>,
        trace_id: Option<TraceId>,
        vendor: BTreeMap<String, Json>,
        now: Now,
    ) -> Option<(String, String)> {
        let id = self.mint.ulid(now.wall).to_string();
        let Ok(message_id) = MessageId::try_from(id.as_str()) else {
            let reason = format!("`{id}` cannot be the id of a frame");
            self.fatal(ClientError::Invalid(reason));
            return None;
        };
        let mut envelope = Envelope::new(message_id, message);
        envelope.session_id = session_id;
        envelope.job_id = job_id;
        envelope.trace_id = trace_id;
        envelope.vendor = vendor;
        self.heartbeat.spoke(now.mono);
        Some((id, envelope.encode()))
    }
}

impl fmt::Debug for ClientCore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCore")
            .field("phase", &self.phase)
            .field("last_event_seq", &self.sequence.last())
            .field("waiting", &self.waiting.len())
            .field("jobs", &self.jobs.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
