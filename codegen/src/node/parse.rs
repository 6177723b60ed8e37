//! The reader of [`Node`]s (RFC 8259). Depth is limited; duplicate members are an error.

use super::{Node, Value, step};

const MAX_DEPTH: usize = 100;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Pointer of the innermost value that was being read.
    pub pointer: String,
    /// From 1.
    pub line: usize,
    /// A sentence without a full stop.
    pub reason: String,
}

/// Reads one JSON value.
///
/// # Errors
/// The first place where the text is not JSON, or every duplicate member when it is.
pub fn parse(text: &str) -> Result<Node, Vec<ParseError>> {
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        duplicates: Vec::new(),
    };
    let node = reader.value("", 0).map_err(|error| vec![error])?;
    reader.space();
    if reader.at < text.len() {
        return Err(vec![reader.error("", "there is text after the value")]);
    }
    if reader.duplicates.is_empty() {
        Ok(node)
    } else {
        Err(reader.duplicates)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    duplicates: Vec<ParseError>,
}

impl Reader<'_> {
    fn error(&self, pointer: &str, reason: impl Into<String>) -> ParseError {
        ParseError {
            pointer: pointer.to_owned(),
            line: self.line,
            reason: reason.into(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn value(&mut self, pointer: &str, depth: usize) -> Result<Node, ParseError> {
        if depth > MAX_DEPTH {
            return Err(self.error(
                pointer,
                format!("values are nested deeper than {MAX_DEPTH}"),
            ));
        }
        self.space();
        let line = self.line;
        let value = match self.peek() {
            Some(b'{') => self.object(pointer, depth)?,
            Some(b'[') => self.array(pointer, depth)?,
            Some(b'"') => Value::String(self.string(pointer)?),
            Some(b'-' | b'0'..=b'9') => self.number(pointer)?,
            Some(_) => self.word(pointer)?,
            None => return Err(self.error(pointer, "the text ends where a value should stand")),
        };
        Ok(Node { line, value })
    }

    fn object(&mut self, pointer: &str, depth: usize) -> Result<Value, ParseError> {
        self.at += 1;
        let mut members: Vec<(String, Node)> = Vec::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error(pointer, "a member name in quotes is missing"));
            }
            let name = self.string(pointer)?;
            let inner = step(pointer, &name);
            if members.iter().any(|(old, _)| *old == name) {
                let error = self.error(&inner, format!("the member `{name}` occurs twice"));
                self.duplicates.push(error);
            }
            self.space();
            if !self.eat(b':') {
                return Err(self.error(&inner, "a `:` is missing after the member name"));
            }
            let node = self.value(&inner, depth + 1)?;
            members.push((name, node));
            self.space();
            if self.eat(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.error(&inner, "a `,` or `}` is missing after the member"));
            }
        }
    }

    fn array(&mut self, pointer: &str, depth: usize) -> Result<Value, ParseError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            let inner = format!("{pointer}/{}", items.len());
            items.push(self.value(&inner, depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.error(&inner, "a `,` or `]` is missing after the item"));
            }
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Strings, numbers and words are judged by serde_json; this only finds where they end.
    fn string(&mut self, pointer: &str) -> Result<String, ParseError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err(self.error(pointer, "a string is not closed")),
            }
        }
        self.at += 1;
        let raw = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(raw).map_err(|_| {
            self.error(
                pointer,
                "a string holds a bad escape or a control character",
            )
        })
    }

    fn number(&mut self, pointer: &str) -> Result<Value, ParseError> {
        let raw = self.run(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
        match serde_json::from_str::<&serde_json::value::RawValue>(&raw) {
            Ok(_) => Ok(Value::Number(raw)),
            Err(_) => Err(self.error(pointer, format!("`{raw}` is not a JSON number"))),
        }
    }

    fn word(&mut self, pointer: &str) -> Result<Value, ParseError> {
        match self.run(|byte| byte.is_ascii_alphanumeric()).as_str() {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(self.error(pointer, "a value is missing or is not JSON")),
        }
    }

    fn run(&mut self, keep: impl Fn(u8) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&keep) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default().to_owned()
    }
}
