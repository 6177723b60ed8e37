//! Strings and values in which `{i}` stands for the index of the innermost `repeat`.

use std::borrow::Cow;

use arcp_generated::common::Json;

/// What stands for the index.
const MARK: &str = "{i}";

/// A text, or the text of a JSON value. In JSON the mark can only occur inside a string, so both are replaced alike.
#[derive(Clone, Debug)]
pub(super) struct Template {
    text: String,
    marked: bool,
}

impl Template {
    /// A template, when it stands inside a `repeat`; the plain text outside.
    pub(super) fn new(text: impl Into<String>, repeated: bool) -> Self {
        let text = text.into();
        let marked = repeated && text.contains(MARK);
        Self { text, marked }
    }

    /// The text of one round.
    pub(super) fn render(&self, index: u64) -> Cow<'_, str> {
        if self.marked {
            Cow::Owned(self.text.replace(MARK, &index.to_string()))
        } else {
            Cow::Borrowed(&self.text)
        }
    }

    /// The text of one round, owned.
    pub(super) fn string(&self, index: u64) -> String {
        self.render(index).into_owned()
    }
}

/// A JSON value with marks.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// It is the same in each round.
    Fixed(Json),
    /// It depends on the index.
    Marked(Template),
}

impl Value {
    pub(super) fn new(value: Json, repeated: bool) -> Self {
        let template = Template::new(value.get(), repeated);
        if template.marked {
            Self::Marked(template)
        } else {
            Self::Fixed(value)
        }
    }

    /// The value of one round.
    ///
    /// # Errors
    /// None in practice: digits inside a string leave JSON as it is.
    pub(super) fn render(&self, index: u64) -> Result<Json, serde_json::Error> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Marked(template) => serde_json::from_str(&template.render(index)),
        }
    }
}
