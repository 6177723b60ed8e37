//! The press: reads `schema/`, writes `arcp-generated/`.
//!
//! [`load`] reads, [`lower`] makes the [`model`], [`check`] refuses what cannot be expressed, [`emit`] prints, [`plan`] compares with the disk.
//! Nothing here writes, except [`plan::Plan::apply`], which only `main` calls. No room that is written is a dependency.

pub mod check;
pub mod emit;
pub mod load;
pub mod lower;
#[expect(
    missing_docs,
    reason = "most names say it all; what needs a sentence has one"
)]
pub mod model;
pub mod naming;
pub mod node;
pub mod plan;
pub mod problem;
pub mod special_cases;
pub mod words;

use model::Model;
use problem::Problem;
use std::path::Path;

/// Reads and judges `schema/`.
///
/// # Errors
/// Every mistake that the first failing step finds, sorted by place.
pub fn read(schema: &Path) -> Result<Model, Vec<Problem>> {
    let source = load::load(schema)?;
    let (model, mut problems) = lower::lower(&source);
    let sound = problems.is_empty();
    problems.extend(check::check(&source, &model, sound));
    if problems.is_empty() {
        return Ok(model);
    }
    for problem in &mut problems {
        source.locate(problem);
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}
