//! `arcp submit`: a job from the command line, followed to its end through cut connections and, with a saved session, through a killed client.

use std::path::PathBuf;

use arcp_generated::common::{AgentRef, Expiry, IdempotencyKey, JobId, Json};
use arcp_generated::job::Submit as Submission;
use arcp_generated::lease::{Lease, LeaseConstraints};
use arcp_generated::session::Feature;
use arcp_runtime::client::{
    Builder, ChunkError, Client, ClientError, History, JobFailure, JobHandle, Outcome,
};
use clap::Args;

use crate::dial::{self, Dial};
use crate::fault::{Fault, Trouble};
use crate::follow::{self, End, Interrupt};
use crate::input;
use crate::outcome;
use crate::session_file::SessionFile;
use crate::value::whole;
use crate::watching::WatchFlags;

const EXAMPLES: &str = "\
Examples:
  arcp submit --agent echo --input '{\"hello\":\"world\"}'
  arcp submit --agent count@1.0.0 --input @numbers.json --max-runtime 60
  echo '{\"n\":100,\"delay_ms\":100}' | arcp submit --agent count --input -
  arcp submit --agent count --input '{\"n\":9}' --json | jq 'select(.type==\"event\")'
  arcp submit --agent probe --input '{\"do\":[]}' --lease '{\"net.fetch\":[\"https://api.example.com/**\"]}'
  arcp submit --agent count --input '{\"n\":900,\"delay_ms\":50}' --save-session job.session
  arcp submit --resume job.session
  arcp submit --agent echo --token secret --stdio -- arcp serve --stdio --store memory --token secret=me

Events go to standard error as they come, the result to standard output; with --json everything is a line on standard output.
Ctrl-C cancels the job and waits for its end; a second Ctrl-C leaves at once.
When another process takes the saved session over (`arcp cancel`, --resume), this one follows the job to its end in a session of its own.";

/// Submit a job and follow it to its end.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::fault::exit_codes_and_json()))]
pub(crate) struct Submit {
    /// The agent, with @VERSION if not its default one.
    #[arg(
        long,
        value_name = "NAME[@VERSION]",
        required_unless_present = "resume"
    )]
    agent: Option<String>,
    /// What the agent is given: JSON, @FILE, or - for standard input.
    #[arg(long, value_name = "JSON", default_value = "null")]
    input: String,
    /// What the job may do, as a JSON object of patterns: JSON, @FILE, or -.
    #[arg(long, value_name = "JSON")]
    lease: Option<String>,
    /// When the lease ends, as in 2030-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    lease_expires: Option<String>,
    /// Makes repeating the submission safe: the same key gets the same job.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Seconds that the job may run.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=2_147_483_647))]
    max_runtime: Option<u64>,
    /// Print JSON lines on standard output instead of text for people.
    #[arg(long)]
    pub(super) json: bool,
    /// Keep what another process needs to go on in FILE while the job runs. Holds a secret; removed when the job has ended.
    #[arg(long, value_name = "FILE")]
    save_session: Option<PathBuf>,
    /// Go on where the process that wrote FILE was stopped; keeps FILE up to date from then on.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["agent", "input", "lease", "lease_expires", "idempotency_key", "max_runtime", "save_session"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    watch: WatchFlags,
    #[command(flatten)]
    dial: Dial,
}

/// A job and the client that follows it.
struct Followed {
    client: Client,
    job: JobHandle,
    /// Whether it is a job of the client's session, which can cancel it and be saved.
    ours: bool,
}

impl Followed {
    async fn follow(&mut self, file: Option<&SessionFile>, json: bool) -> Result<End, Fault> {
        let (file, interrupt) = if self.ours {
            (file, Interrupt::Cancels)
        } else {
            // The old file still says where its own session was; numbers of another one would lead astray.
            (None, Interrupt::Leaves)
        };
        follow::to_the_end(&self.client, &mut self.job, file, json, interrupt).await
    }
}

impl Submit {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(async {
            let watching = self.watch.begin()?;
            let done = self.follow().await;
            watching.end().await;
            done
        })
    }

    async fn follow(&self) -> Result<(), Fault> {
        let file = self.save_session.as_ref().or(self.resume.as_ref());
        let mut file = file.map(|path| SessionFile::new(path));
        let mut followed = match &self.resume {
            Some(_) => self.go_on(file.as_ref()).await?,
            None => self.submit(file.as_ref()).await?,
        };
        let mut end = followed.follow(file.as_ref(), self.json).await?;
        if let End::Job {
            outcome: Err(JobFailure::Unfollowed(taken @ ClientError::TakenOver)),
            last,
        } = end
        {
            // The file is the other process's now.
            file = None;
            followed = self.find_again(taken, followed.job.id(), last).await?;
            end = followed.follow(None, self.json).await?;
        }
        let Followed { client, job, .. } = followed;
        let done = match end {
            // At once: without a close, which waits for its answer.
            End::Left => {
                return Err(Fault::new(
                    Trouble::Cancelled,
                    format!("left; the job {} may still run", job.id()),
                ));
            }
            End::Job { outcome, .. } => {
                if let (Some(file), false) =
                    (&file, matches!(outcome, Err(JobFailure::Unfollowed(_))))
                {
                    file.remove()?;
                }
                let outcome = match outcome {
                    Err(JobFailure::Result(ChunkError::Start { .. } | ChunkError::Elsewhere)) => {
                        self.whole(job.id(), outcome).await
                    }
                    outcome => outcome,
                };
                outcome::tell(job.id().as_str(), &outcome, self.json)
            }
        };
        client.close("done").await;
        done
    }

    /// A new job in a new session.
    async fn submit(&self, file: Option<&SessionFile>) -> Result<Followed, Fault> {
        let submission = self.submission()?;
        if let (Some(file), Some(path)) = (file, &self.save_session)
            && file.is_there()
        {
            return Err(Fault::file(format!(
                "{0} is there already, and its job may still run: go on with --resume {0}, or remove it",
                path.display()
            )));
        }
        let mut builder = self.dial.client()?;
        if file.is_some() {
            builder = without_ack(builder);
        }
        let client = builder.connect().await?;
        let job = client.submit(submission).await?;
        Ok(Followed {
            client,
            job,
            ours: true,
        })
    }

    /// The job of a saved session.
    async fn go_on(&self, file: Option<&SessionFile>) -> Result<Followed, Fault> {
        let Some(file) = file else {
            return Err(Fault::usage("there is no session to resume"));
        };
        let saved = file.load()?;
        let job_id = match saved.jobs.as_slice() {
            [job_id] => job_id.clone(),
            [] => {
                return Err(Fault::usage(
                    "the saved session has no job that was still running; submit a new one",
                ));
            }
            _ => {
                return Err(Fault::usage(
                    "the saved session has several jobs, and this command follows one; resume it with the library",
                ));
            }
        };
        let last = saved.last_event_seq;
        let builder = without_ack(self.dial.client()?);
        let client = match builder.resume(saved).connect().await {
            Err(gone @ ClientError::SessionLost(_)) => {
                return self.find_again(gone, job_id, last).await;
            }
            connected => connected?,
        };
        let job = client.resumed_jobs().pop();
        let job = job.ok_or_else(|| Fault::machine("the client lost the saved job"))?;
        Ok(Followed {
            client,
            job,
            ours: true,
        })
    }

    /// The session is `gone`: its window is over, its client was killed between a welcome and saving its token, or another process has taken it over.
    /// The job may be there all the same: its events after number `last` come through a subscription, with the numbers of a new session.
    async fn find_again(
        &self,
        gone: ClientError,
        job_id: JobId,
        last: u64,
    ) -> Result<Followed, Fault> {
        let client = self.dial.fresh().await?;
        let job = match client.subscribe(job_id, History::After(last)).await {
            Err(ClientError::Refused(_) | ClientError::NotNegotiated(_)) => {
                return Err(gone.into());
            }
            followed => followed?,
        };
        Ok(Followed {
            client,
            job,
            ours: false,
        })
    }

    /// A streamed result of which an earlier process has had the beginning: all of it comes with the job's history, to a session that has nothing of it yet.
    /// Where it does not, the end stays as it was.
    async fn whole(&self, job_id: JobId, outcome: Outcome) -> Outcome {
        let Ok(builder) = self.dial.client() else {
            return outcome;
        };
        let Ok(client) = builder.connect().await else {
            return outcome;
        };
        let Ok(mut job) = client.subscribe(job_id, History::All).await else {
            return outcome;
        };
        let whole = job.result().await;
        client.close("done").await;
        match whole {
            Err(JobFailure::Unfollowed(_)) => outcome,
            whole => whole,
        }
    }

    fn submission(&self) -> Result<Submission, Fault> {
        let agent = self.agent.as_deref().unwrap_or_default();
        let agent = AgentRef::try_from(agent).map_err(|error| {
            Fault::usage(format!(
                "--agent {agent}: {error}; write NAME or NAME@VERSION"
            ))
        })?;
        let mut submission = Submission::new(agent);
        submission.input = input::json::<Json>("--input", &self.input)?;
        if let Some(lease) = &self.lease {
            submission.lease_request = input::json::<Lease>("--lease", lease)?;
        }
        if let Some(expires) = &self.lease_expires {
            let expires = Expiry::try_from(expires.as_str()).map_err(|error| {
                Fault::usage(format!(
                    "--lease-expires {expires}: {error}; write it as 2030-01-01T00:00:00Z"
                ))
            })?;
            submission.lease_constraints = Some(LeaseConstraints::new().with_expires_at(expires));
        }
        if let Some(key) = &self.idempotency_key {
            let key = IdempotencyKey::try_from(key.as_str())
                .map_err(|error| Fault::usage(format!("--idempotency-key: {error}")))?;
            submission.idempotency_key = Some(key);
        }
        submission.max_runtime_sec = self.max_runtime;
        Ok(submission)
    }
}

/// What is offered when the session is saved: acknowledging would let the runtime forget events that another process may have to ask for again.
fn without_ack(builder: Builder) -> Builder {
    builder.without(&Feature::Ack)
}
