//! The connection of a client's task: made, read and written, lost and made again, ended.

use std::task::{Context, Poll, ready};

use super::super::link::{Heard, Link, Wire};
use super::super::{ClientError, Incident};
use super::{Driver, Turn};
use crate::limits::READ_BATCH;
use crate::transport::{CloseCode, Goodbye};

impl Driver {
    /// The connection does what it is for: a later loss starts its own count of tries.
    pub(super) fn progressed(&mut self) {
        self.attempt = 0;
        self.lost_at = None;
    }

    /// A session that stayed open for longer than any wait between two tries has recovered, even if nothing happened in it.
    fn judge_stay(&mut self) {
        let stayed = self
            .open_since
            .take()
            .map(|since| self.now().mono.saturating_sub(since));
        if let (Some(stayed), Some(backoff)) = (stayed, self.backoff)
            && stayed > backoff.max
        {
            self.progressed();
        }
    }

    pub(super) fn drive_link(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        match &mut self.link {
            Link::Waiting(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                self.link = Link::Connecting(self.connector.connect());
            }
            Link::Connecting(connecting) => match ready!(connecting.as_mut().poll(cx)) {
                Ok(transport) => {
                    self.link = Link::Up(Wire::new(transport));
                    let now = self.now();
                    self.core.connected(now);
                }
                Err(error) => self.unreachable(error),
            },
            Link::Up(wire) => {
                while let Some(frame) = self.core.next_frame() {
                    wire.send(frame);
                }
                wire.drive_writing(cx);
                return self.read(cx);
            }
            Link::Ending(wire, code, patience) => {
                if patience.as_mut().poll(cx).is_pending() {
                    ready!(wire.poll_ending(cx, *code));
                }
                self.link = Link::Down;
            }
            Link::Down if self.held.is_none() => return Poll::Ready(Turn::Over),
            // What is held is still handed out.
            Link::Down => return Poll::Pending,
        }
        Poll::Ready(Turn::Again)
    }

    /// Reads until nothing is there, a queue is full, or others should have their turn.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        let now = self.now();
        for frames in 0..READ_BATCH {
            if self.held.is_some() {
                if frames > 0 {
                    break;
                }
                return Poll::Pending;
            }
            let Link::Up(wire) = &mut self.link else {
                break;
            };
            if wire.is_behind(&self.limits) {
                // The runtime does not read what we answer: it is not read either until it does.
                return Poll::Pending;
            }
            let heard = match wire.poll_read(cx) {
                Poll::Ready(heard) => heard,
                // What was read may have made frames to write: only a round without news may wait.
                Poll::Pending if frames == 0 => return Poll::Pending,
                Poll::Pending => break,
            };
            match heard {
                Heard::Frame(frame) => self.core.receive(&frame, now),
                Heard::Unreadable(reason) => self.core.garbled(&reason),
                Heard::End(reason, goodbye) => self.lost(reason, goodbye),
            }
            self.hand_out(cx);
        }
        Poll::Ready(Turn::Again)
    }

    /// The connection is gone.
    pub(super) fn lost(&mut self, reason: String, goodbye: Option<Goodbye>) {
        self.link = Link::Down;
        self.judge_stay();
        let now = self.now();
        self.core.disconnected(now);
        if !self.closing.is_empty() {
            self.end(ClientError::Closed);
        } else if goodbye.is_some_and(|goodbye| goodbye.code == CloseCode::TakenOver.code()) {
            self.end(ClientError::TakenOver);
        } else if !self.core.was_open() {
            self.end(ClientError::Connect {
                reason: format!("{reason} before the welcome"),
                transient: true,
            });
        } else {
            self.tell(Incident::Disconnected {
                reason: reason.clone(),
            });
            self.retry(reason);
        }
    }

    /// A connection could not be made.
    fn unreachable(&mut self, error: ClientError) {
        let transient = matches!(
            &error,
            ClientError::Connect {
                transient: true,
                ..
            }
        );
        if !transient || !self.core.was_open() {
            self.end(error);
            return;
        }
        let reason = error.to_string();
        self.tell(Incident::RetryFailed {
            attempt: self.attempt.saturating_sub(1),
            reason: reason.clone(),
        });
        self.retry(reason);
    }

    /// Tries again after a while, or not at all.
    fn retry(&mut self, reason: String) {
        let now = self.now().mono;
        let lost_for = now.saturating_sub(*self.lost_at.get_or_insert(now));
        let random = u64::try_from(self.mint.ulid(self.now().wall).0 & u128::from(u64::MAX))
            .unwrap_or_default();
        let delay = self
            .backoff
            .and_then(|backoff| backoff.delay(self.attempt, lost_for, random));
        match delay {
            Some(delay) => {
                self.attempt = self.attempt.saturating_add(1);
                self.link = Link::Waiting(Box::pin(tokio::time::sleep(delay)));
            }
            None => self.end(ClientError::Disconnected { reason }),
        }
    }

    /// The client has ended: everybody who waits is told, and the transport says goodbye.
    pub(super) fn end(&mut self, error: ClientError) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        self.core.abandon(&error);
        self.link = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Up(mut wire) => {
                while let Some(frame) = self.core.next_frame() {
                    wire.send(frame);
                }
                wire.ending(CloseCode::Normal, self.limits.goodbye)
            }
            _ => Link::Down,
        };
        // Requests that were not looked at yet are answered by dropping them.
        self.requests.close();
        self.tell(Incident::Ended(error.clone()));
        if let Some(ready) = self.ready.take() {
            drop(ready.send(Err(error)));
        }
    }
}
