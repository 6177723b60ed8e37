// @generated from schema/ by `cargo run -p codegen`; do not edit.
/**
 * Strings with a grammar and values without a shape, shared by every other file: identifiers, agent references, timestamps,
 * decimals, JSON.
 */
import * as codec from "./codec.js";


/**
 * Names one frame, unique among the frames of its sender. A repeat of a frame that the receiver remembers is not acted on twice.
 * (§5)
 */
export type MessageId = string;
export const MessageId: codec.Codec<MessageId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/** Names a session. The runtime mints it at the welcome, and it stays the same across resumes. (§5) */
export type SessionId = string;
export const SessionId: codec.Codec<SessionId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/** Names a job. The runtime mints it when it accepts the submission, and it outlives the session. (§5) */
export type JobId = string;
export const JobId: codec.Codec<JobId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/** Names a streamed result. All chunks of a job carry the same one, and the job's result refers to it. (§8.4) */
export type ResultId = string;
export const ResultId: codec.Codec<ResultId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/** Ties a tool result to its tool call within one job. (§8.2) */
export type CallId = string;
export const CallId: codec.Codec<CallId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/**
 * Names one delegation within the parent job, so that the child's acceptance or a refusal can be told apart from others. (§10,
 * draft-02)
 */
export type DelegateId = string;
export const DelegateId: codec.Codec<DelegateId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/** Names a provisioned credential within its job, for audit, rotation and revocation. (§9.8) */
export type CredentialId = string;
export const CredentialId: codec.Codec<CredentialId> = codec.text(1, 256, new RegExp("^[!-~]+$", "u"));

/** A value that a ping carries and its pong repeats. (§6.4) */
export type Nonce = string;
export const Nonce: codec.Codec<Nonce> = codec.text(1, 256);

/** Proves that a client may resume a session. It is a credential: each welcome replaces it, and only the newest one is good. (§6.3) */
export type ResumeToken = codec.Secret;
export const ResumeToken: codec.Codec<ResumeToken> = codec.secret(codec.text(1, 4096, new RegExp("^[!-~]+$", "u")));

/** Marks where the next page of a listing begins. Only the runtime that wrote it can read it. (§6.6) */
export type Cursor = string;
export const Cursor: codec.Codec<Cursor> = codec.text(1, 4096, new RegExp("^[!-~]+$", "u"));

/** Says which agent is wanted: a name alone for its default version, or `name@version` for exactly that one. (§7.5) */
export type AgentRef = string;
export const AgentRef: codec.Codec<AgentRef> = codec.text(1, 256, new RegExp("^[a-z0-9][a-z0-9._-]*(@[a-zA-Z0-9.+_-]+)?$", "u"));

/** The name of an agent, without a version. (§7.5) */
export type AgentName = string;
export const AgentName: codec.Codec<AgentName> = codec.text(1, 256, new RegExp("^[a-z0-9][a-z0-9._-]*$", "u"));

/** The version of an agent. It has no order: two versions are the same or they are not. (§7.5) */
export type AgentVersion = string;
export const AgentVersion: codec.Codec<AgentVersion> = codec.text(1, 256, new RegExp("^[a-zA-Z0-9.+_-]+$", "u"));

/** The agent that really runs, as `name@version`. A reader takes any text here, since some runtimes write a bare name. (§7.5) */
export type ResolvedAgent = string;
export const ResolvedAgent: codec.Codec<ResolvedAgent> = codec.text(1, 512);

/**
 * The W3C trace that an operation belongs to: 32 lowercase hexadecimal digits, not all zero. A reader also takes the trace id out of
 * a whole `traceparent`, and ignores any other text: tracing never fails a job. (§11)
 */
export type TraceId = string;
export const TraceId: codec.Codec<TraceId> = codec.text(0, 256);

/** An instant of RFC 3339. It is written in UTC with `Z`; a reader takes any offset. (§8.2) */
export type Timestamp = string;
export const Timestamp: codec.Codec<Timestamp> = codec.text(20, 64, new RegExp("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$", "u"));

/** The instant at which authority ends: RFC 3339 in UTC, and only with the suffix `Z`. (§9.5) */
export type Expiry = string;
export const Expiry: codec.Codec<Expiry> = codec.text(20, 30, new RegExp("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?Z$", "u"));

/** A JSON number whose digits are kept as they came, so that money stays exact. It is never rounded through a binary fraction. (§9.6) */
export { Decimal } from "./json.js";

/** Any JSON value, null included, kept as the text that came. (§5) */
export { Json } from "./json.js";

/** A JSON object whose members this protocol does not fix, kept as the text that came. (§5) */
export { JsonObject } from "./json.js";

/** What kind of data it is, such as `text/plain; charset=utf-8`. (§8.2) */
export type MediaType = string;
export const MediaType: codec.Codec<MediaType> = codec.text(3, 256, new RegExp("^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\\s*;.*)?$", "u"));

/** The SHA-256 of some bytes as 64 hexadecimal digits, written in lowercase. (§8.2) */
export type Sha256 = string;
export const Sha256: codec.Codec<Sha256> = codec.text(64, 64, new RegExp("^[0-9A-Fa-f]{64}$", "u"));

/** An absolute URI of any scheme, such as `file:`, `https:` or `arcp:`. (§8.2) */
export type Uri = string;
export const Uri: codec.Codec<Uri> = codec.text(3, 8192, new RegExp("^[A-Za-z][A-Za-z0-9+.-]*:\\S+$", "u"));

/**
 * A client's own name for one submission: repeating it yields the same job instead of a second one. It counts within the principal
 * that submits. (§7.2)
 */
export type IdempotencyKey = string;
export const IdempotencyKey: codec.Codec<IdempotencyKey> = codec.text(1, 256);

/** What a budget is counted in: `USD`, `EUR`, `credits`, or a word of the runtime. (§9.6) */
export type Currency = string;
export const Currency: codec.Codec<Currency> = codec.text(1, 32, new RegExp("^[A-Za-z][A-Za-z0-9_-]*$", "u"));

/** The name of an extension: an event kind, a capability, a feature or an envelope member outside this protocol. (§15, draft-02) */
export type VendorName = string;
export const VendorName: codec.Codec<VendorName> = codec.text(10, 128, new RegExp("^x-vendor(\\.[a-z0-9_-]+)+$", "u"));
