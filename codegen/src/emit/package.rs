//! A target's text files, each filled from a template.

use crate::emit::Files;
use crate::emit::prose::finished;
use crate::problem::Problem;
use askama::Template;

/// The files of a target, and what went wrong with them.
#[derive(Debug)]
pub(super) struct Package {
    files: Files,
    problems: Vec<Problem>,
    empty_lines: usize,
}

impl Package {
    /// Nothing yet. A template's loops and conditions leave empty lines behind; at most `empty_lines` of them in a row are kept.
    pub(super) fn new(empty_lines: usize) -> Self {
        Self {
            files: Files::new(),
            problems: Vec::new(),
            empty_lines,
        }
    }

    /// Adds a file. `path` counts from `arcp-generated/`.
    pub(super) fn add(&mut self, path: &str, template: &impl Template) {
        match template.render() {
            Ok(text) => {
                let text = finished(&squeezed(text, self.empty_lines));
                self.files.insert(path.to_owned(), text);
            }
            Err(error) => self.problems.push(Problem::new(
                "",
                "",
                format!("the template of {path} cannot be filled: {error}"),
                "mend the template",
            )),
        }
    }

    /// Adds a file without a word in it.
    pub(super) fn add_empty(&mut self, path: &str) {
        self.files.insert(path.to_owned(), Vec::new());
    }

    /// The files.
    ///
    /// # Errors
    /// The templates that could not be filled.
    pub(super) fn done(self) -> Result<Files, Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(self.files)
        } else {
            Err(self.problems)
        }
    }
}

/// Adds files that say the same for every schema. Their templates have the paths that they have, and know only the first line.
macro_rules! add_fixed {
    ($package:expr, $($path:tt),+ $(,)?) => {$({
        #[derive(askama::Template)]
        #[template(path = $path)]
        struct Fixed {
            generated: &'static str,
        }
        let generated = $crate::emit::prose::GENERATED;
        $package.add($path, &Fixed { generated });
    })+};
}
pub(super) use add_fixed;

/// At most `empty` empty lines in a row.
fn squeezed(mut text: String, empty: usize) -> String {
    let most = "\n".repeat(empty + 1);
    let more = format!("{most}\n");
    while text.contains(&more) {
        text = text.replace(&more, &most);
    }
    text
}
