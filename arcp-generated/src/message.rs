// @generated from schema/ by codegen; do not edit
//! All messages: what a frame's `type` selects.
/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The client, to the runtime.
    Client,
    /// The runtime, to the client.
    Runtime,
    /// Either side.
    Both,
}
/// What a frame's `type` says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageType {
    /// Opens a session, or continues one: the first frame of a connection.
    ///
    /// `session.hello` (§6.2).
    SessionHello,
    /// Answers a hello or a resume: the session is open.
    ///
    /// `session.welcome` (§6.2).
    SessionWelcome,
    /// Continues a session on a new connection, as its first frame.
    ///
    /// `session.resume` (§6.3).
    SessionResume,
    /// Asks the other side for a sign of life. It is answered even where `heartbeat` is not in use.
    ///
    /// `session.ping` (§6.4). Needs the feature `heartbeat`.
    SessionPing,
    /// Answers a ping, at once and on the same connection.
    ///
    /// `session.pong` (§6.4). Needs the feature `heartbeat`.
    SessionPong,
    /// Tells the runtime how far the client has processed the stream. It has no answer.
    ///
    /// `session.ack` (§6.5). Needs the feature `ack`.
    SessionAck,
    /// Asks for a page of the jobs that the principal may see.
    ///
    /// `session.list_jobs` (§6.6). Needs the feature `list_jobs`.
    SessionListJobs,
    /// Answers a listing request with one page.
    ///
    /// `session.jobs` (§6.6). Needs the feature `list_jobs`.
    SessionJobs,
    /// Ends the connection in good order. Jobs go on, and the session can be resumed within its window.
    ///
    /// `session.close` (§6.7).
    SessionClose,
    /// Answers a close. Without one it says that the runtime is going down, and the session can be resumed later.
    ///
    /// `session.closed` (§6.7).
    SessionClosed,
    /// The close of the earlier draft, still in use: either side says it, nothing answers, nothing follows.
    ///
    /// `session.bye` (§6.7).
    SessionBye,
    /// Refuses a request, or says why the connection is about to close.
    ///
    /// `session.error` (§12).
    SessionError,
    /// Asks for a job.
    ///
    /// `job.submit` (§7.1).
    JobSubmit,
    /// Answers a submission, or announces a job that another one has delegated.
    ///
    /// `job.accepted` (§7.1).
    JobAccepted,
    /// Something happened in a job.
    ///
    /// `job.event` (§8.1).
    JobEvent,
    /// Ends a job that went well: its last frame.
    ///
    /// `job.result` (§8.4).
    JobResult,
    /// Ends a job that failed, was cancelled or ran out of time: its last frame.
    ///
    /// `job.error` (§12).
    JobError,
    /// Asks the runtime to end a job. Only the session that submitted it may.
    ///
    /// `job.cancel` (§7.4).
    JobCancel,
    /// Answers a cancel: the agent has been told to stop.
    ///
    /// `job.cancelled` (§7.4).
    JobCancelled,
    /// Asks for the events of a job.
    ///
    /// `job.subscribe` (§7.6). Needs the feature `subscribe`.
    JobSubscribe,
    /// Answers a subscription; replay and live events follow.
    ///
    /// `job.subscribed` (§7.6). Needs the feature `subscribe`.
    JobSubscribed,
    /// Ends a subscription. It has no answer, and is harmless where there is none.
    ///
    /// `job.unsubscribe` (§7.6). Needs the feature `subscribe`.
    JobUnsubscribe,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl MessageType {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::SessionHello,
        Self::SessionWelcome,
        Self::SessionResume,
        Self::SessionPing,
        Self::SessionPong,
        Self::SessionAck,
        Self::SessionListJobs,
        Self::SessionJobs,
        Self::SessionClose,
        Self::SessionClosed,
        Self::SessionBye,
        Self::SessionError,
        Self::JobSubmit,
        Self::JobAccepted,
        Self::JobEvent,
        Self::JobResult,
        Self::JobError,
        Self::JobCancel,
        Self::JobCancelled,
        Self::JobSubscribe,
        Self::JobSubscribed,
        Self::JobUnsubscribe,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::SessionHello => "session.hello",
            Self::SessionWelcome => "session.welcome",
            Self::SessionResume => "session.resume",
            Self::SessionPing => "session.ping",
            Self::SessionPong => "session.pong",
            Self::SessionAck => "session.ack",
            Self::SessionListJobs => "session.list_jobs",
            Self::SessionJobs => "session.jobs",
            Self::SessionClose => "session.close",
            Self::SessionClosed => "session.closed",
            Self::SessionBye => "session.bye",
            Self::SessionError => "session.error",
            Self::JobSubmit => "job.submit",
            Self::JobAccepted => "job.accepted",
            Self::JobEvent => "job.event",
            Self::JobResult => "job.result",
            Self::JobError => "job.error",
            Self::JobCancel => "job.cancel",
            Self::JobCancelled => "job.cancelled",
            Self::JobSubscribe => "job.subscribe",
            Self::JobSubscribed => "job.subscribed",
            Self::JobUnsubscribe => "job.unsubscribe",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "session.hello" => Self::SessionHello,
                "session.welcome" => Self::SessionWelcome,
                "session.resume" => Self::SessionResume,
                "session.ping" => Self::SessionPing,
                "session.pong" => Self::SessionPong,
                "session.ack" => Self::SessionAck,
                "session.list_jobs" => Self::SessionListJobs,
                "session.jobs" => Self::SessionJobs,
                "session.close" => Self::SessionClose,
                "session.closed" => Self::SessionClosed,
                "session.bye" => Self::SessionBye,
                "session.error" => Self::SessionError,
                "job.submit" => Self::JobSubmit,
                "job.accepted" => Self::JobAccepted,
                "job.event" => Self::JobEvent,
                "job.result" => Self::JobResult,
                "job.error" => Self::JobError,
                "job.cancel" => Self::JobCancel,
                "job.cancelled" => Self::JobCancelled,
                "job.subscribe" => Self::JobSubscribe,
                "job.subscribed" => Self::JobSubscribed,
                "job.unsubscribe" => Self::JobUnsubscribe,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    MessageType, "a message type", checked, crate ::grammar::message_message_type,
    "must have 1 to 128 characters"
);
impl MessageType {
    /// Who sends it; an unknown message may come from either side.
    pub fn direction(&self) -> Direction {
        match self {
            Self::SessionHello => Direction::Client,
            Self::SessionWelcome => Direction::Runtime,
            Self::SessionResume => Direction::Client,
            Self::SessionAck => Direction::Client,
            Self::SessionListJobs => Direction::Client,
            Self::SessionJobs => Direction::Runtime,
            Self::SessionClose => Direction::Client,
            Self::SessionClosed => Direction::Runtime,
            Self::SessionError => Direction::Runtime,
            Self::JobSubmit => Direction::Client,
            Self::JobAccepted => Direction::Runtime,
            Self::JobEvent => Direction::Runtime,
            Self::JobResult => Direction::Runtime,
            Self::JobError => Direction::Runtime,
            Self::JobCancel => Direction::Client,
            Self::JobCancelled => Direction::Runtime,
            Self::JobSubscribe => Direction::Client,
            Self::JobSubscribed => Direction::Runtime,
            Self::JobUnsubscribe => Direction::Client,
            _ => Direction::Both,
        }
    }
    /// The feature that both sides must have listed before it is sent.
    pub fn feature(&self) -> Option<crate::session::Feature> {
        match self {
            Self::SessionPing => Some(crate::session::Feature::Heartbeat),
            Self::SessionPong => Some(crate::session::Feature::Heartbeat),
            Self::SessionAck => Some(crate::session::Feature::Ack),
            Self::SessionListJobs => Some(crate::session::Feature::ListJobs),
            Self::SessionJobs => Some(crate::session::Feature::ListJobs),
            Self::JobSubscribe => Some(crate::session::Feature::Subscribe),
            Self::JobSubscribed => Some(crate::session::Feature::Subscribe),
            Self::JobUnsubscribe => Some(crate::session::Feature::Subscribe),
            _ => None,
        }
    }
    /// Which requests it answers.
    pub fn answers(&self) -> &'static [Self] {
        match self {
            Self::SessionWelcome => &[Self::SessionHello, Self::SessionResume],
            Self::SessionPong => &[Self::SessionPing],
            Self::SessionJobs => &[Self::SessionListJobs],
            Self::SessionClosed => &[Self::SessionClose],
            Self::SessionError => {
                &[
                    Self::SessionHello,
                    Self::SessionResume,
                    Self::SessionListJobs,
                    Self::JobSubmit,
                    Self::JobCancel,
                    Self::JobSubscribe,
                ]
            }
            Self::JobAccepted => &[Self::JobSubmit],
            Self::JobCancelled => &[Self::JobCancel],
            Self::JobSubscribed => &[Self::JobSubscribe],
            _ => &[],
        }
    }
    /// Which messages answer it.
    pub fn answered_by(&self) -> &'static [Self] {
        match self {
            Self::SessionHello => &[Self::SessionWelcome, Self::SessionError],
            Self::SessionResume => &[Self::SessionWelcome, Self::SessionError],
            Self::SessionPing => &[Self::SessionPong],
            Self::SessionListJobs => &[Self::SessionJobs, Self::SessionError],
            Self::SessionClose => &[Self::SessionClosed],
            Self::JobSubmit => &[Self::JobAccepted, Self::SessionError],
            Self::JobCancel => &[Self::JobCancelled, Self::SessionError],
            Self::JobSubscribe => &[Self::JobSubscribed, Self::SessionError],
            _ => &[],
        }
    }
    /// Whether it takes a number of the session's stream.
    pub fn carries_event_seq(&self) -> bool {
        match self {
            Self::JobEvent => true,
            Self::JobResult => true,
            Self::JobError => true,
            _ => false,
        }
    }
    /// Whether it is sent again after a resume.
    pub fn replayed(&self) -> bool {
        match self {
            Self::JobEvent => true,
            Self::JobResult => true,
            Self::JobError => true,
            _ => false,
        }
    }
    /// Whether it is the last frame of a job.
    pub fn terminal(&self) -> bool {
        match self {
            Self::JobResult => true,
            Self::JobError => true,
            _ => false,
        }
    }
    /// The optional members of the envelope that a receiver of this message requires, as bits in their order.
    pub(crate) fn required_members(&self) -> u32 {
        match self {
            Self::SessionWelcome => 1u32,
            Self::SessionPing => 1u32,
            Self::SessionPong => 1u32,
            Self::SessionAck => 1u32,
            Self::SessionListJobs => 1u32,
            Self::SessionJobs => 1u32,
            Self::SessionClose => 1u32,
            Self::SessionClosed => 1u32,
            Self::SessionBye => 1u32,
            Self::JobSubmit => 1u32,
            Self::JobAccepted => 1u32,
            Self::JobEvent => 13u32,
            Self::JobResult => 13u32,
            Self::JobError => 13u32,
            Self::JobCancel => 1u32,
            Self::JobCancelled => 1u32,
            Self::JobSubscribe => 1u32,
            Self::JobSubscribed => 1u32,
            Self::JobUnsubscribe => 1u32,
            _ => 0,
        }
    }
}
/// A message: what a frame's `type` selects as its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Opens a session, or continues one: the first frame of a connection.
    ///
    /// `session.hello` (§6.2).
    SessionHello(crate::session::Hello),
    /// Answers a hello or a resume: the session is open.
    ///
    /// `session.welcome` (§6.2).
    SessionWelcome(crate::session::Welcome),
    /// Continues a session on a new connection, as its first frame.
    ///
    /// `session.resume` (§6.3).
    SessionResume(crate::session::Resume),
    /// Asks the other side for a sign of life. It is answered even where `heartbeat` is not in use.
    ///
    /// `session.ping` (§6.4). Needs the feature `heartbeat`.
    SessionPing(crate::session::Ping),
    /// Answers a ping, at once and on the same connection.
    ///
    /// `session.pong` (§6.4). Needs the feature `heartbeat`.
    SessionPong(crate::session::Pong),
    /// Tells the runtime how far the client has processed the stream. It has no answer.
    ///
    /// `session.ack` (§6.5). Needs the feature `ack`.
    SessionAck(crate::session::Ack),
    /// Asks for a page of the jobs that the principal may see.
    ///
    /// `session.list_jobs` (§6.6). Needs the feature `list_jobs`.
    SessionListJobs(crate::session::ListJobs),
    /// Answers a listing request with one page.
    ///
    /// `session.jobs` (§6.6). Needs the feature `list_jobs`.
    SessionJobs(crate::session::Jobs),
    /// Ends the connection in good order. Jobs go on, and the session can be resumed within its window.
    ///
    /// `session.close` (§6.7).
    SessionClose(crate::session::Close),
    /// Answers a close. Without one it says that the runtime is going down, and the session can be resumed later.
    ///
    /// `session.closed` (§6.7).
    SessionClosed(crate::session::Closed),
    /// The close of the earlier draft, still in use: either side says it, nothing answers, nothing follows.
    ///
    /// `session.bye` (§6.7).
    SessionBye(crate::session::Bye),
    /// Refuses a request, or says why the connection is about to close.
    ///
    /// `session.error` (§12).
    SessionError(crate::session::Error),
    /// Asks for a job.
    ///
    /// `job.submit` (§7.1).
    JobSubmit(crate::job::Submit),
    /// Answers a submission, or announces a job that another one has delegated.
    ///
    /// `job.accepted` (§7.1).
    JobAccepted(crate::job::Accepted),
    /// Something happened in a job.
    ///
    /// `job.event` (§8.1).
    JobEvent(crate::job::Event),
    /// Ends a job that went well: its last frame.
    ///
    /// `job.result` (§8.4).
    JobResult(crate::job::Result),
    /// Ends a job that failed, was cancelled or ran out of time: its last frame.
    ///
    /// `job.error` (§12).
    JobError(crate::job::Error),
    /// Asks the runtime to end a job. Only the session that submitted it may.
    ///
    /// `job.cancel` (§7.4).
    JobCancel(crate::job::Cancel),
    /// Answers a cancel: the agent has been told to stop.
    ///
    /// `job.cancelled` (§7.4).
    JobCancelled(crate::job::Cancelled),
    /// Asks for the events of a job.
    ///
    /// `job.subscribe` (§7.6). Needs the feature `subscribe`.
    JobSubscribe(crate::job::Subscribe),
    /// Answers a subscription; replay and live events follow.
    ///
    /// `job.subscribed` (§7.6). Needs the feature `subscribe`.
    JobSubscribed(crate::job::Subscribed),
    /// Ends a subscription. It has no answer, and is harmless where there is none.
    ///
    /// `job.unsubscribe` (§7.6). Needs the feature `subscribe`.
    JobUnsubscribe(crate::job::Unsubscribe),
    /// A message of a vendor or of a later version, as it came.
    Unknown(UnknownMessage),
}
/// A message that this version does not know, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownMessage {
    /// The `type` of its frame.
    pub type_name: crate::common::UnknownText,
    /// Its payload.
    pub payload: crate::common::JsonObject,
}
impl UnknownMessage {
    /// A message of a type that this version does not know.
    ///
    /// # Errors
    /// When the type is known, or is no type at all.
    pub fn new(
        type_name: &str,
        payload: crate::common::JsonObject,
    ) -> ::core::result::Result<Self, crate::common::Invalid> {
        match MessageType::parse(type_name)? {
            MessageType::Unknown(type_name) => Ok(Self { type_name, payload }),
            _ => {
                Err(
                    crate::common::Invalid::new(
                        "another message type",
                        "is a type with an arm of its own",
                    ),
                )
            }
        }
    }
}
impl Message {
    /// The type.
    pub fn message_type(&self) -> MessageType {
        match self {
            Self::SessionHello(_) => MessageType::SessionHello,
            Self::SessionWelcome(_) => MessageType::SessionWelcome,
            Self::SessionResume(_) => MessageType::SessionResume,
            Self::SessionPing(_) => MessageType::SessionPing,
            Self::SessionPong(_) => MessageType::SessionPong,
            Self::SessionAck(_) => MessageType::SessionAck,
            Self::SessionListJobs(_) => MessageType::SessionListJobs,
            Self::SessionJobs(_) => MessageType::SessionJobs,
            Self::SessionClose(_) => MessageType::SessionClose,
            Self::SessionClosed(_) => MessageType::SessionClosed,
            Self::SessionBye(_) => MessageType::SessionBye,
            Self::SessionError(_) => MessageType::SessionError,
            Self::JobSubmit(_) => MessageType::JobSubmit,
            Self::JobAccepted(_) => MessageType::JobAccepted,
            Self::JobEvent(_) => MessageType::JobEvent,
            Self::JobResult(_) => MessageType::JobResult,
            Self::JobError(_) => MessageType::JobError,
            Self::JobCancel(_) => MessageType::JobCancel,
            Self::JobCancelled(_) => MessageType::JobCancelled,
            Self::JobSubscribe(_) => MessageType::JobSubscribe,
            Self::JobSubscribed(_) => MessageType::JobSubscribed,
            Self::JobUnsubscribe(_) => MessageType::JobUnsubscribe,
            Self::Unknown(message) => MessageType::Unknown(message.type_name.clone()),
        }
    }
    /// The type as it goes over the wire.
    pub fn type_str(&self) -> &str {
        match self {
            Self::SessionHello(_) => "session.hello",
            Self::SessionWelcome(_) => "session.welcome",
            Self::SessionResume(_) => "session.resume",
            Self::SessionPing(_) => "session.ping",
            Self::SessionPong(_) => "session.pong",
            Self::SessionAck(_) => "session.ack",
            Self::SessionListJobs(_) => "session.list_jobs",
            Self::SessionJobs(_) => "session.jobs",
            Self::SessionClose(_) => "session.close",
            Self::SessionClosed(_) => "session.closed",
            Self::SessionBye(_) => "session.bye",
            Self::SessionError(_) => "session.error",
            Self::JobSubmit(_) => "job.submit",
            Self::JobAccepted(_) => "job.accepted",
            Self::JobEvent(_) => "job.event",
            Self::JobResult(_) => "job.result",
            Self::JobError(_) => "job.error",
            Self::JobCancel(_) => "job.cancel",
            Self::JobCancelled(_) => "job.cancelled",
            Self::JobSubscribe(_) => "job.subscribe",
            Self::JobSubscribed(_) => "job.subscribed",
            Self::JobUnsubscribe(_) => "job.unsubscribe",
            Self::Unknown(message) => message.type_name.as_str(),
        }
    }
    /// Writes the payload as JSON behind what `out` holds already.
    pub fn write_payload(&self, out: &mut Vec<u8>) {
        match self {
            Self::SessionHello(payload) => crate::write::value(out, payload),
            Self::SessionWelcome(payload) => crate::write::value(out, payload),
            Self::SessionResume(payload) => crate::write::value(out, payload),
            Self::SessionPing(payload) => crate::write::value(out, payload),
            Self::SessionPong(payload) => crate::write::value(out, payload),
            Self::SessionAck(payload) => crate::write::value(out, payload),
            Self::SessionListJobs(payload) => crate::write::value(out, payload),
            Self::SessionJobs(payload) => crate::write::value(out, payload),
            Self::SessionClose(payload) => crate::write::value(out, payload),
            Self::SessionClosed(payload) => crate::write::value(out, payload),
            Self::SessionBye(payload) => crate::write::value(out, payload),
            Self::SessionError(payload) => crate::write::value(out, payload),
            Self::JobSubmit(payload) => crate::write::value(out, payload),
            Self::JobAccepted(payload) => crate::write::value(out, payload),
            Self::JobEvent(payload) => crate::write::value(out, payload),
            Self::JobResult(payload) => crate::write::value(out, payload),
            Self::JobError(payload) => crate::write::value(out, payload),
            Self::JobCancel(payload) => crate::write::value(out, payload),
            Self::JobCancelled(payload) => crate::write::value(out, payload),
            Self::JobSubscribe(payload) => crate::write::value(out, payload),
            Self::JobSubscribed(payload) => crate::write::value(out, payload),
            Self::JobUnsubscribe(payload) => crate::write::value(out, payload),
            Self::Unknown(message) => {
                out.extend_from_slice(message.payload.get().as_bytes());
            }
        }
    }
}
impl From<crate::session::Hello> for Message {
    fn from(payload: crate::session::Hello) -> Self {
        Self::SessionHello(payload)
    }
}
impl From<crate::session::Welcome> for Message {
    fn from(payload: crate::session::Welcome) -> Self {
        Self::SessionWelcome(payload)
    }
}
impl From<crate::session::Resume> for Message {
    fn from(payload: crate::session::Resume) -> Self {
        Self::SessionResume(payload)
    }
}
impl From<crate::session::Ping> for Message {
    fn from(payload: crate::session::Ping) -> Self {
        Self::SessionPing(payload)
    }
}
impl From<crate::session::Pong> for Message {
    fn from(payload: crate::session::Pong) -> Self {
        Self::SessionPong(payload)
    }
}
impl From<crate::session::Ack> for Message {
    fn from(payload: crate::session::Ack) -> Self {
        Self::SessionAck(payload)
    }
}
impl From<crate::session::ListJobs> for Message {
    fn from(payload: crate::session::ListJobs) -> Self {
        Self::SessionListJobs(payload)
    }
}
impl From<crate::session::Jobs> for Message {
    fn from(payload: crate::session::Jobs) -> Self {
        Self::SessionJobs(payload)
    }
}
impl From<crate::session::Close> for Message {
    fn from(payload: crate::session::Close) -> Self {
        Self::SessionClose(payload)
    }
}
impl From<crate::session::Closed> for Message {
    fn from(payload: crate::session::Closed) -> Self {
        Self::SessionClosed(payload)
    }
}
impl From<crate::session::Bye> for Message {
    fn from(payload: crate::session::Bye) -> Self {
        Self::SessionBye(payload)
    }
}
impl From<crate::session::Error> for Message {
    fn from(payload: crate::session::Error) -> Self {
        Self::SessionError(payload)
    }
}
impl From<crate::job::Submit> for Message {
    fn from(payload: crate::job::Submit) -> Self {
        Self::JobSubmit(payload)
    }
}
impl From<crate::job::Accepted> for Message {
    fn from(payload: crate::job::Accepted) -> Self {
        Self::JobAccepted(payload)
    }
}
impl From<crate::job::Event> for Message {
    fn from(payload: crate::job::Event) -> Self {
        Self::JobEvent(payload)
    }
}
impl From<crate::job::Result> for Message {
    fn from(payload: crate::job::Result) -> Self {
        Self::JobResult(payload)
    }
}
impl From<crate::job::Error> for Message {
    fn from(payload: crate::job::Error) -> Self {
        Self::JobError(payload)
    }
}
impl From<crate::job::Cancel> for Message {
    fn from(payload: crate::job::Cancel) -> Self {
        Self::JobCancel(payload)
    }
}
impl From<crate::job::Cancelled> for Message {
    fn from(payload: crate::job::Cancelled) -> Self {
        Self::JobCancelled(payload)
    }
}
impl From<crate::job::Subscribe> for Message {
    fn from(payload: crate::job::Subscribe) -> Self {
        Self::JobSubscribe(payload)
    }
}
impl From<crate::job::Subscribed> for Message {
    fn from(payload: crate::job::Subscribed) -> Self {
        Self::JobSubscribed(payload)
    }
}
impl From<crate::job::Unsubscribe> for Message {
    fn from(payload: crate::job::Unsubscribe) -> Self {
        Self::JobUnsubscribe(payload)
    }
}
impl From<UnknownMessage> for Message {
    fn from(message: UnknownMessage) -> Self {
        Self::Unknown(message)
    }
}
/// Reads a payload by the type of its message.
pub(crate) struct PayloadSeed<'a>(pub(crate) &'a MessageType);
impl<'de> ::serde::de::DeserializeSeed<'de> for PayloadSeed<'_> {
    type Value = Message;
    fn deserialize<D: ::serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> ::core::result::Result<Message, D::Error> {
        use ::serde::Deserialize;
        match self.0 {
            MessageType::SessionHello => {
                <crate::session::Hello>::deserialize(deserializer)
                    .map(Message::SessionHello)
            }
            MessageType::SessionWelcome => {
                <crate::session::Welcome>::deserialize(deserializer)
                    .map(Message::SessionWelcome)
            }
            MessageType::SessionResume => {
                <crate::session::Resume>::deserialize(deserializer)
                    .map(Message::SessionResume)
            }
            MessageType::SessionPing => {
                <crate::session::Ping>::deserialize(deserializer)
                    .map(Message::SessionPing)
            }
            MessageType::SessionPong => {
                <crate::session::Pong>::deserialize(deserializer)
                    .map(Message::SessionPong)
            }
            MessageType::SessionAck => {
                <crate::session::Ack>::deserialize(deserializer).map(Message::SessionAck)
            }
            MessageType::SessionListJobs => {
                <crate::session::ListJobs>::deserialize(deserializer)
                    .map(Message::SessionListJobs)
            }
            MessageType::SessionJobs => {
                <crate::session::Jobs>::deserialize(deserializer)
                    .map(Message::SessionJobs)
            }
            MessageType::SessionClose => {
                <crate::session::Close>::deserialize(deserializer)
                    .map(Message::SessionClose)
            }
            MessageType::SessionClosed => {
                <crate::session::Closed>::deserialize(deserializer)
                    .map(Message::SessionClosed)
            }
            MessageType::SessionBye => {
                <crate::session::Bye>::deserialize(deserializer).map(Message::SessionBye)
            }
            MessageType::SessionError => {
                <crate::session::Error>::deserialize(deserializer)
                    .map(Message::SessionError)
            }
            MessageType::JobSubmit => {
                <crate::job::Submit>::deserialize(deserializer).map(Message::JobSubmit)
            }
            MessageType::JobAccepted => {
                <crate::job::Accepted>::deserialize(deserializer)
                    .map(Message::JobAccepted)
            }
            MessageType::JobEvent => {
                <crate::job::Event>::deserialize(deserializer).map(Message::JobEvent)
            }
            MessageType::JobResult => {
                <crate::job::Result>::deserialize(deserializer).map(Message::JobResult)
            }
            MessageType::JobError => {
                <crate::job::Error>::deserialize(deserializer).map(Message::JobError)
            }
            MessageType::JobCancel => {
                <crate::job::Cancel>::deserialize(deserializer).map(Message::JobCancel)
            }
            MessageType::JobCancelled => {
                <crate::job::Cancelled>::deserialize(deserializer)
                    .map(Message::JobCancelled)
            }
            MessageType::JobSubscribe => {
                <crate::job::Subscribe>::deserialize(deserializer)
                    .map(Message::JobSubscribe)
            }
            MessageType::JobSubscribed => {
                <crate::job::Subscribed>::deserialize(deserializer)
                    .map(Message::JobSubscribed)
            }
            MessageType::JobUnsubscribe => {
                <crate::job::Unsubscribe>::deserialize(deserializer)
                    .map(Message::JobUnsubscribe)
            }
            MessageType::Unknown(type_name) => {
                let payload = crate::common::JsonObject::deserialize(deserializer)?;
                Ok(
                    Message::Unknown(UnknownMessage {
                        type_name: type_name.clone(),
                        payload,
                    }),
                )
            }
        }
    }
}
