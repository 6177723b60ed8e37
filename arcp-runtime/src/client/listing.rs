//! Looking through a runtime's jobs page by page (§6.6).

use std::collections::VecDeque;

use arcp_generated::common::Cursor;
use arcp_generated::session::{JobFilter, JobSummary, ListJobs};

use super::{Client, ClientError};

/// The jobs that match a filter, oldest first, asked for page by page as they are read.
#[derive(Debug)]
pub struct JobList {
    client: Client,
    filter: JobFilter,
    page: VecDeque<JobSummary>,
    next: Next,
}

/// Where the next page begins.
#[derive(Debug)]
enum Next {
    Start,
    After(Cursor),
    Done,
}

impl JobList {
    pub(super) fn new(client: Client, filter: JobFilter) -> Self {
        Self {
            client,
            filter,
            page: VecDeque::new(),
            next: Next::Start,
        }
    }

    /// The next job; `None` after the last.
    ///
    /// # Errors
    /// As [`Client::list_jobs`]; asking again tries the same page again. [`ClientError::Protocol`] when the runtime's pages lead nowhere.
    ///
    /// # Cancel safety
    /// Safe: a job is taken only when it is returned.
    pub async fn next(&mut self) -> Result<Option<JobSummary>, ClientError> {
        loop {
            if let Some(job) = self.page.pop_front() {
                return Ok(Some(job));
            }
            let query = ListJobs::new().with_filter(self.filter.clone());
            let (query, at) = match &self.next {
                Next::Start => (query, None),
                Next::After(cursor) => (query.with_cursor(cursor.clone()), Some(cursor.clone())),
                Next::Done => return Ok(None),
            };
            let page = self.client.list_jobs(query).await?;
            self.next = match page.next_cursor {
                Some(cursor) if at.as_ref() == Some(&cursor) => {
                    self.next = Next::Done;
                    let reason = "a page of jobs names itself as the next one".to_owned();
                    return Err(ClientError::Protocol(reason));
                }
                Some(cursor) => Next::After(cursor),
                None => Next::Done,
            };
            self.page = page.jobs.into();
        }
    }
}
