//! The target `bundle`.

use crate::emit::Files;
use crate::model::Model;
use crate::problem::Problem;

/// Emits the files of this target.
///
/// # Errors
/// What the model holds and this target cannot express.
pub fn emit(_model: &Model) -> Result<Files, Vec<Problem>> {
    Ok(Files::new())
}
