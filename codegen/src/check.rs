//! Refuses what cannot be expressed: what only the whole shows.
//!
//! `lower` has looked at each definition by itself. Here: special cases that match nothing, names that collide after casing, tags that
//! occur twice, types that contain themselves, words that name nothing, and frames that the schema does not take.

mod cycles;
mod frames;
mod names;
mod words;

use crate::load::Source;
use crate::model::Model;
use crate::problem::Problem;
use crate::special_cases;

/// Every mistake that is visible in the whole. What depends on the rest being right is looked at only when it is.
pub fn check(source: &Source, model: &Model, sound_so_far: bool) -> Vec<Problem> {
    let mut problems = special_cases::check(source);
    problems.extend(names::check(model));
    problems.extend(cycles::check(model));
    if sound_so_far && problems.is_empty() {
        problems.extend(words::check(source, model));
    }
    if sound_so_far && problems.is_empty() {
        problems.extend(frames::check(source, model));
    }
    problems
}
