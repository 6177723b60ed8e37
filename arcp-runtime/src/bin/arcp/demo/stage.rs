//! What spectators see: scenes, a bar while events come, and a table at the end.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ledger::Ledger;
use crate::fault::{Fault, Trouble};
use crate::paint::{Ink, Paint};

/// Standard output, for people.
pub(super) struct Stage {
    paint: Paint,
    terminal: bool,
}

/// What one scene came to.
pub(super) struct Scene {
    store: &'static str,
    what: &'static str,
    events: u64,
    reconnects: u64,
    missing: u64,
    twice: u64,
    good: bool,
}

impl Scene {
    /// `kills` clients were killed: each may have been in the middle of printing one event, which then comes again.
    pub(super) fn new(
        store: &'static str,
        what: &'static str,
        ledger: &Ledger,
        kills: u64,
        ended_well: bool,
    ) -> Self {
        Self {
            store,
            what,
            events: ledger.events(),
            reconnects: ledger.reconnects(),
            missing: ledger.missing() + ledger.wrong(),
            twice: ledger.twice(),
            good: ended_well && ledger.is_whole() && ledger.twice() <= kills,
        }
    }
}

impl Stage {
    pub(super) fn new() -> Self {
        Self {
            paint: Paint::stdout(),
            terminal: std::io::stdout().is_terminal(),
        }
    }

    pub(super) fn open(&self) {
        let title = self.paint.ink(Ink::Bold, "A job that survives");
        say(&format!(
            "{title}\nAn agent counts to 300 and tells each number twice: 600 events. Every one of them has to arrive, in order."
        ));
    }

    pub(super) fn scene(&self, title: &str) {
        say(&format!("\n{}", self.paint.ink(Ink::Bold, title)));
    }

    pub(super) fn says(&self, who: &str, what: &str) {
        say(&self.row(Ink::Dim, who, "", what));
    }

    fn row(&self, ink: Ink, who: &str, at: &str, what: &str) -> String {
        format!(
            "  {} {} {what}",
            self.paint.ink(ink, &format!("{who:<8}")),
            self.paint.ink(Ink::Dim, &format!("{at:>10}"))
        )
    }

    /// A bar of `total` events, on a terminal.
    pub(super) fn watch(&self, total: u64) -> Watch<'_> {
        let bar = self.terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stdout());
            // A template of ours; a wrong one would show as the plain bar.
            if let Ok(style) =
                ProgressStyle::with_template("  {bar:50.cyan/dim} {pos:>3}/{len} events")
            {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar
        });
        Watch { stage: self, bar }
    }

    /// Tells how a scene ended, and gives it back.
    pub(super) fn ending(&self, scene: Scene) -> Scene {
        let (ink, word) = verdict(scene.good);
        let text = format!(
            "{} events, {} missing, {} again, {} reconnects",
            scene.events, scene.missing, scene.twice, scene.reconnects
        );
        say(&self.row(ink, word, "", &text));
        scene
    }

    /// The table.
    ///
    /// # Errors
    /// When a scene was not good.
    pub(super) fn summary(&self, scenes: &[Scene]) -> Result<(), Fault> {
        let head = format!(
            "\n{:<8} {:<22} {:>7} {:>10} {:>8} {:>6}  ",
            "store", "what happened", "events", "reconnects", "missing", "again"
        );
        say(&self.paint.ink(Ink::Bold, &head));
        for scene in scenes {
            let (ink, word) = verdict(scene.good);
            say(&format!(
                "{:<8} {:<22} {:>7} {:>10} {:>8} {:>6}  {}",
                scene.store,
                scene.what,
                scene.events,
                scene.reconnects,
                scene.missing,
                scene.twice,
                self.paint.ink(ink, word)
            ));
        }
        if scenes.iter().any(|scene| scene.twice > 0) {
            say(
                "An event came again, with its own number: its client was killed between printing it and noting that.",
            );
        }
        if scenes.iter().all(|scene| scene.good) {
            say("\nNo event is missing.");
            return Ok(());
        }
        Err(Fault::new(
            Trouble::Failed,
            "something is missing; the table says where",
        ))
    }
}

fn verdict(good: bool) -> (Ink, &'static str) {
    if good {
        (Ink::Green, "whole")
    } else {
        (Ink::Red, "BROKEN")
    }
}

/// Watches one job's events.
pub(super) struct Watch<'a> {
    stage: &'a Stage,
    bar: Option<ProgressBar>,
}

impl Watch<'_> {
    /// Event number `at` has arrived.
    pub(super) fn at(&self, at: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(at);
        }
    }

    /// Something happened at event `at`.
    pub(super) fn note(&self, what: &str, at: u64, text: &str) {
        let ink = match what {
            "cut" => Ink::Yellow,
            "killed" => Ink::Red,
            _ => Ink::Cyan,
        };
        let row = self.stage.row(ink, what, &format!("event {at}"), text);
        match &self.bar {
            Some(bar) => bar.println(row),
            None => say(&row),
        }
    }

    pub(super) fn done(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn say(text: &str) {
    // Spectators may leave; what counts is the exit code.
    let _ = writeln!(std::io::stdout(), "{text}");
}
