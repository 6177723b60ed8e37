//! The language-neutral model that `lower` makes of `schema/` and every emitter reads.
//!
//! It holds no JSON Schema and no Rust: names are the schema's own (`UpperCamelCase` for definitions, wire spelling for members);
//! each emitter turns them into its language's spelling through `naming`. Everything is in schema order and owned.

/// The whole wire, as one value.
#[derive(Clone, Debug)]
pub struct Model {
    /// The wire version that is sent (`"1.1"`).
    pub version: String,
    /// The pattern of the wire versions that are accepted.
    pub version_pattern: String,
    /// Definitions by room (`common`, `session`, …), in schema order.
    pub rooms: Vec<Room>,
    /// The 22 messages, in the order of `arcp.schema.json#/$defs/Message`.
    pub messages: Vec<Message>,
    /// The ten event kinds, in the order of `job.schema.json#/$defs/Event`.
    pub kinds: Vec<Kind>,
    /// Limits and timers.
    pub limits: Vec<Limit>,
    /// Frames that must decode (`path` relative to `schema/`).
    pub examples: Vec<Example>,
    /// Frames that must be refused.
    pub invalid: Vec<Example>,
}

/// One schema file: `session.schema.json` is the room `session`.
#[derive(Clone, Debug)]
pub struct Room {
    pub name: String,
    pub description: String,
    pub types: Vec<Type>,
}

/// A named definition that becomes a type in every language.
#[derive(Clone, Debug)]
pub struct Type {
    pub name: String,
    pub docs: Docs,
    pub shape: Shape,
    /// File and JSON pointer, for error messages and docs.
    pub origin: Origin,
}

/// What a reader is told about a definition, member or value.
#[derive(Clone, Debug, Default)]
pub struct Docs {
    pub description: String,
    /// Section of the specification, such as `6.2`.
    pub section: Option<String>,
    pub basis: Basis,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    #[default]
    Spec,
    Draft02,
    Ours,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Relative to `schema/`.
    pub file: String,
    pub pointer: String,
}

#[derive(Clone, Debug)]
pub enum Shape {
    Struct(Struct),
    /// A string with a grammar, a length or a secret of its own.
    Text(Text),
    Enum(Enum),
    /// `oneOf` whose arms are told apart by a required member each.
    MemberUnion(Vec<MemberArm>),
    /// String-keyed map with typed values.
    Map {
        key: Ref,
        value: Ref,
    },
    /// Integer with bounds and a name of its own.
    Integer(Integer),
    /// Built in: a JSON number with its digits kept (`common::Decimal`).
    Decimal,
    /// Built in: any JSON value, kept as text (`common::Json`).
    Json,
    /// Built in: a JSON object, kept as text (`common::JsonObject`).
    JsonObject,
}

#[derive(Clone, Debug)]
pub struct Struct {
    pub members: Vec<Member>,
    /// Pairs that must not occur together.
    pub exclusive: Vec<(String, String)>,
    /// `Some` on `job.schema.json#/$defs/Event`: its `content` member is the union of [`Model::kinds`].
    pub union: Option<TagUnion>,
    /// A bare string is read as an object with only this member.
    pub from_string: Option<String>,
}

/// A union whose arm is named by a sibling member.
#[derive(Clone, Debug)]
pub struct TagUnion {
    pub name: String,
    pub tag: String,
    pub content: String,
}

#[derive(Clone, Debug)]
pub struct Member {
    /// As on the wire: `lease_request`, `cost.budget`.
    pub wire: String,
    pub docs: Docs,
    pub ty: Ref,
    pub presence: Presence,
    /// `null` is a value of its own, not "missing".
    pub null_is_value: bool,
    /// The member is optional, and is written as `null` when there is none.
    pub null_is_written: bool,
    pub secret: bool,
    /// `always`, `never`, or a condition in words.
    pub send: Option<String>,
    /// Read when this member is missing.
    pub fallback: Option<String>,
    pub feature: Option<String>,
    pub unit: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    Required,
    Optional,
    /// The JSON text of what a receiver assumes.
    Default(String),
}

/// A use of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum Ref {
    /// `session` / `Hello`.
    Named {
        room: String,
        name: String,
    },
    /// A string without a rule.
    String,
    /// A string with only a length rule, in characters.
    BoundedString {
        min: u32,
        max: Option<u32>,
    },
    Bool,
    Integer(Integer),
    List {
        item: Box<Ref>,
        min: u32,
        max: Option<u32>,
        unique: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer {
    pub min: i64,
    pub max: i64,
}

#[derive(Clone, Debug)]
pub struct Text {
    pub pattern: Option<String>,
    pub send_pattern: Option<String>,
    /// In characters.
    pub min: u32,
    pub max: Option<u32>,
    pub secret: bool,
}

#[derive(Clone, Debug)]
pub struct Enum {
    /// An unlisted value is kept as it came.
    pub open: bool,
    /// Of an open enum: what an unlisted value must look like.
    pub pattern: Option<String>,
    pub max: Option<u32>,
    pub values: Vec<Value>,
}

#[derive(Clone, Debug)]
pub struct Value {
    pub wire: String,
    /// `UpperCamelCase`, from the schema.
    pub name: String,
    pub docs: Docs,
    pub feature: Option<String>,
    /// Of an error code.
    pub error: Option<ErrorFacts>,
    /// Of a feature: what it gates, in sentences.
    pub gates: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct ErrorFacts {
    /// The default of `retryable`.
    pub retryable: bool,
    /// `retryable` must always have that value.
    pub pinned: bool,
    pub cause: String,
    pub cure: String,
}

#[derive(Clone, Debug)]
pub struct MemberArm {
    /// Name of the arm: `Success`.
    pub name: String,
    pub ty: Ref,
    /// The member whose presence selects it.
    pub member: String,
}

#[derive(Clone, Debug)]
pub struct Message {
    /// `session.hello`.
    pub wire: String,
    /// `SessionHello`: the room and the payload's name.
    pub name: String,
    pub docs: Docs,
    pub direction: Direction,
    pub feature: Option<String>,
    pub payload: Ref,
    pub origin: Origin,
    /// What the sender puts on the envelope, for `session_id`, `job_id`, `event_seq`, `trace_id`.
    pub envelope: Carries,
    /// What a receiver requires there.
    pub requires: Vec<String>,
    pub answers: Vec<String>,
    pub answered_by: Vec<String>,
    pub replayed: bool,
    pub terminal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Client to runtime.
    Client,
    /// Runtime to client.
    Runtime,
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carries {
    pub session_id: Carry,
    pub job_id: Carry,
    pub event_seq: Carry,
    pub trace_id: Carry,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carry {
    Required,
    Optional,
    Absent,
}

#[derive(Clone, Debug)]
pub struct Kind {
    /// `tool_call`.
    pub wire: String,
    /// `ToolCall`.
    pub name: String,
    pub docs: Docs,
    pub body: Ref,
    pub origin: Origin,
    pub feature: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Limit {
    pub name: String,
    pub default: u64,
    pub unit: String,
    pub docs: Docs,
}

#[derive(Clone, Debug)]
pub struct Example {
    /// `session.hello/full.json`.
    pub path: String,
    /// Of an invalid frame: its `$comment`.
    pub reason: Option<String>,
    /// The frame without its `$comment`, as compact JSON in the file's member order.
    pub text: String,
}
