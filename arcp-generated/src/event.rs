// @generated from schema/ by codegen; do not edit
//! What happens in a job: the ten event kinds and their bodies.
/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A line for whoever watches the job.
    ///
    /// `log` (§8.2).
    Log,
    /// A step of the agent's reasoning.
    ///
    /// `thought` (§8.2).
    Thought,
    /// A tool is called.
    ///
    /// `tool_call` (§8.2).
    ToolCall,
    /// A tool has answered or failed.
    ///
    /// `tool_result` (§8.2).
    ToolResult,
    /// What the job is busy with.
    ///
    /// `status` (§8.2).
    Status,
    /// A measurement.
    ///
    /// `metric` (§8.2).
    Metric,
    /// Something was made that lies elsewhere.
    ///
    /// `artifact_ref` (§8.2).
    ArtifactRef,
    /// Work is handed to another agent.
    ///
    /// `delegate` (§10).
    Delegate,
    /// How far the job is.
    ///
    /// `progress` (§8.2). Needs the feature `progress`.
    Progress,
    /// A piece of a streamed result.
    ///
    /// `result_chunk` (§8.4). Needs the feature `result_chunk`.
    ResultChunk,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl EventKind {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Log,
        Self::Thought,
        Self::ToolCall,
        Self::ToolResult,
        Self::Status,
        Self::Metric,
        Self::ArtifactRef,
        Self::Delegate,
        Self::Progress,
        Self::ResultChunk,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Log => "log",
            Self::Thought => "thought",
            Self::ToolCall => "tool_call",
            Self::ToolResult => "tool_result",
            Self::Status => "status",
            Self::Metric => "metric",
            Self::ArtifactRef => "artifact_ref",
            Self::Delegate => "delegate",
            Self::Progress => "progress",
            Self::ResultChunk => "result_chunk",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "log" => Self::Log,
                "thought" => Self::Thought,
                "tool_call" => Self::ToolCall,
                "tool_result" => Self::ToolResult,
                "status" => Self::Status,
                "metric" => Self::Metric,
                "artifact_ref" => Self::ArtifactRef,
                "delegate" => Self::Delegate,
                "progress" => Self::Progress,
                "result_chunk" => Self::ResultChunk,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    EventKind, "an event kind", checked, crate ::grammar::event_event_kind,
    "must have 1 to 128 characters"
);
impl EventKind {
    /// The feature that both sides must have listed before an event of this kind is sent.
    pub fn feature(&self) -> Option<crate::session::Feature> {
        match self {
            Self::Progress => Some(crate::session::Feature::Progress),
            Self::ResultChunk => Some(crate::session::Feature::ResultChunk),
            _ => None,
        }
    }
}
/// The particulars of an event; its kind selects the arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventBody {
    /// A line for whoever watches the job.
    ///
    /// `log` (§8.2).
    Log(Log),
    /// A step of the agent's reasoning.
    ///
    /// `thought` (§8.2).
    Thought(Thought),
    /// A tool is called.
    ///
    /// `tool_call` (§8.2).
    ToolCall(ToolCall),
    /// A tool has answered or failed.
    ///
    /// `tool_result` (§8.2).
    ToolResult(ToolResult),
    /// What the job is busy with.
    ///
    /// `status` (§8.2).
    Status(Status),
    /// A measurement.
    ///
    /// `metric` (§8.2).
    Metric(Metric),
    /// Something was made that lies elsewhere.
    ///
    /// `artifact_ref` (§8.2).
    ArtifactRef(ArtifactRef),
    /// Work is handed to another agent.
    ///
    /// `delegate` (§10).
    Delegate(Delegate),
    /// How far the job is.
    ///
    /// `progress` (§8.2). Needs the feature `progress`.
    Progress(Progress),
    /// A piece of a streamed result.
    ///
    /// `result_chunk` (§8.4). Needs the feature `result_chunk`.
    ResultChunk(ResultChunk),
    /// An event of a vendor or of a later version, as it came.
    Unknown {
        /// Its kind.
        kind: crate::common::UnknownText,
        /// Its body.
        body: crate::common::JsonObject,
    },
}
impl EventBody {
    /// An event of a kind that this version does not know.
    ///
    /// # Errors
    /// When the kind is known, or is no kind at all.
    pub fn other(
        kind: &str,
        body: crate::common::JsonObject,
    ) -> ::core::result::Result<Self, crate::common::Invalid> {
        match EventKind::parse(kind)? {
            EventKind::Unknown(kind) => Ok(Self::Unknown { kind, body }),
            _ => {
                Err(
                    crate::common::Invalid::new(
                        "another event kind",
                        "is a kind with an arm of its own",
                    ),
                )
            }
        }
    }
    /// The kind.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Log(_) => EventKind::Log,
            Self::Thought(_) => EventKind::Thought,
            Self::ToolCall(_) => EventKind::ToolCall,
            Self::ToolResult(_) => EventKind::ToolResult,
            Self::Status(_) => EventKind::Status,
            Self::Metric(_) => EventKind::Metric,
            Self::ArtifactRef(_) => EventKind::ArtifactRef,
            Self::Delegate(_) => EventKind::Delegate,
            Self::Progress(_) => EventKind::Progress,
            Self::ResultChunk(_) => EventKind::ResultChunk,
            Self::Unknown { kind, .. } => EventKind::Unknown(kind.clone()),
        }
    }
    /// The kind as it goes over the wire.
    pub fn kind_str(&self) -> &str {
        match self {
            Self::Log(_) => "log",
            Self::Thought(_) => "thought",
            Self::ToolCall(_) => "tool_call",
            Self::ToolResult(_) => "tool_result",
            Self::Status(_) => "status",
            Self::Metric(_) => "metric",
            Self::ArtifactRef(_) => "artifact_ref",
            Self::Delegate(_) => "delegate",
            Self::Progress(_) => "progress",
            Self::ResultChunk(_) => "result_chunk",
            Self::Unknown { kind, .. } => kind.as_str(),
        }
    }
}
impl From<Log> for EventBody {
    fn from(body: Log) -> Self {
        Self::Log(body)
    }
}
impl From<Thought> for EventBody {
    fn from(body: Thought) -> Self {
        Self::Thought(body)
    }
}
impl From<ToolCall> for EventBody {
    fn from(body: ToolCall) -> Self {
        Self::ToolCall(body)
    }
}
impl From<ToolResult> for EventBody {
    fn from(body: ToolResult) -> Self {
        Self::ToolResult(body)
    }
}
impl From<Status> for EventBody {
    fn from(body: Status) -> Self {
        Self::Status(body)
    }
}
impl From<Metric> for EventBody {
    fn from(body: Metric) -> Self {
        Self::Metric(body)
    }
}
impl From<ArtifactRef> for EventBody {
    fn from(body: ArtifactRef) -> Self {
        Self::ArtifactRef(body)
    }
}
impl From<Delegate> for EventBody {
    fn from(body: Delegate) -> Self {
        Self::Delegate(body)
    }
}
impl From<Progress> for EventBody {
    fn from(body: Progress) -> Self {
        Self::Progress(body)
    }
}
impl From<ResultChunk> for EventBody {
    fn from(body: ResultChunk) -> Self {
        Self::ResultChunk(body)
    }
}
impl ::serde::Serialize for EventBody {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Log(body) => body.serialize(serializer),
            Self::Thought(body) => body.serialize(serializer),
            Self::ToolCall(body) => body.serialize(serializer),
            Self::ToolResult(body) => body.serialize(serializer),
            Self::Status(body) => body.serialize(serializer),
            Self::Metric(body) => body.serialize(serializer),
            Self::ArtifactRef(body) => body.serialize(serializer),
            Self::Delegate(body) => body.serialize(serializer),
            Self::Progress(body) => body.serialize(serializer),
            Self::ResultChunk(body) => body.serialize(serializer),
            Self::Unknown { body, .. } => body.serialize(serializer),
        }
    }
}
/// Reads a body by its kind.
pub(crate) struct BodySeed<'a>(pub(crate) &'a EventKind);
impl BodySeed<'_> {
    /// What an event without a body is: only an unknown one may be so.
    pub(crate) fn missing(kind: EventKind) -> Option<EventBody> {
        match kind {
            EventKind::Unknown(kind) => {
                Some(EventBody::Unknown {
                    kind,
                    body: crate::common::JsonObject::default(),
                })
            }
            _ => None,
        }
    }
}
impl<'de> ::serde::de::DeserializeSeed<'de> for BodySeed<'_> {
    type Value = EventBody;
    fn deserialize<D: ::serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> ::core::result::Result<EventBody, D::Error> {
        use ::serde::Deserialize;
        match self.0 {
            EventKind::Log => <Log>::deserialize(deserializer).map(EventBody::Log),
            EventKind::Thought => {
                <Thought>::deserialize(deserializer).map(EventBody::Thought)
            }
            EventKind::ToolCall => {
                <ToolCall>::deserialize(deserializer).map(EventBody::ToolCall)
            }
            EventKind::ToolResult => {
                <ToolResult>::deserialize(deserializer).map(EventBody::ToolResult)
            }
            EventKind::Status => {
                <Status>::deserialize(deserializer).map(EventBody::Status)
            }
            EventKind::Metric => {
                <Metric>::deserialize(deserializer).map(EventBody::Metric)
            }
            EventKind::ArtifactRef => {
                <ArtifactRef>::deserialize(deserializer).map(EventBody::ArtifactRef)
            }
            EventKind::Delegate => {
                <Delegate>::deserialize(deserializer).map(EventBody::Delegate)
            }
            EventKind::Progress => {
                <Progress>::deserialize(deserializer).map(EventBody::Progress)
            }
            EventKind::ResultChunk => {
                <ResultChunk>::deserialize(deserializer).map(EventBody::ResultChunk)
            }
            EventKind::Unknown(kind) => {
                let body = crate::common::JsonObject::deserialize(deserializer)?;
                Ok(EventBody::Unknown {
                    kind: kind.clone(),
                    body,
                })
            }
        }
    }
}
/// How important a log line is. Readers compare without regard to case, and keep a word that is not listed.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Every step.
    ///
    /// `trace`.
    Trace,
    /// For those who look for a fault.
    ///
    /// `debug`.
    Debug,
    /// What is worth knowing.
    ///
    /// `info`.
    Info,
    /// Not as it should be, and the job goes on.
    ///
    /// `warn`.
    Warn,
    /// Something failed.
    ///
    /// `error`.
    Error,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl LogLevel {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "trace" => Self::Trace,
                "debug" => Self::Debug,
                "info" => Self::Info,
                "warn" => Self::Warn,
                "error" => Self::Error,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    LogLevel, "a log level", checked, crate ::grammar::event_log_level,
    "must have at most 64 characters and match ^[\\s\\S]+$"
);
/// What a job is busy with. Agents choose their own words; two have a meaning to the protocol.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusPhase {
    /// A credential has a new value, which the body carries.
    ///
    /// `credential_rotated` (§9.8). Needs the feature `provisioned_credentials`.
    CredentialRotated,
    /// The client is far behind the stream.
    ///
    /// `back_pressure` (§6.5). Needs the feature `ack`.
    BackPressure,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl StatusPhase {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::CredentialRotated, Self::BackPressure];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CredentialRotated => "credential_rotated",
            Self::BackPressure => "back_pressure",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "credential_rotated" => Self::CredentialRotated,
                "back_pressure" => Self::BackPressure,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    StatusPhase, "a status phase", checked, crate ::grammar::event_status_phase,
    "must have at most 128 characters and match ^[\\s\\S]+$"
);
impl StatusPhase {
    /// The feature that both sides must have listed before the value is sent.
    pub fn feature(&self) -> Option<crate::session::Feature> {
        match self {
            Self::CredentialRotated => {
                Some(crate::session::Feature::ProvisionedCredentials)
            }
            Self::BackPressure => Some(crate::session::Feature::Ack),
            _ => None,
        }
    }
}
/// How the data of a chunk is written.
///
/// §8.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChunkEncoding {
    /// As text; a chunk never cuts a character.
    ///
    /// `utf8` (§8.4).
    Utf8,
    /// As base64 of RFC 4648 §4, written with padding and read without it too.
    ///
    /// `base64` (§8.4).
    Base64,
}
impl ChunkEncoding {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Utf8, Self::Base64];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Base64 => "base64",
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "utf8" => Self::Utf8,
                "base64" => Self::Base64,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(ChunkEncoding, "a chunk encoding", closed);
/// What a measurement belongs to, such as a host or a model.
///
/// §8.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dimensions(::std::collections::BTreeMap<DimensionName, String>);
crate::macros::map!(Dimensions, DimensionName, String, crate ::read::Plain < String >);
/// The name of a dimension.
///
/// §8.2. It must have 1 to 256 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DimensionName(::std::sync::Arc<str>);
crate::macros::text!(
    DimensionName, "a dimension name", crate ::grammar::event_dimension_name,
    "must have 1 to 256 characters", plain
);
/// A line for whoever watches the job.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Log {
    /// How important it is.
    ///
    /// `level`.
    pub level: LogLevel,
    /// The line.
    ///
    /// `message`.
    pub message: String,
    /// What belongs to the line, for programs.
    ///
    /// `attributes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<crate::common::JsonObject>,
}
impl Log {
    /// With the members that a receiver requires.
    pub fn new(level: LogLevel, message: impl Into<String>) -> Self {
        Self {
            level,
            message: message.into(),
            attributes: None,
        }
    }
    /// Sets `attributes`.
    #[must_use]
    pub fn with_attributes(mut self, attributes: crate::common::JsonObject) -> Self {
        self.attributes = Some(attributes);
        self
    }
}
impl<'de> crate::read::Object<'de> for Log {
    const MEMBERS: &'static [&'static str] = &["level", "message", "attributes"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut level = crate::read::Slot::Missing;
        let mut message = crate::read::Slot::Missing;
        let mut attributes = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    level
                        .fill_strictly::<
                            crate::read::Plain<LogLevel>,
                            _,
                        >("level", &mut map)?;
                }
                1 => {
                    message
                        .fill_strictly::<
                            crate::read::Plain<String>,
                            _,
                        >("message", &mut map)?;
                }
                2 => {
                    attributes
                        .fill::<
                            crate::read::Plain<crate::common::JsonObject>,
                            _,
                        >("attributes", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            level: level.required("level")?,
            message: message.required("message")?,
            attributes: attributes.optional(),
        })
    }
}
crate::macros::object!(Log);
/// A step of the agent's reasoning.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Thought {
    /// The step, in words.
    ///
    /// `text`.
    pub text: String,
}
impl Thought {
    /// With the members that a receiver requires.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}
impl<'de> crate::read::Object<'de> for Thought {
    const MEMBERS: &'static [&'static str] = &["text"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut text = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    text.fill_strictly::<
                            crate::read::Plain<String>,
                            _,
                        >("text", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            text: text.required("text")?,
        })
    }
}
crate::macros::object!(Thought);
/// The agent calls a tool. It is announced before the runtime decides whether it may.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// Which tool. `fs.read`, `fs.write` and `net.fetch` are checked as capabilities of their own, every other tool by `tool.call`.
    ///
    /// `tool`. Has 1 to 256 characters.
    pub tool: String,
    /// What it is called with, an object as a rule.
    ///
    /// `args`. Missing means `{}`. Always sent. `null` is a value.
    pub args: crate::common::Json,
    /// Ties the result to this call; unique in the job.
    ///
    /// `call_id`.
    pub call_id: crate::common::CallId,
}
impl ToolCall {
    /// With the members that a receiver requires.
    pub fn new(tool: impl Into<String>, call_id: crate::common::CallId) -> Self {
        Self {
            tool: tool.into(),
            args: crate::common::Json::from(crate::common::JsonObject::default()),
            call_id,
        }
    }
    /// Sets `args`.
    #[must_use]
    pub fn with_args(mut self, args: crate::common::Json) -> Self {
        self.args = args;
        self
    }
}
impl<'de> crate::read::Object<'de> for ToolCall {
    const MEMBERS: &'static [&'static str] = &["tool", "args", "call_id"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut tool = crate::read::Slot::Missing;
        let mut args = crate::read::Slot::Missing;
        let mut call_id = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    tool.fill_strictly::<
                            crate::read::Text<1u32, 256u32>,
                            _,
                        >("tool", &mut map)?;
                }
                1 => {
                    args.fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("args", &mut map)?;
                }
                2 => {
                    call_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::CallId>,
                            _,
                        >("call_id", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            tool: tool.required("tool")?,
            args: args
                .optional()
                .unwrap_or_else(|| crate::common::Json::from(
                    crate::common::JsonObject::default(),
                )),
            call_id: call_id.required("call_id")?,
        })
    }
}
crate::macros::object!(ToolCall);
/// What became of a tool call: a result or an error, exactly one of them. It also carries the refusal of a delegation.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolResult {
    /// The arm with the member `result`.
    Success(ToolSuccess),
    /// The arm with the member `error`.
    Failure(ToolFailure),
}
impl From<ToolSuccess> for ToolResult {
    fn from(arm: ToolSuccess) -> Self {
        Self::Success(arm)
    }
}
impl From<ToolFailure> for ToolResult {
    fn from(arm: ToolFailure) -> Self {
        Self::Failure(arm)
    }
}
impl ::serde::Serialize for ToolResult {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Success(arm) => arm.serialize(serializer),
            Self::Failure(arm) => arm.serialize(serializer),
        }
    }
}
impl<'de> crate::read::Object<'de> for ToolResult {
    const MEMBERS: &'static [&'static str] = &["call_id", "result", "error"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut call_id = crate::read::Slot::Missing;
        let mut result = crate::read::Slot::Missing;
        let mut error = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    call_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::CallId>,
                            _,
                        >("call_id", &mut map)?;
                }
                1 => {
                    result
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("result", &mut map)?;
                }
                2 => {
                    error
                        .fill::<
                            crate::read::Plain<crate::error::Error>,
                            _,
                        >("error", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        let present = [result.is_some(), error.is_some()]
            .into_iter()
            .filter(|present| *present)
            .count();
        if present != 1 {
            return Err(
                ::serde::de::Error::custom(
                    "exactly one of `result`, `error` must be there",
                ),
            );
        }
        if result.is_some() {
            #[allow(unused_mut, reason = "an arm may have no optional member")]
            let mut arm = <ToolSuccess>::new(
                call_id.required::<A::Error>("call_id")?,
                result.required::<A::Error>("result")?,
            );
            return Ok(Self::Success(arm));
        }
        if error.is_some() {
            #[allow(unused_mut, reason = "an arm may have no optional member")]
            let mut arm = <ToolFailure>::new(
                call_id.required::<A::Error>("call_id")?,
                error.required::<A::Error>("error")?,
            );
            return Ok(Self::Failure(arm));
        }
        Err(::serde::de::Error::custom("exactly one of `result`, `error` must be there"))
    }
}
crate::macros::object!(ToolResult);
/// The tool has answered.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ToolSuccess {
    /// The call that it answers.
    ///
    /// `call_id`.
    pub call_id: crate::common::CallId,
    /// What the tool returned; null where it returns nothing.
    ///
    /// `result`. `null` is a value.
    pub result: crate::common::Json,
}
impl ToolSuccess {
    /// With the members that a receiver requires.
    pub fn new(call_id: crate::common::CallId, result: crate::common::Json) -> Self {
        Self { call_id, result }
    }
}
impl<'de> crate::read::Object<'de> for ToolSuccess {
    const MEMBERS: &'static [&'static str] = &["call_id", "result"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut call_id = crate::read::Slot::Missing;
        let mut result = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    call_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::CallId>,
                            _,
                        >("call_id", &mut map)?;
                }
                1 => {
                    result
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("result", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            call_id: call_id.required("call_id")?,
            result: result.required("result")?,
        })
    }
}
crate::macros::object!(ToolSuccess);
/// The tool has failed, or the runtime did not let it run.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ToolFailure {
    /// The call that it answers, or the `delegate_id` of a delegation that was refused.
    ///
    /// `call_id`.
    pub call_id: crate::common::CallId,
    /// What went wrong. The code may be one of the tool's own.
    ///
    /// `error`.
    pub error: crate::error::Error,
}
impl ToolFailure {
    /// With the members that a receiver requires.
    pub fn new(call_id: crate::common::CallId, error: crate::error::Error) -> Self {
        Self { call_id, error }
    }
}
impl<'de> crate::read::Object<'de> for ToolFailure {
    const MEMBERS: &'static [&'static str] = &["call_id", "error"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut call_id = crate::read::Slot::Missing;
        let mut error = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    call_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::CallId>,
                            _,
                        >("call_id", &mut map)?;
                }
                1 => {
                    error
                        .fill_strictly::<
                            crate::read::Plain<crate::error::Error>,
                            _,
                        >("error", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            call_id: call_id.required("call_id")?,
            error: error.required("error")?,
        })
    }
}
crate::macros::object!(ToolFailure);
/// What the job is busy with.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Status {
    /// In a word.
    ///
    /// `phase`.
    pub phase: StatusPhase,
    /// In a sentence.
    ///
    /// `message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The credential that was rotated.
    ///
    /// `id` (§9.8). Sent with phase `credential_rotated`. Needs the feature `provisioned_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<crate::common::CredentialId>,
    /// Its new value.
    ///
    /// `value` (§9.8). Sent with phase `credential_rotated`, and only to the principal that submitted the job. Needs the feature `provisioned_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<crate::credential::CredentialValue>,
}
impl Status {
    /// With the members that a receiver requires.
    pub fn new(phase: StatusPhase) -> Self {
        Self {
            phase,
            message: None,
            id: None,
            value: None,
        }
    }
    /// Sets `message`.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
    /// Sets `id`.
    #[must_use]
    pub fn with_id(mut self, id: crate::common::CredentialId) -> Self {
        self.id = Some(id);
        self
    }
    /// Sets `value`.
    #[must_use]
    pub fn with_value(mut self, value: crate::credential::CredentialValue) -> Self {
        self.value = Some(value);
        self
    }
}
impl<'de> crate::read::Object<'de> for Status {
    const MEMBERS: &'static [&'static str] = &["phase", "message", "id", "value"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut phase = crate::read::Slot::Missing;
        let mut message = crate::read::Slot::Missing;
        let mut id = crate::read::Slot::Missing;
        let mut value = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    phase
                        .fill_strictly::<
                            crate::read::Plain<StatusPhase>,
                            _,
                        >("phase", &mut map)?;
                }
                1 => {
                    message.fill::<crate::read::Plain<String>, _>("message", &mut map)?;
                }
                2 => {
                    id.fill::<
                            crate::read::Plain<crate::common::CredentialId>,
                            _,
                        >("id", &mut map)?;
                }
                3 => {
                    value
                        .fill::<
                            crate::read::Plain<crate::credential::CredentialValue>,
                            _,
                        >("value", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            phase: phase.required("phase")?,
            message: message.optional(),
            id: id.optional(),
            value: value.optional(),
        })
    }
}
crate::macros::object!(Status);
/// A measurement. One whose name begins with `cost.` and whose unit is budgeted is charged to the job.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Metric {
    /// What is measured. Names that begin with `cost.budget.` belong to the runtime and are never charged.
    ///
    /// `name`. Has 1 to 256 characters.
    pub name: String,
    /// How much. A cost below zero is refused and not charged; `cost.budget.remaining` may be below zero.
    ///
    /// `value`.
    pub value: crate::common::Decimal,
    /// In what. A cost is measured in a currency.
    ///
    /// `unit` (§9.6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What the measurement belongs to.
    ///
    /// `dimensions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
}
impl Metric {
    /// With the members that a receiver requires.
    pub fn new(name: impl Into<String>, value: crate::common::Decimal) -> Self {
        Self {
            name: name.into(),
            value,
            unit: None,
            dimensions: None,
        }
    }
    /// Sets `unit`.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }
    /// Sets `dimensions`.
    #[must_use]
    pub fn with_dimensions(mut self, dimensions: Dimensions) -> Self {
        self.dimensions = Some(dimensions);
        self
    }
}
impl<'de> crate::read::Object<'de> for Metric {
    const MEMBERS: &'static [&'static str] = &["name", "value", "unit", "dimensions"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut name = crate::read::Slot::Missing;
        let mut value = crate::read::Slot::Missing;
        let mut unit = crate::read::Slot::Missing;
        let mut dimensions = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    name.fill_strictly::<
                            crate::read::Text<1u32, 256u32>,
                            _,
                        >("name", &mut map)?;
                }
                1 => {
                    value
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Decimal>,
                            _,
                        >("value", &mut map)?;
                }
                2 => {
                    unit.fill::<crate::read::Plain<String>, _>("unit", &mut map)?;
                }
                3 => {
                    dimensions
                        .fill::<
                            crate::read::Plain<Dimensions>,
                            _,
                        >("dimensions", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            name: name.required("name")?,
            value: value.required("value")?,
            unit: unit.optional(),
            dimensions: dimensions.optional(),
        })
    }
}
crate::macros::object!(Metric);
/// The job has made something that lies elsewhere.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ArtifactRef {
    /// Where it lies.
    ///
    /// `uri`.
    pub uri: crate::common::Uri,
    /// What kind of data it is.
    ///
    /// `content_type`.
    pub content_type: crate::common::MediaType,
    /// How large it is.
    ///
    /// `byte_size`. In bytes. At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_size: Option<u64>,
    /// The hash of its bytes.
    ///
    /// `sha256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<crate::common::Sha256>,
}
impl ArtifactRef {
    /// With the members that a receiver requires.
    pub fn new(uri: crate::common::Uri, content_type: crate::common::MediaType) -> Self {
        Self {
            uri,
            content_type,
            byte_size: None,
            sha256: None,
        }
    }
    /// Sets `byte_size`.
    #[must_use]
    pub fn with_byte_size(mut self, byte_size: u64) -> Self {
        self.byte_size = Some(byte_size);
        self
    }
    /// Sets `sha256`.
    #[must_use]
    pub fn with_sha256(mut self, sha256: crate::common::Sha256) -> Self {
        self.sha256 = Some(sha256);
        self
    }
}
impl<'de> crate::read::Object<'de> for ArtifactRef {
    const MEMBERS: &'static [&'static str] = &[
        "uri",
        "content_type",
        "byte_size",
        "sha256",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut uri = crate::read::Slot::Missing;
        let mut content_type = crate::read::Slot::Missing;
        let mut byte_size = crate::read::Slot::Missing;
        let mut sha256 = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    uri.fill_strictly::<
                            crate::read::Plain<crate::common::Uri>,
                            _,
                        >("uri", &mut map)?;
                }
                1 => {
                    content_type
                        .fill_strictly::<
                            crate::read::Plain<crate::common::MediaType>,
                            _,
                        >("content_type", &mut map)?;
                }
                2 => {
                    byte_size
                        .fill::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("byte_size", &mut map)?;
                }
                3 => {
                    sha256
                        .fill::<
                            crate::read::Plain<crate::common::Sha256>,
                            _,
                        >("sha256", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            uri: uri.required("uri")?,
            content_type: content_type.required("content_type")?,
            byte_size: byte_size.optional(),
            sha256: sha256.optional(),
        })
    }
}
crate::macros::object!(ArtifactRef);
/// The job hands work to another agent. The answer is the child's `job.accepted`, or a tool result that names the `delegate_id` and says why not.
///
/// §10.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Delegate {
    /// Names the delegation within the job.
    ///
    /// `delegate_id`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegate_id: Option<crate::common::DelegateId>,
    /// Which agent shall do it.
    ///
    /// `agent`.
    pub agent: crate::common::AgentRef,
    /// What it is given.
    ///
    /// `input`. Missing means `null`. Always sent. `null` is a value.
    pub input: crate::common::Json,
    /// What it may do: no more than the job itself.
    ///
    /// `lease_request` (§9.4). Missing means `{}`. Always sent.
    pub lease_request: crate::lease::Lease,
    /// What else bounds it, no wider than the job's own. Without it the job's own hold.
    ///
    /// `lease_constraints` (§9.4). Needs the feature `lease_expires_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_constraints: Option<crate::lease::LeaseConstraints>,
    /// The child, where it is known already.
    ///
    /// `child_job_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_job_id: Option<crate::common::JobId>,
}
impl Delegate {
    /// With the members that a receiver requires.
    pub fn new(agent: crate::common::AgentRef) -> Self {
        Self {
            delegate_id: None,
            agent,
            input: <crate::common::Json>::default(),
            lease_request: <crate::lease::Lease>::default(),
            lease_constraints: None,
            child_job_id: None,
        }
    }
    /// Sets `delegate_id`.
    #[must_use]
    pub fn with_delegate_id(mut self, delegate_id: crate::common::DelegateId) -> Self {
        self.delegate_id = Some(delegate_id);
        self
    }
    /// Sets `input`.
    #[must_use]
    pub fn with_input(mut self, input: crate::common::Json) -> Self {
        self.input = input;
        self
    }
    /// Sets `lease_request`.
    #[must_use]
    pub fn with_lease_request(mut self, lease_request: crate::lease::Lease) -> Self {
        self.lease_request = lease_request;
        self
    }
    /// Sets `lease_constraints`.
    #[must_use]
    pub fn with_lease_constraints(
        mut self,
        lease_constraints: crate::lease::LeaseConstraints,
    ) -> Self {
        self.lease_constraints = Some(lease_constraints);
        self
    }
    /// Sets `child_job_id`.
    #[must_use]
    pub fn with_child_job_id(mut self, child_job_id: crate::common::JobId) -> Self {
        self.child_job_id = Some(child_job_id);
        self
    }
}
impl<'de> crate::read::Object<'de> for Delegate {
    const MEMBERS: &'static [&'static str] = &[
        "delegate_id",
        "agent",
        "input",
        "lease_request",
        "lease_constraints",
        "child_job_id",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut delegate_id = crate::read::Slot::Missing;
        let mut agent = crate::read::Slot::Missing;
        let mut input = crate::read::Slot::Missing;
        let mut lease_request = crate::read::Slot::Missing;
        let mut lease_constraints = crate::read::Slot::Missing;
        let mut child_job_id = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    delegate_id
                        .fill::<
                            crate::read::Plain<crate::common::DelegateId>,
                            _,
                        >("delegate_id", &mut map)?;
                }
                1 => {
                    agent
                        .fill_strictly::<
                            crate::read::Plain<crate::common::AgentRef>,
                            _,
                        >("agent", &mut map)?;
                }
                2 => {
                    input
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("input", &mut map)?;
                }
                3 => {
                    lease_request
                        .fill::<
                            crate::read::Plain<crate::lease::Lease>,
                            _,
                        >("lease_request", &mut map)?;
                }
                4 => {
                    lease_constraints
                        .fill::<
                            crate::read::Plain<crate::lease::LeaseConstraints>,
                            _,
                        >("lease_constraints", &mut map)?;
                }
                5 => {
                    child_job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("child_job_id", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            delegate_id: delegate_id.optional(),
            agent: agent.required("agent")?,
            input: input.optional().unwrap_or_default(),
            lease_request: lease_request.optional().unwrap_or_default(),
            lease_constraints: lease_constraints.optional(),
            child_job_id: child_job_id.optional(),
        })
    }
}
crate::macros::object!(Delegate);
/// How far the job is.
///
/// §8.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// How much is done. It is never written below zero.
    ///
    /// `current`.
    pub current: crate::common::Decimal,
    /// How much there is to do, as far as known. `current` may pass it.
    ///
    /// `total`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<crate::common::Decimal>,
    /// What is counted, such as `files`.
    ///
    /// `units`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<String>,
    /// What is being done.
    ///
    /// `message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
impl Progress {
    /// With the members that a receiver requires.
    pub fn new(current: crate::common::Decimal) -> Self {
        Self {
            current,
            total: None,
            units: None,
            message: None,
        }
    }
    /// Sets `total`.
    #[must_use]
    pub fn with_total(mut self, total: crate::common::Decimal) -> Self {
        self.total = Some(total);
        self
    }
    /// Sets `units`.
    #[must_use]
    pub fn with_units(mut self, units: impl Into<String>) -> Self {
        self.units = Some(units.into());
        self
    }
    /// Sets `message`.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}
impl<'de> crate::read::Object<'de> for Progress {
    const MEMBERS: &'static [&'static str] = &["current", "total", "units", "message"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut current = crate::read::Slot::Missing;
        let mut total = crate::read::Slot::Missing;
        let mut units = crate::read::Slot::Missing;
        let mut message = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    current
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Decimal>,
                            _,
                        >("current", &mut map)?;
                }
                1 => {
                    total
                        .fill::<
                            crate::read::Plain<crate::common::Decimal>,
                            _,
                        >("total", &mut map)?;
                }
                2 => {
                    units.fill::<crate::read::Plain<String>, _>("units", &mut map)?;
                }
                3 => {
                    message.fill::<crate::read::Plain<String>, _>("message", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            current: current.required("current")?,
            total: total.optional(),
            units: units.optional(),
            message: message.optional(),
        })
    }
}
crate::macros::object!(Progress);
/// A piece of a streamed result.
///
/// §8.4.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ResultChunk {
    /// The result that the piece belongs to.
    ///
    /// `result_id`.
    pub result_id: crate::common::ResultId,
    /// The place of the piece: 0, 1, 2, …
    ///
    /// `chunk_seq`. At least 0.
    pub chunk_seq: u64,
    /// The piece. It may be empty.
    ///
    /// `data`.
    pub data: String,
    /// How `data` is written.
    ///
    /// `encoding`.
    pub encoding: ChunkEncoding,
    /// False on the last piece, and only there.
    ///
    /// `more`.
    pub more: bool,
}
impl ResultChunk {
    /// With the members that a receiver requires.
    pub fn new(
        result_id: crate::common::ResultId,
        chunk_seq: u64,
        data: impl Into<String>,
        encoding: ChunkEncoding,
        more: bool,
    ) -> Self {
        Self {
            result_id,
            chunk_seq,
            data: data.into(),
            encoding,
            more,
        }
    }
}
impl<'de> crate::read::Object<'de> for ResultChunk {
    const MEMBERS: &'static [&'static str] = &[
        "result_id",
        "chunk_seq",
        "data",
        "encoding",
        "more",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut result_id = crate::read::Slot::Missing;
        let mut chunk_seq = crate::read::Slot::Missing;
        let mut data = crate::read::Slot::Missing;
        let mut encoding = crate::read::Slot::Missing;
        let mut more = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    result_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::ResultId>,
                            _,
                        >("result_id", &mut map)?;
                }
                1 => {
                    chunk_seq
                        .fill_strictly::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("chunk_seq", &mut map)?;
                }
                2 => {
                    data.fill_strictly::<
                            crate::read::Plain<String>,
                            _,
                        >("data", &mut map)?;
                }
                3 => {
                    encoding
                        .fill_strictly::<
                            crate::read::Plain<ChunkEncoding>,
                            _,
                        >("encoding", &mut map)?;
                }
                4 => {
                    more.fill_strictly::<crate::read::Plain<bool>, _>("more", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            result_id: result_id.required("result_id")?,
            chunk_seq: chunk_seq.required("chunk_seq")?,
            data: data.required("data")?,
            encoding: encoding.required("encoding")?,
            more: more.required("more")?,
        })
    }
}
crate::macros::object!(ResultChunk);
