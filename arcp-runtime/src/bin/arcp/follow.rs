//! Following one job: events out as they come, the saved session after them, progress on a terminal, Ctrl-C.

use std::io::{IsTerminal as _, Write as _};
use std::pin::Pin;
use std::time::Duration;

use arcp_generated::common::ResolvedAgent;
use arcp_generated::event::{EventBody, Progress};
use arcp_runtime::client::{
    Client, ClientError, EventStream, Incident, Incidents, JobEvent, JobHandle, Loss, Outcome,
    SavedSession,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};

use crate::fault::Fault;
use crate::line::Line;
use crate::paint::{Ink, Paint, line};
use crate::session_file::SessionFile;
use crate::show;

/// How following ended.
pub(crate) enum End {
    /// The job has ended, or cannot be followed any more; `last` is the number of the last event that was printed, in its session.
    Job { outcome: Outcome, last: u64 },
    /// The user left.
    Left,
}

/// What Ctrl-C does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// Cancels the job; a second one leaves.
    Cancels,
    /// Leaves: the job is not ours.
    Leaves,
}

/// Prints what comes of `job` until it has ended. The result itself is left to the caller.
pub(crate) async fn to_the_end(
    client: &Client,
    job: &mut JobHandle,
    file: Option<&SessionFile>,
    json: bool,
    interrupt: Interrupt,
) -> Result<End, Fault> {
    let mut follower = Follower {
        client,
        file,
        saved: None,
        taken: None,
        screen: Screen::new(json),
    };
    follower.refresh().await?;
    follower.screen.accepted(client, job)?;
    let mut incidents = client.incidents();
    let mut events = job.events();
    let left = follower
        .events(job, &mut events, &mut incidents, interrupt)
        .await?;
    follower.screen.finish();
    if left {
        return Ok(End::Left);
    }
    let saved = follower.saved.map_or(0, |saved| saved.last_event_seq);
    Ok(End::Job {
        last: follower.taken.unwrap_or(saved),
        outcome: job.result().await,
    })
}

/// A request to cancel on its way; once answered, one that never ends.
type Cancelling<'a> = Pin<Box<dyn Future<Output = Result<(), ClientError>> + 'a>>;

struct Follower<'a> {
    client: &'a Client,
    file: Option<&'a SessionFile>,
    /// The session as it was last opened.
    saved: Option<SavedSession>,
    /// The last event that was printed, of this session.
    taken: Option<u64>,
    screen: Screen,
}

impl Follower<'_> {
    /// Follows the events to the last; true when the user left before.
    async fn events(
        &mut self,
        job: &JobHandle,
        events: &mut EventStream,
        incidents: &mut Incidents,
        interrupt: Interrupt,
    ) -> Result<bool, Fault> {
        let mut interrupts = signal(SignalKind::interrupt())
            .map_err(|error| Fault::machine(format!("Ctrl-C cannot be received: {error}")))?;
        let mut cancelling: Option<Cancelling<'_>> = None;
        loop {
            let cancelled = async {
                match &mut cancelling {
                    Some(cancelling) => Pin::as_mut(cancelling).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Incidents before events: after a resume the new token has to be saved before anything else.
                biased;
                _ = interrupts.recv() => {
                    if cancelling.is_some() || interrupt == Interrupt::Leaves {
                        return Ok(true);
                    }
                    self.screen.note("cancelling the job; Ctrl-C again leaves at once")?;
                    cancelling = Some(Box::pin(job.cancel("interrupted by the user")));
                }
                failed = cancelled => {
                    if let Err(error) = failed {
                        self.screen.note(&line(&format!("the job was not cancelled: {error}"), 400))?;
                    }
                    cancelling = Some(Box::pin(std::future::pending()));
                }
                Some(incident) = incidents.next() => self.incident(&incident).await?,
                event = events.next() => match event {
                    Some(event) => self.event(job, event)?,
                    None => return Ok(false),
                },
            }
        }
    }

    fn event(&mut self, job: &JobHandle, event: Result<JobEvent, Loss>) -> Result<(), Fault> {
        match event {
            Ok(event) => {
                self.screen.event(job, &event)?;
                self.taken = Some(event.event_seq);
                self.save()
            }
            Err(loss) => self.screen.loss(job, &loss),
        }
    }

    async fn incident(&mut self, incident: &Incident) -> Result<(), Fault> {
        self.screen.incident(incident)?;
        match incident {
            // The old resume token is worth nothing from now on.
            Incident::Resumed { .. } => self.refresh().await,
            Incident::Replaced { .. } => {
                // What was saved still says how far the job was printed, in the numbers of its own session. Those of the new one would lead astray.
                self.file = None;
                Ok(())
            }
            // So would ours, in the place of what the other process saved.
            Incident::Ended(ClientError::TakenOver) => {
                self.file = None;
                self.screen.note(
                    "another process goes on with this session: it alone can cancel the job now",
                )
            }
            _ => Ok(()),
        }
    }

    /// Asks for the newest token and saves it.
    async fn refresh(&mut self) -> Result<(), Fault> {
        if self.file.is_some() {
            self.saved = self.client.save().await;
        }
        self.save()
    }

    /// Saves after printing: a kill in between prints an event again, with the same number, and never loses one.
    fn save(&self) -> Result<(), Fault> {
        let (Some(file), Some(saved)) = (self.file, &self.saved) else {
            return Ok(());
        };
        match self.taken {
            Some(taken) => file.save(&saved.clone().with_last_event_seq(taken)),
            None => file.save(saved),
        }
    }
}

/// Where lines go: standard error for people, with a bar on a terminal; standard output as JSON.
struct Screen {
    json: bool,
    paint: Paint,
    bar: Option<ProgressBar>,
}

impl Screen {
    fn new(json: bool) -> Self {
        let bar = (!json && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::default_spinner());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            json,
            paint: Paint::stderr(),
            bar,
        }
    }

    fn accepted(&self, client: &Client, job: &JobHandle) -> Result<(), Fault> {
        let opened = client.welcome();
        let accepted = job.accepted();
        let agent = accepted
            .as_ref()
            .and_then(|accepted| accepted.agent.as_ref());
        if self.json {
            let (job_id, session_id) = (job.id(), opened.session_id.as_str());
            let job_id = job_id.as_str();
            return put(&match &accepted {
                Some(_) => Line::Accepted {
                    job_id,
                    session_id,
                    agent: agent.map(ResolvedAgent::as_str),
                },
                None => Line::Following { job_id, session_id },
            });
        }
        let id = self.paint.ink(Ink::Bold, &line(job.id().as_str(), 80));
        match agent {
            Some(agent) => self.note(&format!("{id} of {} is accepted", line(agent.as_str(), 80))),
            None => self.note(&format!("following {id}")),
        }
    }

    fn event(&self, job: &JobHandle, event: &JobEvent) -> Result<(), Fault> {
        if self.json {
            return put(&Line::event(job.id().as_str(), event));
        }
        if let (Some(bar), EventBody::Progress(progress)) = (&self.bar, &event.body) {
            show_progress(bar, progress);
            return Ok(());
        }
        self.text(&show::event(
            self.paint,
            event.event_seq,
            event.ts.as_ref(),
            &event.body,
        ))
    }

    fn loss(&self, job: &JobHandle, loss: &Loss) -> Result<(), Fault> {
        if self.json {
            return put(&Line::lost(job.id().as_str(), loss));
        }
        self.text(&self.paint.ink(Ink::Red, &line(&loss.to_string(), 400)))
    }

    fn incident(&self, incident: &Incident) -> Result<(), Fault> {
        if self.json {
            return Line::incident(incident).map_or(Ok(()), |shown| put(&shown));
        }
        match show::incident(incident) {
            Some(text) => self.text(&self.paint.ink(Ink::Yellow, &line(&text, 400))),
            None => Ok(()),
        }
    }

    /// A word of ours.
    fn note(&self, text: &str) -> Result<(), Fault> {
        self.text(text)
    }

    fn text(&self, text: &str) -> Result<(), Fault> {
        if self.json && !std::io::stderr().is_terminal() {
            return Ok(());
        }
        match &self.bar {
            Some(bar) => bar.println(text),
            None => writeln!(std::io::stderr(), "{text}").map_err(|error| {
                Fault::machine(format!("standard error cannot be written: {error}"))
            })?,
        }
        Ok(())
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// One JSON line on standard output, at once: whoever reads it acts on it.
pub(crate) fn put(line: &Line<'_>) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    line.text()
        .and_then(|text| writeln!(out, "{text}"))
        .and_then(|()| out.flush())
        .map_err(|error| Fault::output(&error))
}

fn show_progress(bar: &ProgressBar, progress: &Progress) {
    let whole = |text: &str| text.split('.').next().and_then(|whole| whole.parse().ok());
    if let Some(total) = progress
        .total
        .as_ref()
        .and_then(|total| whole(total.as_str()))
        && bar.length() != Some(total)
    {
        bar.set_length(total);
        // A template of ours; a wrong one would show as the plain bar.
        if let Ok(style) = ProgressStyle::with_template("{bar:40.cyan/dim} {percent:>3}% {msg}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
    }
    if let Some(current) = whole(progress.current.as_str()) {
        bar.set_position(current);
    }
    bar.set_message(line(&show::progress(progress), 80));
}
