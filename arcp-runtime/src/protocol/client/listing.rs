//! Looking at jobs, from the client's side (§6.6).

use arcp_generated::session::{Feature, Jobs, ListJobs};

use super::core::{ClientCore, Key, Output};
use super::correlate::{Clues, Kind, Request};
use super::news::ClientError;
use crate::clock::Now;

impl ClientCore {
    /// Asks for a page of jobs.
    pub fn list_jobs(&mut self, key: Key, query: ListJobs, now: Now) {
        if self.agreed(&Feature::ListJobs) {
            self.send_listing(key, query, now);
        } else {
            let error = ClientError::NotNegotiated(Feature::ListJobs);
            self.put(Output::Failed(key, error));
        }
    }

    pub(super) fn send_listing(&mut self, key: Key, query: ListJobs, now: Now) {
        let session_id = self.session_id();
        let Some((id, frame)) = self.frame_of(query.clone(), session_id, None, None, now) else {
            return;
        };
        let request = Request {
            kind: Kind::ListJobs,
            id,
            trace_id: None,
            job_id: None,
            size: frame.len(),
            ticket: key,
        };
        self.ask(frame, request);
        self.listings.insert(key, query);
    }

    pub(super) fn listed(&mut self, jobs: Jobs, clues: Clues<'_>) {
        let request_id = jobs.request_id.clone();
        let clues = Clues {
            request_id: Some(request_id.as_str()),
            ..clues
        };
        // A page that nobody waits for any more is of no use.
        if let Some(request) = self.waiting.listed(clues) {
            self.listings.remove(&request.ticket);
            self.put(Output::Listed(request.ticket, Box::new(jobs)));
        }
    }
}
