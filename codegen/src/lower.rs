//! Makes the model.
use crate::load::Source;
use crate::model::Model;
use crate::problem::Problem;
/// x
pub fn lower(_source: &Source) -> (Model, Vec<Problem>) {
    (
        Model {
            version: String::new(),
            version_pattern: String::new(),
            rooms: vec![],
            messages: vec![],
            kinds: vec![],
            limits: vec![],
            examples: vec![],
            invalid: vec![],
        },
        vec![],
    )
}
