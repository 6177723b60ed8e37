// @generated from schema/ by codegen; do not edit
//! The frame: reading it in one pass, writing it, and writing a head around a payload that is bytes already.
pub use crate::decode::{DecodeError, DecodeErrorKind};
const SHAPE: crate::decode::Shape = crate::decode::Shape {
    id: "id",
    tag: "type",
    content: "payload",
    inner_tag: "kind",
};
/// A frame: a message and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// The version of the wire: `1.1` is written, and every minor version of 1 is read.
    ///
    /// `arcp`.
    pub arcp: Version,
    /// Names this frame; answers refer to it.
    ///
    /// `id`.
    pub id: crate::common::MessageId,
    /// The session that the frame belongs to. It must be the one that this connection has opened.
    ///
    /// `session_id`.
    pub session_id: Option<crate::common::SessionId>,
    /// The trace that the frame belongs to.
    ///
    /// `trace_id` (§11).
    pub trace_id: Option<crate::common::TraceId>,
    /// The job that the frame is about.
    ///
    /// `job_id`.
    pub job_id: Option<crate::common::JobId>,
    /// The place of the frame in the session's stream: it starts at 1 and grows by 1, and only `job.event`, `job.result` and `job.error` have one.
    ///
    /// `event_seq` (§8.3).
    pub event_seq: Option<u64>,
    /// The message: `type` and `payload`.
    pub message: crate::message::Message,
    /// Members of vendors, by name. Other unknown members are not kept.
    pub vendor: ::std::collections::BTreeMap<String, crate::common::Json>,
}
impl Envelope {
    /// A frame of the current version with nothing but its message.
    pub fn new(
        id: crate::common::MessageId,
        message: impl Into<crate::message::Message>,
    ) -> Self {
        Self {
            arcp: Version::CURRENT,
            id,
            session_id: None,
            trace_id: None,
            job_id: None,
            event_seq: None,
            message: message.into(),
            vendor: ::std::collections::BTreeMap::new(),
        }
    }
    /// Sets `session_id`.
    #[must_use]
    pub fn with_session_id(mut self, session_id: crate::common::SessionId) -> Self {
        self.session_id = Some(session_id);
        self
    }
    /// Sets `trace_id`.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: crate::common::TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }
    /// Sets `job_id`.
    #[must_use]
    pub fn with_job_id(mut self, job_id: crate::common::JobId) -> Self {
        self.job_id = Some(job_id);
        self
    }
    /// Sets `event_seq`.
    #[must_use]
    pub fn with_event_seq(mut self, event_seq: u64) -> Self {
        self.event_seq = Some(event_seq);
        self
    }
    /// Reads a frame in one pass.
    ///
    /// # Errors
    /// When the text is no JSON, no object, or no frame of a version that is read here; when a member that the message
    /// requires is missing, doubled or wrong. An unknown `type` or `kind` is no error.
    pub fn decode(text: &str) -> ::core::result::Result<Self, DecodeError> {
        serde_json::from_str(text)
            .map_err(|error| crate::decode::explain::<Self>(text, &error, &SHAPE))
    }
    /// Writes the frame.
    pub fn encode(&self) -> String {
        let mut out = Vec::with_capacity(512);
        self.encode_into(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }
    /// Writes the frame behind what `out` holds already.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        write_head(
            out,
            &self.arcp,
            &self.id,
            self.message.type_str(),
            self.session_id.as_ref(),
            self.trace_id.as_ref(),
            self.job_id.as_ref(),
            self.event_seq.as_ref(),
        );
        self.message.write_payload(out);
        for (name, value) in &self.vendor {
            out.push(b',');
            crate::write::text(out, name);
            out.push(b':');
            out.extend_from_slice(value.get().as_bytes());
        }
        out.push(b'}');
    }
}
const MEMBERS: &[&str] = &[
    "arcp",
    "id",
    "type",
    "session_id",
    "trace_id",
    "job_id",
    "event_seq",
    "payload",
];
impl<'de> crate::read::Object<'de> for Envelope {
    const MEMBERS: &'static [&'static str] = MEMBERS;
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        use crate::read::{Member, Slot};
        use ::serde::de::{DeserializeSeed, Error};
        let (mut arcp, mut id, mut message_type) = (
            Slot::Missing,
            Slot::Missing,
            Slot::Missing,
        );
        let mut session_id = Slot::Missing;
        let mut trace_id = Slot::Missing;
        let mut job_id = Slot::Missing;
        let mut event_seq = Slot::Missing;
        let (mut message, mut raw) = (None, None);
        let mut vendor = ::std::collections::BTreeMap::new();
        while let Some(member) = crate::read::next_of_frame(
            &mut map,
            MEMBERS,
            "x-vendor.",
        )? {
            match member {
                Member::Listed(index) => {
                    match index {
                        0 => {
                            arcp.fill_strictly::<
                                    crate::read::Plain<Version>,
                                    _,
                                >("arcp", &mut map)?;
                        }
                        1 => {
                            id.fill_strictly::<
                                    crate::read::Plain<crate::common::MessageId>,
                                    _,
                                >("id", &mut map)?;
                        }
                        2 => {
                            message_type
                                .fill_strictly::<
                                    crate::read::Plain<crate::message::MessageType>,
                                    _,
                                >("type", &mut map)?;
                        }
                        3 => {
                            session_id
                                .fill::<
                                    crate::read::Plain<crate::common::SessionId>,
                                    _,
                                >("session_id", &mut map)?;
                        }
                        4 => {
                            trace_id
                                .fill::<
                                    crate::read::Plain<crate::common::TraceId>,
                                    _,
                                >("trace_id", &mut map)?;
                        }
                        5 => {
                            job_id
                                .fill::<
                                    crate::read::Plain<crate::common::JobId>,
                                    _,
                                >("job_id", &mut map)?;
                        }
                        6 => {
                            event_seq
                                .fill::<
                                    crate::read::Integer<1u64, 9223372036854775807u64>,
                                    _,
                                >("event_seq", &mut map)?;
                        }
                        7 => {
                            if message.is_some() || raw.is_some() {
                                return Err(A::Error::duplicate_field("payload"));
                            }
                            match &message_type {
                                crate::read::Slot::Value(message_type) => {
                                    message = Some(
                                        map
                                            .next_value_seed(crate::message::PayloadSeed(message_type))?,
                                    );
                                }
                                _ => {
                                    raw = Some(
                                        map
                                            .next_value::<
                                                ::std::boxed::Box<::serde_json::value::RawValue>,
                                            >()?,
                                    );
                                }
                            }
                        }
                        _ => crate::read::skip(&mut map)?,
                    }
                }
                Member::Vendor(name) => {
                    if vendor.insert(name, map.next_value()?).is_some() {
                        return Err(A::Error::custom("the same member occurs twice"));
                    }
                }
                Member::Other => crate::read::skip(&mut map)?,
            }
        }
        let arcp = arcp.required("arcp")?;
        let id = id.required("id")?;
        let message_type = message_type.required::<A::Error>("type")?;
        let message = match (message, raw) {
            (Some(message), _) => message,
            (None, Some(raw)) => {
                let mut reader = ::serde_json::Deserializer::from_str(raw.get());
                crate::message::PayloadSeed(&message_type)
                    .deserialize(&mut reader)
                    .map_err(A::Error::custom)?
            }
            (None, None) => return Err(A::Error::missing_field("payload")),
        };
        let present = u32::from(session_id.is_some())
            | u32::from(trace_id.is_some()) << 1 | u32::from(job_id.is_some()) << 2
            | u32::from(event_seq.is_some()) << 3;
        let missing = message_type.required_members() & !present;
        if missing != 0 {
            const NAMES: &[&str] = &["session_id", "trace_id", "job_id", "event_seq"];
            let first = usize::try_from(missing.trailing_zeros()).unwrap_or_default();
            return Err(
                A::Error::missing_field(NAMES.get(first).copied().unwrap_or_default()),
            );
        }
        Ok(Self {
            arcp,
            id,
            session_id: session_id.optional(),
            trace_id: trace_id.optional(),
            job_id: job_id.optional(),
            event_seq: event_seq.optional(),
            message,
            vendor,
        })
    }
}
crate::macros::object!(Envelope);
impl ::core::str::FromStr for Envelope {
    type Err = DecodeError;
    fn from_str(text: &str) -> ::core::result::Result<Self, DecodeError> {
        Self::decode(text)
    }
}
/// What is written around a payload that is bytes already, so that an event is encoded once for all its readers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Head<'a> {
    /// Names the frame.
    pub id: &'a crate::common::MessageId,
    /// Selects the message.
    pub r#type: &'a crate::message::MessageType,
    /// The session that the frame belongs to. It must be the one that this connection has opened.
    ///
    /// `session_id`.
    pub session_id: Option<&'a crate::common::SessionId>,
    /// The trace that the frame belongs to.
    ///
    /// `trace_id` (§11).
    pub trace_id: Option<&'a crate::common::TraceId>,
    /// The job that the frame is about.
    ///
    /// `job_id`.
    pub job_id: Option<&'a crate::common::JobId>,
    /// The place of the frame in the session's stream: it starts at 1 and grows by 1, and only `job.event`, `job.result` and `job.error` have one.
    ///
    /// `event_seq` (§8.3).
    pub event_seq: Option<u64>,
}
impl<'a> Head<'a> {
    /// A head with nothing but the name and the type.
    pub fn new(
        id: &'a crate::common::MessageId,
        r#type: &'a crate::message::MessageType,
    ) -> Self {
        Self {
            id,
            r#type,
            session_id: None,
            trace_id: None,
            job_id: None,
            event_seq: None,
        }
    }
    /// Writes a whole frame of the current version behind what `out` holds already.
    /// `payload` must be one JSON object; it is copied as it is.
    pub fn write(&self, payload: &[u8], out: &mut Vec<u8>) {
        out.reserve(payload.len() + 320);
        write_head(
            out,
            &Version::CURRENT,
            self.id,
            self.r#type.as_str(),
            self.session_id,
            self.trace_id,
            self.job_id,
            self.event_seq.as_ref(),
        );
        out.extend_from_slice(payload);
        out.push(b'}');
    }
}
fn write_head(
    out: &mut Vec<u8>,
    version: &Version,
    id: &crate::common::MessageId,
    message_type: &str,
    session_id: Option<&crate::common::SessionId>,
    trace_id: Option<&crate::common::TraceId>,
    job_id: Option<&crate::common::JobId>,
    event_seq: Option<&u64>,
) {
    out.extend_from_slice(b"{\"arcp\":");
    crate::write::text(out, version.as_str());
    out.extend_from_slice(b",\"id\":");
    crate::write::text(out, id.as_str());
    out.extend_from_slice(b",\"type\":");
    crate::write::text(out, message_type);
    if let Some(session_id) = session_id {
        out.extend_from_slice(b",\"session_id\":");
        crate::write::text(out, session_id.as_str());
    }
    if let Some(trace_id) = trace_id {
        out.extend_from_slice(b",\"trace_id\":");
        crate::write::text(out, trace_id.as_str());
    }
    if let Some(job_id) = job_id {
        out.extend_from_slice(b",\"job_id\":");
        crate::write::text(out, job_id.as_str());
    }
    if let Some(event_seq) = event_seq {
        out.extend_from_slice(b",\"event_seq\":");
        crate::write::number(out, *event_seq);
    }
    out.extend_from_slice(b",\"payload\":");
}
/// The members of a frame without its payload, which is passed over unread.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Names the frame.
    pub id: crate::common::MessageId,
    /// Selects the message.
    pub r#type: crate::message::MessageType,
    /// The session that the frame belongs to. It must be the one that this connection has opened.
    ///
    /// `session_id`.
    pub session_id: Option<crate::common::SessionId>,
    /// The trace that the frame belongs to.
    ///
    /// `trace_id` (§11).
    pub trace_id: Option<crate::common::TraceId>,
    /// The job that the frame is about.
    ///
    /// `job_id`.
    pub job_id: Option<crate::common::JobId>,
    /// The place of the frame in the session's stream: it starts at 1 and grows by 1, and only `job.event`, `job.result` and `job.error` have one.
    ///
    /// `event_seq` (§8.3).
    pub event_seq: Option<u64>,
}
impl Header {
    /// Reads the header of a frame. It says nothing about the payload, nor about what the message requires.
    ///
    /// # Errors
    /// When the text is no JSON object, or when a member of the header is missing, doubled or wrong.
    pub fn read(text: &str) -> ::core::result::Result<Self, DecodeError> {
        serde_json::from_str(text)
            .map_err(|error| crate::decode::explain::<Self>(text, &error, &SHAPE))
    }
}
impl<'de> crate::read::Object<'de> for Header {
    const MEMBERS: &'static [&'static str] = &[
        "id",
        "type",
        "session_id",
        "trace_id",
        "job_id",
        "event_seq",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        use crate::read::Slot;
        let (mut id, mut message_type) = (Slot::Missing, Slot::Missing);
        let mut session_id = Slot::Missing;
        let mut trace_id = Slot::Missing;
        let mut job_id = Slot::Missing;
        let mut event_seq = Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    id.fill_strictly::<
                            crate::read::Plain<crate::common::MessageId>,
                            _,
                        >("id", &mut map)?;
                }
                1 => {
                    message_type
                        .fill_strictly::<
                            crate::read::Plain<crate::message::MessageType>,
                            _,
                        >("type", &mut map)?;
                }
                2 => {
                    session_id
                        .fill::<
                            crate::read::Plain<crate::common::SessionId>,
                            _,
                        >("session_id", &mut map)?;
                }
                3 => {
                    trace_id
                        .fill::<
                            crate::read::Plain<crate::common::TraceId>,
                            _,
                        >("trace_id", &mut map)?;
                }
                4 => {
                    job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                5 => {
                    event_seq
                        .fill::<
                            crate::read::Integer<1u64, 9223372036854775807u64>,
                            _,
                        >("event_seq", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            id: id.required("id")?,
            r#type: message_type.required("type")?,
            session_id: session_id.optional(),
            trace_id: trace_id.optional(),
            job_id: job_id.optional(),
            event_seq: event_seq.optional(),
        })
    }
}
crate::macros::object!(Header);
/// The version of the wire. It must match ^1(\.[0-9]+)?$.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(::std::borrow::Cow<'static, str>);
impl Version {
    /// The version that is written.
    pub const CURRENT: Self = Self(::std::borrow::Cow::Borrowed("1.1"));
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl Default for Version {
    fn default() -> Self {
        Self::CURRENT
    }
}
impl TryFrom<&str> for Version {
    type Error = crate::common::Invalid;
    fn try_from(text: &str) -> ::core::result::Result<Self, Self::Error> {
        if text == "1.1" {
            return Ok(Self::CURRENT);
        }
        if crate::grammar::envelope_version(text) {
            return Ok(Self(::std::borrow::Cow::Owned(text.to_owned())));
        }
        Err(crate::common::Invalid::new("a version", "must match ^1(\\.[0-9]+)?$"))
    }
}
impl ::core::fmt::Display for Version {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(&self.0)
    }
}
impl ::core::fmt::Debug for Version {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&*self.0, f)
    }
}
impl ::serde::Serialize for Version {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> ::serde::Deserialize<'de> for Version {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::core::result::Result<Self, D::Error> {
        struct Visitor;
        impl ::serde::de::Visitor<'_> for Visitor {
            type Value = Version;
            fn expecting(
                &self,
                f: &mut ::core::fmt::Formatter<'_>,
            ) -> ::core::fmt::Result {
                f.write_str("a version of the wire, such as 1.1")
            }
            fn visit_str<E: ::serde::de::Error>(
                self,
                text: &str,
            ) -> ::core::result::Result<Version, E> {
                Version::try_from(text)
                    .map_err(|_| E::invalid_value(
                        ::serde::de::Unexpected::Str(text),
                        &self,
                    ))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
