//! Looking at jobs, from the client's side (§6.6).

use arcp_generated::session::{Feature, Jobs, ListJobs};

use super::core::{ClientCore, Key, Output};
use super::correlate::{Clues, Kind};
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
        if self.request((Kind::ListJobs, key), query.clone(), None, now) {
            self.listings.insert(key, query);
        }
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
