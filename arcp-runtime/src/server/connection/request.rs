//! What a client's request becomes for the dispatcher.

use super::Served;
use crate::limits::LIST_PAGE_BYTES;
use crate::protocol::connection::Request;
use crate::protocol::core::Input;
use crate::server::lanes::Call;
use crate::server::submit;

impl Served<'_> {
    /// What is asked of the dispatcher, with the room that the answer will take.
    pub(super) fn call(&self, request: Request) -> Call {
        let line = &self.welcomed.line;
        let owing = match &request {
            Request::Ack { .. } | Request::Leave { .. } | Request::Unsubscribe { .. } => None,
            Request::List { .. } => Some(line.owing(LIST_PAGE_BYTES)),
            Request::Submit { .. } | Request::Cancel { .. } | Request::Subscribe { .. } => {
                Some(line.owing(0))
            }
        };
        let input = self.input(request);
        match owing {
            Some(owing) => Call::Ask(owing, input),
            None => Call::Tell(input),
        }
    }

    fn input(&self, request: Request) -> Input {
        let conn = self.conn;
        match request {
            Request::Submit { id, trace, submit } => {
                let now = self.host.clock.now();
                let id = id.as_str().to_owned();
                let submission = submit::prepare(
                    id,
                    trace,
                    *submit,
                    &self.host.agents,
                    self.welcomed.features,
                    self.host.mint.as_ref(),
                    now,
                );
                Input::Submit(conn, Box::new(submission))
            }
            Request::Cancel { id, job, reason } => Input::Cancel {
                conn,
                request: id.as_str().to_owned(),
                job: job.as_str().to_owned(),
                reason,
            },
            Request::Ack { through } => Input::Ack { conn, through },
            Request::Leave { answer } => Input::Leave { conn, answer },
            Request::Subscribe { id, subscribe } => Input::Subscribe {
                conn,
                request: id,
                subscribe,
                written: self.written,
            },
            Request::Unsubscribe { job } => Input::Unsubscribe {
                conn,
                job: job.as_str().to_owned(),
            },
            Request::List { id, list } => Input::List {
                conn,
                request: id,
                list,
            },
        }
    }
}
