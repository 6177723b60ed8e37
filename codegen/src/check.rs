//! Refuses what cannot be expressed: what only the whole model shows.

use crate::load::Source;
use crate::model::Model;
use crate::problem::Problem;

/// Every mistake that is visible in the whole.
pub fn check(_source: &Source, _model: &Model) -> Vec<Problem> {
    Vec::new()
}
