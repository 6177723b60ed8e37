//! Random records against the model: after every batch a store says what the model says, also when it was closed and opened in between.

use arcp_runtime::id::{CredentialKey, JobKey, SessionKey, Ulid};
use arcp_runtime::store::{PageLimit, Record, Status, StoreError};
use proptest::prelude::*;

use super::model::Model;
use super::{ALL, Fixture, entry, job, job_row, left, session, session_row};

/// One record in the making: numbers choose among what is there when its turn comes.
#[derive(Clone, Debug)]
enum Op {
    Open,
    Resume(usize, u8),
    Leave(usize),
    TrimSession(usize, u64),
    End(usize),
    Accept(usize),
    SetStatus(usize),
    Adopt(usize, usize),
    /// How often, of which job, to which sessions (a bit for each).
    Append(u64, usize, u8),
    /// To whom, of which job, every how many entries.
    Deliver(usize, usize, usize),
    Subscribe(usize, usize),
    Unsubscribe(usize, usize),
    TrimJob(usize, u64),
    Forget(usize),
    /// Which credential, of which job; the same one may be owed again.
    Owe(u8, usize),
    Settle(u8),
    /// An entry with a number that is not the next.
    Skip(usize),
}

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Op>),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let at = 0..8_usize;
    prop_oneof![
        3 => Just(Op::Open),
        1 => (at.clone(), any::<u8>()).prop_map(|(s, hash)| Op::Resume(s, hash)),
        1 => at.clone().prop_map(Op::Leave),
        3 => (at.clone(), 0..12_u64).prop_map(|(s, back)| Op::TrimSession(s, back)),
        1 => at.clone().prop_map(Op::End),
        3 => at.clone().prop_map(Op::Accept),
        1 => at.clone().prop_map(Op::SetStatus),
        1 => (at.clone(), at.clone()).prop_map(|(j, s)| Op::Adopt(j, s)),
        14 => (1..6_u64, at.clone(), any::<u8>()).prop_map(|(n, j, to)| Op::Append(n, j, to)),
        3 => (at.clone(), at.clone(), 1..4_usize).prop_map(|(s, j, n)| Op::Deliver(s, j, n)),
        2 => (at.clone(), at.clone()).prop_map(|(s, j)| Op::Subscribe(s, j)),
        1 => (at.clone(), at.clone()).prop_map(|(s, j)| Op::Unsubscribe(s, j)),
        3 => (at.clone(), 0..12_u64).prop_map(|(j, back)| Op::TrimJob(j, back)),
        1 => at.clone().prop_map(Op::Forget),
        1 => (0..6_u8, at.clone()).prop_map(|(c, j)| Op::Owe(c, j)),
        1 => (0..6_u8).prop_map(Op::Settle),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => prop::collection::vec(op(), 0..10).prop_map(Step::Commit),
        1 => (prop::collection::vec(op(), 0..6), 0..8_usize).prop_map(|(mut ops, job)| {
            ops.push(Op::Skip(job));
            Step::Commit(ops)
        }),
        2 => Just(Step::Reopen),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..25)
}

fn credential(n: u8) -> CredentialKey {
    CredentialKey(Ulid(n.into()))
}

fn owed(n: u8, of: usize, made: u64) -> Record {
    Record::CredentialOwed {
        handle: credential(n),
        source: format!("source {made}"),
        job: job(of as u64),
    }
}

/// Turns ops into records that fit, one after the other.
struct Writer {
    model: Model,
    made: u64,
    batch: Vec<Record>,
}

impl Writer {
    fn push(&mut self, record: Record) {
        // A record that does not fit is pushed too: the store has to refuse it.
        self.model.commit(std::slice::from_ref(&record));
        self.batch.push(record);
    }

    fn session(&self, at: usize) -> Option<SessionKey> {
        let count = self.model.sessions.len().max(1);
        self.model.sessions.keys().nth(at % count).copied()
    }

    fn job(&self, at: usize) -> Option<JobKey> {
        let count = self.model.jobs.len().max(1);
        self.model.jobs.keys().nth(at % count).copied()
    }

    fn write(&mut self, op: &Op) -> Option<()> {
        self.made += 1;
        let made = self.made;
        match *op {
            Op::Open => self.push(Record::SessionOpened(session_row(made))),
            Op::Resume(s, hash) => {
                let session = self.session(s)?;
                let token_hash = [hash; 32];
                self.push(Record::SessionResumed {
                    session,
                    token_hash,
                });
            }
            Op::Leave(s) => self.push(left(self.session(s)?, made)),
            Op::TrimSession(s, back) => {
                let session = self.session(s)?;
                let last = self.model.sessions[&session].deliveries.len() as u64;
                let through = (last + 2).saturating_sub(back);
                self.push(Record::SessionTrimmed { session, through });
            }
            Op::End(s) => {
                let session = self.session(s)?;
                self.push(Record::SessionGone { session });
            }
            Op::Accept(s) => {
                let mut row = job_row(made, 0);
                row.owner = self.session(s).unwrap_or(session(0));
                self.push(Record::JobAccepted(Box::new(row)));
            }
            Op::SetStatus(j) => {
                let status = [Status::Running, Status::Success][usize::from(made % 2 == 1)];
                let job = self.job(j)?;
                self.push(Record::JobStatus { job, status });
            }
            Op::Adopt(j, s) => {
                let (job, session) = (self.job(j)?, self.session(s)?);
                self.push(Record::JobAdopted { job, session });
            }
            Op::Append(count, j, to) => {
                for _ in 0..count {
                    self.append(self.job(j)?, to, 1);
                }
            }
            Op::Skip(j) => self.append(self.job(j).unwrap_or(job(0)), 1, 2),
            Op::Deliver(s, j, every) => self.deliver(self.session(s)?, self.job(j)?, every),
            Op::Subscribe(s, j) => {
                let (session, job) = (self.session(s)?, self.job(j)?);
                self.push(Record::Subscribed { session, job });
            }
            Op::Unsubscribe(s, j) => {
                let (session, job) = (self.session(s)?, self.job(j)?);
                self.push(Record::Unsubscribed { session, job });
            }
            Op::TrimJob(j, back) => {
                let job = self.job(j)?;
                let last = self.model.jobs[&job].entries.len() as u64;
                let through = (last + 2).saturating_sub(back);
                self.push(Record::JobTrimmed { job, through });
            }
            Op::Owe(n, j) => self.push(owed(n, j, made)),
            Op::Settle(n) => self.push(Record::CredentialRevoked {
                handle: credential(n),
            }),
            Op::Forget(j) => {
                let job = self.job(j)?;
                self.push(Record::JobForgotten { job });
            }
        }
        Some(())
    }

    fn append(&mut self, job: JobKey, to: u8, ahead: u64) {
        let last = self
            .model
            .jobs
            .get(&job)
            .map_or(0, |held| held.entries.len() as u64);
        let receivers = self.model.sessions.iter().enumerate();
        let deliveries = receivers
            .filter(|(at, _)| to >> (at % 8) & 1 == 1)
            .map(|(_, (&session, held))| (session, held.deliveries.len() as u64 + 1))
            .collect();
        let mut entry = entry(self.made, last + ahead);
        entry.owner_seq = self.made;
        self.push(Record::Appended {
            job,
            entry,
            deliveries,
        });
    }

    fn deliver(&mut self, session: SessionKey, job: JobKey, every: usize) {
        let held = &self.model.jobs[&job];
        let entries = (held.trimmed_through + 1..=held.entries.len() as u64).step_by(every);
        self.push(Record::Delivered {
            session,
            job,
            first_event_seq: self.model.sessions[&session].deliveries.len() as u64 + 1,
            entries: entries.collect(),
        });
    }
}

async fn agree(fixture: &Fixture, model: &Model) -> Result<(), TestCaseError> {
    let mut found = fixture.store().recover().await.unwrap();
    found.sessions.sort_by_key(|it| it.row.session);
    found.jobs.sort_by_key(|it| it.row.job);
    found.subscriptions.sort_unstable();
    let expected = model.recover();
    prop_assert_eq!(&found.sessions, &expected.sessions);
    prop_assert_eq!(&found.jobs, &expected.jobs);
    prop_assert_eq!(&found.subscriptions, &expected.subscriptions);
    prop_assert_eq!(&found.credentials, &expected.credentials);
    let few = PageLimit {
        entries: 3,
        bytes: 500,
    };
    for (&session, held) in &model.sessions {
        let last = held.deliveries.len() as u64;
        for (after, limit) in [(0, ALL), (last / 2, few), (last.saturating_sub(1), few)] {
            let page = fixture.store().replay(session, after, limit).await.unwrap();
            prop_assert_eq!(page, model.replay(session, after, limit));
        }
    }
    for (&job, held) in &model.jobs {
        let last = held.entries.len() as u64;
        for (after, limit) in [(0, ALL), (last / 2, few), (last.saturating_sub(1), few)] {
            let page = fixture.store().history(job, after, limit).await.unwrap();
            prop_assert_eq!(page, model.history(job, after, limit));
        }
    }
    Ok(())
}

async fn follow(mut fixture: Fixture, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    let mut made = 0;
    for step in steps {
        match step {
            Step::Reopen => fixture.reopen(),
            Step::Commit(ops) => {
                let mut writer = Writer {
                    model: model.clone(),
                    made,
                    batch: Vec::new(),
                };
                for op in ops {
                    writer.write(&op);
                }
                made = writer.made;
                let fits = model.commit(&writer.batch).is_some();
                let answer = fixture.store().commit(writer.batch.into()).await;
                match answer {
                    Ok(()) => prop_assert!(fits, "a batch that does not fit was accepted"),
                    Err(StoreError::Refused(why)) => prop_assert!(!fits, "{why}"),
                    Err(other) => return Err(TestCaseError::fail(other.to_string())),
                }
            }
        }
        agree(&fixture, &model).await?;
    }
    Ok(())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_does_what_the_model_does(steps in steps()) {
        block_on(follow(Fixture::memory(), steps))?;
    }

    #[test]
    fn sqlite_does_what_the_model_does(steps in steps()) {
        block_on(follow(Fixture::sqlite(), steps))?;
    }
}
