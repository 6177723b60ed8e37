//! The ids of jobs, for connections that replay from the store.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use arcp_generated::common::JobId;

use crate::id::JobKey;
use crate::protocol::frame::JobFace;

/// What the dispatcher knows and connections look up.
#[derive(Debug, Default)]
pub(super) struct Faces {
    known: RwLock<HashMap<JobKey, Arc<JobFace>>>,
}

impl Faces {
    pub(super) fn insert(&self, face: &Arc<JobFace>) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(face.key, Arc::clone(face));
    }

    pub(super) fn remove(&self, key: JobKey) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&key);
    }

    /// The face of a job; of a forgotten one, what its key tells.
    pub(super) fn get(&self, key: JobKey) -> Option<Arc<JobFace>> {
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        known.or_else(|| {
            Some(Arc::new(JobFace {
                key,
                job_id: JobId::try_from(key.to_string()).ok()?,
                trace_id: None,
            }))
        })
    }
}
