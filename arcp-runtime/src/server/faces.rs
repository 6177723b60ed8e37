//! The ids of jobs, for connections that replay from the store.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use arcp_generated::common::JobId;

use crate::id::JobKey;
use crate::limits::FORGOTTEN_FACES;
use crate::protocol::frame::JobFace;

/// What the dispatcher knows and connections look up.
#[derive(Debug, Default)]
pub(super) struct Faces {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    faces: HashMap<JobKey, Arc<JobFace>>,
    /// Jobs that are forgotten, oldest first: sessions may still hold their events.
    forgotten: VecDeque<JobKey>,
}

impl Faces {
    pub(super) fn insert(&self, face: &Arc<JobFace>) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .faces
            .insert(face.key, Arc::clone(face));
    }

    /// A job is forgotten: of those that were forgotten longest ago, so are the faces.
    pub(super) fn forget(&self, key: JobKey) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.forgotten.push_back(key);
        if known.forgotten.len() > FORGOTTEN_FACES
            && let Some(oldest) = known.forgotten.pop_front()
        {
            known.faces.remove(&oldest);
        }
    }

    /// The face of a job. Of one that was forgotten long ago, or before a restart, what its key tells.
    pub(super) fn get(&self, key: JobKey) -> Option<Arc<JobFace>> {
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .faces
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

#[cfg(test)]
mod tests {
    use arcp_generated::common::TraceId;

    use super::*;
    use crate::id::Ulid;

    #[test]
    fn a_forgotten_job_keeps_its_trace_until_many_more_are_forgotten() {
        let faces = Faces::default();
        let job = |n: usize| JobKey(Ulid(n as u128));
        for n in 0..=FORGOTTEN_FACES {
            let face = JobFace {
                key: job(n),
                job_id: JobId::try_from(job(n).to_string()).unwrap(),
                trace_id: TraceId::try_from("0af7651916cd43dd8448eb211c80319c").ok(),
            };
            faces.insert(&Arc::new(face));
            faces.forget(job(n));
        }
        let traced = |n| faces.get(job(n)).unwrap().trace_id.is_some();
        assert!((1..=FORGOTTEN_FACES).all(traced));
        assert!(!traced(0));
        assert_eq!(
            faces.get(job(0)).unwrap().job_id.as_str(),
            job(0).to_string()
        );
        assert_eq!(faces.known.read().unwrap().faces.len(), FORGOTTEN_FACES);
    }
}
