// @generated from schema/ by codegen; do not edit
//! Strings with a grammar and values without a shape, shared by every other file: identifiers, agent references, timestamps, decimals, JSON.
pub use crate::value::{Decimal, Invalid, Json, JsonObject, UnknownText};
/// Names one frame, unique among the frames of its sender. A repeat of a frame that the receiver remembers is not acted on twice.
///
/// §5. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^[0-7][0-9A-HJKMNP-TV-Z]{25}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(::std::sync::Arc<str>);
crate::macros::text!(
    MessageId, "a message id", crate ::grammar::message_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// Names a session. The runtime mints it at the welcome, and it stays the same across resumes.
///
/// §5. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^sess_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(::std::sync::Arc<str>);
crate::macros::text!(
    SessionId, "a session id", crate ::grammar::session_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// Names a job. The runtime mints it when it accepts the submission, and it outlives the session.
///
/// §5. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^job_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(::std::sync::Arc<str>);
crate::macros::text!(
    JobId, "a job id", crate ::grammar::job_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// Names a streamed result. All chunks of a job carry the same one, and the job's result refers to it.
///
/// §8.4. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^res_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultId(::std::sync::Arc<str>);
crate::macros::text!(
    ResultId, "a result id", crate ::grammar::result_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// Ties a tool result to its tool call within one job.
///
/// §8.2. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^c_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(::std::sync::Arc<str>);
crate::macros::text!(
    CallId, "a call id", crate ::grammar::call_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// Names one delegation within the parent job, so that the child's acceptance or a refusal can be told apart from others.
///
/// §10. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^del_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DelegateId(::std::sync::Arc<str>);
crate::macros::text!(
    DelegateId, "a delegate id", crate ::grammar::delegate_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// Names a provisioned credential within its job, for audit, rotation and revocation.
///
/// §9.8. It must have 1 to 256 characters and match `^[!-~]+$`. What is written must match `^cred_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(::std::sync::Arc<str>);
crate::macros::text!(
    CredentialId, "a credential id", crate ::grammar::credential_id,
    "must have 1 to 256 characters and match ^[!-~]+$", plain
);
/// A value that a ping carries and its pong repeats.
///
/// §6.4. It must have 1 to 256 characters. What is written must match `^p_[0-9A-HJKMNP-TV-Z]{26}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(::std::sync::Arc<str>);
crate::macros::text!(
    Nonce, "a nonce", crate ::grammar::nonce, "must have 1 to 256 characters", plain
);
/// Proves that a client may resume a session. It is a credential: each welcome replaces it, and only the newest one is good.
///
/// §6.3. It must have 1 to 4096 characters and match `^[!-~]+$`. What is written must match `^rt_[A-Za-z0-9_-]{43}$`. Prints as `***`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResumeToken(::std::sync::Arc<str>);
crate::macros::text!(
    ResumeToken, "a resume token", crate ::grammar::resume_token,
    "must have 1 to 4096 characters and match ^[!-~]+$", secret
);
/// Marks where the next page of a listing begins. Only the runtime that wrote it can read it.
///
/// §6.6. It must have 1 to 4096 characters and match `^[!-~]+$`. What is written must match `^[A-Za-z0-9_-]+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor(::std::sync::Arc<str>);
crate::macros::text!(
    Cursor, "a cursor", crate ::grammar::cursor,
    "must have 1 to 4096 characters and match ^[!-~]+$", plain
);
/// Says which agent is wanted: a name alone for its default version, or `name@version` for exactly that one.
///
/// §7.5. It must have 1 to 256 characters and match `^[a-z0-9][a-z0-9._-]*(@[a-zA-Z0-9.+_-]+)?$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentRef(::std::sync::Arc<str>);
crate::macros::text!(
    AgentRef, "an agent ref", crate ::grammar::agent_ref,
    "must have 1 to 256 characters and match ^[a-z0-9][a-z0-9._-]*(@[a-zA-Z0-9.+_-]+)?$",
    plain
);
/// The name of an agent, without a version.
///
/// §7.5. It must have 1 to 256 characters and match `^[a-z0-9][a-z0-9._-]*$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentName(::std::sync::Arc<str>);
crate::macros::text!(
    AgentName, "an agent name", crate ::grammar::agent_name,
    "must have 1 to 256 characters and match ^[a-z0-9][a-z0-9._-]*$", plain
);
/// The version of an agent. It has no order: two versions are the same or they are not.
///
/// §7.5. It must have 1 to 256 characters and match `^[a-zA-Z0-9.+_-]+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentVersion(::std::sync::Arc<str>);
crate::macros::text!(
    AgentVersion, "an agent version", crate ::grammar::agent_version,
    "must have 1 to 256 characters and match ^[a-zA-Z0-9.+_-]+$", plain
);
/// The agent that really runs, as `name@version`. A reader takes any text here, since some runtimes write a bare name.
///
/// §7.5. It must have 1 to 512 characters. What is written must match `^[a-z0-9][a-z0-9._-]*@[a-zA-Z0-9.+_-]+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResolvedAgent(::std::sync::Arc<str>);
crate::macros::text!(
    ResolvedAgent, "a resolved agent", crate ::grammar::resolved_agent,
    "must have 1 to 512 characters", plain
);
/// The W3C trace that an operation belongs to: 32 lowercase hexadecimal digits, not all zero. A reader also takes the trace id out of a whole `traceparent`, and ignores any other text: tracing never fails a job.
///
/// §11. It must have at most 256 characters. What is written must match `^[0-9a-f]{32}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(::std::sync::Arc<str>);
crate::macros::text!(
    TraceId, "a trace id", crate ::grammar::trace_id, "must have at most 256 characters",
    plain
);
/// An instant of RFC 3339. It is written in UTC with `Z`; a reader takes any offset.
///
/// §8.2. It must have 20 to 64 characters and match `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`. What is written must match `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?Z$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(::std::sync::Arc<str>);
crate::macros::text!(
    Timestamp, "a timestamp", crate ::grammar::timestamp,
    "must have 20 to 64 characters and match ^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
    plain
);
/// The instant at which authority ends: RFC 3339 in UTC, and only with the suffix `Z`.
///
/// §9.5. It must have 20 to 30 characters and match `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?Z$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry(::std::sync::Arc<str>);
crate::macros::text!(
    Expiry, "an expiry", crate ::grammar::expiry,
    "must have 20 to 30 characters and match ^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?Z$",
    plain
);
/// What kind of data it is, such as `text/plain; charset=utf-8`.
///
/// §8.2. It must have 3 to 256 characters and match `^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(::std::sync::Arc<str>);
crate::macros::text!(
    MediaType, "a media type", crate ::grammar::media_type,
    "must have 3 to 256 characters and match ^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\\s*;.*)?$",
    plain
);
/// The SHA-256 of some bytes as 64 hexadecimal digits, written in lowercase.
///
/// §8.2. It must have 64 characters and match `^[0-9A-Fa-f]{64}$`. What is written must match `^[0-9a-f]{64}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(::std::sync::Arc<str>);
crate::macros::text!(
    Sha256, "a sha256", crate ::grammar::sha256,
    "must have 64 characters and match ^[0-9A-Fa-f]{64}$", plain
);
/// An absolute URI of any scheme, such as `file:`, `https:` or `arcp:`.
///
/// §8.2. It must have 3 to 8192 characters and match `^[A-Za-z][A-Za-z0-9+.-]*:\S+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(::std::sync::Arc<str>);
crate::macros::text!(
    Uri, "a uri", crate ::grammar::uri,
    "must have 3 to 8192 characters and match ^[A-Za-z][A-Za-z0-9+.-]*:\\S+$", plain
);
/// A client's own name for one submission: repeating it yields the same job instead of a second one. It counts within the principal that submits.
///
/// §7.2. It must have 1 to 256 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(::std::sync::Arc<str>);
crate::macros::text!(
    IdempotencyKey, "an idempotency key", crate ::grammar::idempotency_key,
    "must have 1 to 256 characters", plain
);
/// What a budget is counted in: `USD`, `EUR`, `credits`, or a word of the runtime.
///
/// §9.6. It must have 1 to 32 characters and match `^[A-Za-z][A-Za-z0-9_-]*$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(::std::sync::Arc<str>);
crate::macros::text!(
    Currency, "a currency", crate ::grammar::currency,
    "must have 1 to 32 characters and match ^[A-Za-z][A-Za-z0-9_-]*$", plain
);
/// The name of an extension: an event kind, a capability, a feature or an envelope member outside this protocol.
///
/// §15. It must have 10 to 128 characters and match `^x-vendor(\.[a-z0-9_-]+)+$`. What is written must match `^x-vendor\.[a-z0-9_-]+(\.[a-z0-9_-]+)+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VendorName(::std::sync::Arc<str>);
crate::macros::text!(
    VendorName, "a vendor name", crate ::grammar::vendor_name,
    "must have 10 to 128 characters and match ^x-vendor(\\.[a-z0-9_-]+)+$", plain
);
