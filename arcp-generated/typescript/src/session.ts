// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** The `session.*` messages: opening, resuming, keeping alive, acknowledging, listing jobs and closing. */
import * as codec from "./codec.js";
import * as common from "./common.js";
import * as credential from "./credential.js";
import * as error from "./error.js";
import * as job from "./job.js";
import * as lease from "./lease.js";


/** A part of the protocol that both sides must list before either uses it. Names that are not known are ignored. (§6.2) */
export type KnownFeature =
  | "heartbeat"
  | "ack"
  | "list_jobs"
  | "subscribe"
  | "lease_expires_at"
  | "cost.budget"
  | "model.use"
  | "provisioned_credentials"
  | "progress"
  | "result_chunk"
  | "agent_versions";

/** A part of the protocol that both sides must list before either uses it. Names that are not known are ignored. (§6.2) */
export type Feature = KnownFeature | (string & {});
export const Feature: codec.Codec<Feature> = codec.text(0, 128);
/** What is known about each value of {@link Feature}, by value. */
export const FEATURE_FACTS = {
  "heartbeat": { name: "Heartbeat", description: "Both sides prove that they are alive, and notice when the other is not.", section: "6.4", gates: ["The messages `session.ping` and `session.pong`.", "The member `heartbeat_interval_sec` of the welcome.", "Declaring a silent peer lost."] },
  "ack": { name: "Ack", description: "The client says how far it has processed the stream.", section: "6.5", gates: ["The message `session.ack`.", "Back-pressure that is derived from it."] },
  "list_jobs": { name: "ListJobs", description: "The client may ask which jobs there are.", section: "6.6", gates: ["The messages `session.list_jobs` and `session.jobs`."] },
  "subscribe": { name: "Subscribe", description: "A session may follow a job that another session has submitted.", section: "7.6", gates: ["The messages `job.subscribe`, `job.subscribed` and `job.unsubscribe`."] },
  "lease_expires_at": { name: "LeaseExpiresAt", description: "A lease may end at an instant.", section: "9.5", gates: ["The member `expires_at` of lease constraints, wherever they occur.", "The error code `LEASE_EXPIRED`."] },
  "cost.budget": { name: "CostBudget", description: "A lease may bound what a job spends.", section: "9.6", gates: ["The capability `cost.budget`.", "The `budget` members.", "The metric `cost.budget.remaining`.", "The error code `BUDGET_EXHAUSTED`."] },
  "model.use": { name: "ModelUse", description: "A lease may say which models a job may invoke.", section: "9.7", gates: ["The capability `model.use`."] },
  "provisioned_credentials": { name: "ProvisionedCredentials", description: "The runtime hands out credentials that live as long as the job.", section: "9.8", gates: ["The `credentials` members.", "The status phase `credential_rotated`."] },
  "progress": { name: "Progress", description: "Jobs report how far they are.", section: "8.2", gates: ["The event kind `progress`."] },
  "result_chunk": { name: "ResultChunk", description: "Large results are streamed.", section: "8.4", gates: ["The event kind `result_chunk`.", "The members `result_id` and `result_size` of `job.result`."] },
  "agent_versions": { name: "AgentVersions", description: "Agents are asked for by version.", section: "7.5", gates: ["`name@version` in a submission, a delegation or a filter.", "Relying on the versions of the inventory."] },
} as const satisfies { readonly [value in KnownFeature]: object };

/** How frames are written. JSON is the only encoding that is defined. (§5) */
export type KnownEncoding =
  | "json";

/** How frames are written. JSON is the only encoding that is defined. (§5) */
export type Encoding = KnownEncoding | (string & {});
export const Encoding: codec.Codec<Encoding> = codec.text(0, 128);
/** What is known about each value of {@link Encoding}, by value. */
export const ENCODING_FACTS = {
  "json": { name: "Json", description: "UTF-8 JSON, one object a frame.", section: "5" },
} as const satisfies { readonly [value in KnownEncoding]: object };

/** What a client shows to be let in. Only the runtime's verifier knows what it means. (§6.1) */
export type BearerToken = codec.Secret;
export const BearerToken: codec.Codec<BearerToken> = codec.secret(codec.text(0, 16384));

/** Which program opens the session. (§6.2) */
export interface ClientInfo {
  /** The name of the client program. */
  readonly name: string;
  /**
   * Its version, in its own style.
   * When missing: `""`.
   * Sent: always.
   */
  readonly version: string;
}
export const ClientInfo: codec.Codec<ClientInfo> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      name: codec.required(object, "name", codec.text(1, 256)),
      version: codec.defaulted(object, "version", codec.text(0, 256), "\"\""),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "name", codec.text(1, 256), value.name);
    codec.put(out, "version", codec.text(0, 256), value.version);
    return out;
  },
};

/** Which program answers. (§6.2) */
export interface RuntimeInfo {
  /** The name of the runtime. */
  readonly name: string;
  /**
   * Its version, in its own style.
   * When missing: `""`.
   * Sent: always.
   */
  readonly version: string;
}
export const RuntimeInfo: codec.Codec<RuntimeInfo> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      name: codec.required(object, "name", codec.text(1, 256)),
      version: codec.defaulted(object, "version", codec.text(0, 256), "\"\""),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "name", codec.text(1, 256), value.name);
    codec.put(out, "version", codec.text(0, 256), value.version);
    return out;
  },
};

/**
 * Who the client is. Another scheme than `bearer` with members of its own, and a token that is missing or empty, are answered with
 * `UNAUTHENTICATED`, not with a complaint about the shape. (§6.1)
 */
export interface Auth {
  /**
   * How the client proves itself; `bearer` is the only scheme that is defined.
   * Sent: always.
   */
  readonly scheme?: string | undefined;
  /**
   * The proof, when the scheme is `bearer`.
   * Sent: always.
   */
  readonly token?: BearerToken | undefined;
}
export const Auth: codec.Codec<Auth> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      scheme: codec.optional(object, "scheme", codec.text(0, Infinity)),
      token: codec.optional(object, "token", BearerToken),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "scheme", codec.text(0, Infinity), value.scheme);
    codec.put(out, "token", BearerToken, value.token);
    return out;
  },
};

/** What the client can do. (§6.2) */
export interface HelloCapabilities {
  /**
   * The encodings that it reads. `json` must be among them.
   * When missing: `["json"]`.
   * Sent: always.
   */
  readonly encodings: readonly Encoding[];
  /**
   * The features that it wants to use. Order and repeats have no meaning.
   * When missing: `[]`.
   * Sent: always.
   */
  readonly features: readonly Feature[];
}
export const HelloCapabilities: codec.Codec<HelloCapabilities> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      encodings: codec.defaulted(object, "encodings", codec.list(Encoding, 0, 64, false), "[\"json\"]"),
      features: codec.defaulted(object, "features", codec.list(Feature, 0, 1024, false), "[]"),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "encodings", codec.list(Encoding, 0, 64, false), value.encodings);
    codec.put(out, "features", codec.list(Feature, 0, 1024, false), value.features);
    return out;
  },
};

/** What the runtime can do. A feature is in use when both lists have it. (§6.2) */
export interface WelcomeCapabilities {
  /**
   * The encodings that it reads. `json` is among them.
   * When missing: `["json"]`.
   * Sent: always.
   */
  readonly encodings: readonly Encoding[];
  /**
   * Every feature that it supports, wanted by this client or not.
   * When missing: `[]`.
   * Sent: always.
   */
  readonly features: readonly Feature[];
  /**
   * The agents that may be submitted to, perhaps none. (§7.5)
   * When missing: `[]`.
   * Sent: always.
   */
  readonly agents: readonly AgentInventoryEntry[];
}
export const WelcomeCapabilities: codec.Codec<WelcomeCapabilities> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      encodings: codec.defaulted(object, "encodings", codec.list(Encoding, 0, 64, false), "[\"json\"]"),
      features: codec.defaulted(object, "features", codec.list(Feature, 0, 1024, false), "[]"),
      agents: codec.defaulted(object, "agents", codec.list(AgentInventoryEntry, 0, Infinity, false), "[]"),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "encodings", codec.list(Encoding, 0, 64, false), value.encodings);
    codec.put(out, "features", codec.list(Feature, 0, 1024, false), value.features);
    codec.put(out, "agents", codec.list(AgentInventoryEntry, 0, Infinity, false), value.agents);
    return out;
  },
};

/** One agent that the runtime offers. A bare string is read as an entry with that name and no versions. (§7.5) */
export interface AgentInventoryEntry {
  /** What to submit to. It follows the grammar of an agent name; a name outside it is read, though nobody can ask for it. */
  readonly name: string;
  /**
   * The versions on offer, each once. At least one is written.
   * When missing: `[]`.
   * Sent: always.
   */
  readonly versions: readonly string[];
  /** The version that a bare name means, one of `versions`. Without it the runtime picks. */
  readonly default?: string | undefined;
}
export const AgentInventoryEntry: codec.Codec<AgentInventoryEntry> = {
  read(raw) {
    const object = codec.members(raw, "name");
    return codec.compact({
      name: codec.required(object, "name", codec.text(0, Infinity)),
      versions: codec.defaulted(object, "versions", codec.list(codec.text(0, Infinity), 0, Infinity, false), "[]"),
      default: codec.optional(object, "default", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "name", codec.text(0, Infinity), value.name);
    codec.put(out, "versions", codec.list(codec.text(0, Infinity), 0, Infinity, false), value.versions);
    codec.put(out, "default", codec.text(0, Infinity), value.default);
    return out;
  },
};

/** Which session a hello resumes, and from where. (§6.3, draft-02) */
export interface ResumePoint {
  /** The session to resume. */
  readonly session_id: common.SessionId;
  /** The token of the newest welcome that the client has seen. */
  readonly resume_token: common.ResumeToken;
  /** The last number that the client has received; 0 for none. Replay starts after it. */
  readonly last_event_seq: bigint;
}
export const ResumePoint: codec.Codec<ResumePoint> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      session_id: codec.required(object, "session_id", common.SessionId),
      resume_token: codec.required(object, "resume_token", common.ResumeToken),
      last_event_seq: codec.required(object, "last_event_seq", codec.long(0n, 9223372036854775807n)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "session_id", common.SessionId, value.session_id);
    codec.put(out, "resume_token", common.ResumeToken, value.resume_token);
    codec.put(out, "last_event_seq", codec.long(0n, 9223372036854775807n), value.last_event_seq);
    return out;
  },
};

/**
 * The first frame of a connection: who is there and what it can do. With `resume` it continues a session instead of opening one.
 * (§6.2)
 */
export interface Hello {
  /** Which program this is. */
  readonly client: ClientInfo;
  /**
   * Who the client is. Without it the answer is `UNAUTHENTICATED`. (§6.1)
   * Sent: always.
   */
  readonly auth?: Auth | undefined;
  /**
   * What the client can do.
   * When missing: `{"encodings":["json"],"features":[]}`.
   * Sent: always.
   */
  readonly capabilities: HelloCapabilities;
  /**
   * Continue this session. (§6.3, draft-02)
   * Sent: when resuming.
   */
  readonly resume?: ResumePoint | undefined;
  /**
   * A copy of the one in `resume`, for runtimes that look for it here. (§6.3, an addition)
   * Sent: when resuming.
   */
  readonly resume_token?: common.ResumeToken | undefined;
  /**
   * A copy of the one in `resume`, for runtimes that look for it here. (§6.3, an addition)
   * Sent: when resuming.
   */
  readonly last_event_seq?: bigint | undefined;
}
export const Hello: codec.Codec<Hello> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      client: codec.required(object, "client", ClientInfo),
      auth: codec.optional(object, "auth", Auth),
      capabilities: codec.defaulted(object, "capabilities", HelloCapabilities, "{\"encodings\":[\"json\"],\"features\":[]}"),
      resume: codec.optional(object, "resume", ResumePoint),
      resume_token: codec.optional(object, "resume_token", common.ResumeToken),
      last_event_seq: codec.optional(object, "last_event_seq", codec.long(0n, 9223372036854775807n)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "client", ClientInfo, value.client);
    codec.put(out, "auth", Auth, value.auth);
    codec.put(out, "capabilities", HelloCapabilities, value.capabilities);
    codec.put(out, "resume", ResumePoint, value.resume);
    codec.put(out, "resume_token", common.ResumeToken, value.resume_token);
    codec.put(out, "last_event_seq", codec.long(0n, 9223372036854775807n), value.last_event_seq);
    return out;
  },
};

/** The session is open: its name, how to resume it, and what the runtime can do. (§6.2) */
export interface Welcome {
  /** Which program answers. */
  readonly runtime: RuntimeInfo;
  /** What to show to resume this session. It replaces all earlier ones. */
  readonly resume_token: common.ResumeToken;
  /**
   * How long the session can be resumed after its connection is gone. (§6.3)
   * When missing: `600`.
   * Sent: always.
   * Unit: seconds.
   */
  readonly resume_window_sec: number;
  /**
   * How often each side shows life. Without it there is no heartbeat. (§6.4)
   * Needs the feature `heartbeat`.
   * Sent: when `heartbeat` is negotiated.
   * Unit: seconds.
   */
  readonly heartbeat_interval_sec?: number | undefined;
  /** What the runtime can do. */
  readonly capabilities: WelcomeCapabilities;
  /**
   * True when this continues an earlier session, and replay follows. (§6.3, an addition)
   * When missing: `false`.
   * Sent: when resuming.
   */
  readonly resumed: boolean;
  /**
   * A copy of the envelope's, for clients that look for it here. A reader takes the envelope's. (an addition)
   * Sent: always.
   */
  readonly session_id?: common.SessionId | undefined;
  /**
   * When the session was opened or resumed, for clients that insist on it. (an addition)
   * Sent: always.
   */
  readonly accepted_at?: common.Timestamp | undefined;
}
export const Welcome: codec.Codec<Welcome> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      runtime: codec.required(object, "runtime", RuntimeInfo),
      resume_token: codec.required(object, "resume_token", common.ResumeToken),
      resume_window_sec: codec.defaulted(object, "resume_window_sec", codec.integer(1, 2147483647), "600"),
      heartbeat_interval_sec: codec.optional(object, "heartbeat_interval_sec", codec.integer(1, 2147483647)),
      capabilities: codec.required(object, "capabilities", WelcomeCapabilities),
      resumed: codec.defaulted(object, "resumed", codec.bool, "false"),
      session_id: codec.optional(object, "session_id", common.SessionId),
      accepted_at: codec.optional(object, "accepted_at", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "runtime", RuntimeInfo, value.runtime);
    codec.put(out, "resume_token", common.ResumeToken, value.resume_token);
    codec.put(out, "resume_window_sec", codec.integer(1, 2147483647), value.resume_window_sec);
    codec.put(out, "heartbeat_interval_sec", codec.integer(1, 2147483647), value.heartbeat_interval_sec);
    codec.put(out, "capabilities", WelcomeCapabilities, value.capabilities);
    codec.put(out, "resumed", codec.bool, value.resumed);
    codec.put(out, "session_id", common.SessionId, value.session_id);
    codec.put(out, "accepted_at", common.Timestamp, value.accepted_at);
    return out;
  },
};

/** Continues a session after its connection is gone. (§6.3) */
export interface Resume {
  /** The token of the newest welcome that the client has seen. */
  readonly resume_token: common.ResumeToken;
  /** The last number that the client has received; 0 for none. Replay starts after it. */
  readonly last_event_seq: bigint;
  /**
   * The session to resume. Without it the runtime finds it by the token. (an addition)
   * Sent: always.
   */
  readonly session_id?: common.SessionId | undefined;
  /**
   * Which program this is. (an addition)
   * Sent: always.
   */
  readonly client?: ClientInfo | undefined;
  /**
   * Who the client is. When it is present it must prove the principal of the session. (an addition)
   * Sent: always.
   */
  readonly auth?: Auth | undefined;
  /**
   * What the client can do. Without it the features stay as they were negotiated. (an addition)
   * Sent: always.
   */
  readonly capabilities?: HelloCapabilities | undefined;
}
export const Resume: codec.Codec<Resume> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      resume_token: codec.required(object, "resume_token", common.ResumeToken),
      last_event_seq: codec.required(object, "last_event_seq", codec.long(0n, 9223372036854775807n)),
      session_id: codec.optional(object, "session_id", common.SessionId),
      client: codec.optional(object, "client", ClientInfo),
      auth: codec.optional(object, "auth", Auth),
      capabilities: codec.optional(object, "capabilities", HelloCapabilities),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "resume_token", common.ResumeToken, value.resume_token);
    codec.put(out, "last_event_seq", codec.long(0n, 9223372036854775807n), value.last_event_seq);
    codec.put(out, "session_id", common.SessionId, value.session_id);
    codec.put(out, "client", ClientInfo, value.client);
    codec.put(out, "auth", Auth, value.auth);
    codec.put(out, "capabilities", HelloCapabilities, value.capabilities);
    return out;
  },
};

/** Asks for a sign of life. (§6.4) */
export interface Ping {
  /** What the pong has to repeat. */
  readonly nonce: common.Nonce;
  /**
   * When the ping was written.
   * Sent: always.
   */
  readonly sent_at?: common.Timestamp | undefined;
}
export const Ping: codec.Codec<Ping> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      nonce: codec.required(object, "nonce", common.Nonce),
      sent_at: codec.optional(object, "sent_at", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "nonce", common.Nonce, value.nonce);
    codec.put(out, "sent_at", common.Timestamp, value.sent_at);
    return out;
  },
};

/** A request was refused, or the session is about to end. It ends the session only when the connection closes after it. (§12) */
export interface Error {
  /**
   * What went wrong, for programs.
   * When missing: `"INTERNAL_ERROR"`.
   * Sent: always.
   */
  readonly code: error.ErrorCode;
  /**
   * What went wrong, for people. It holds no secret and is never written empty; where it is missing the code stands for it.
   * When missing: `""`.
   * Sent: always.
   */
  readonly message: string;
  /**
   * Whether the same request may succeed later. Where it is missing the code's own default holds.
   * Sent: always.
   */
  readonly retryable?: boolean | undefined;
  /** More about it, as the code or the runtime defines. */
  readonly details?: common.JsonObject | undefined;
  /**
   * The `id` of the frame that caused it. (an addition)
   * Sent: when a frame with an id caused it.
   */
  readonly request_id?: common.MessageId | undefined;
  /**
   * The job that the refused request was about. (an addition)
   * Sent: when it is about a job.
   */
  readonly job_id?: common.JobId | undefined;
}
export const Error: codec.Codec<Error> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      code: codec.defaulted(object, "code", error.ErrorCode, "\"INTERNAL_ERROR\""),
      message: codec.defaulted(object, "message", codec.text(0, Infinity), "\"\""),
      retryable: codec.optional(object, "retryable", codec.bool),
      details: codec.optional(object, "details", common.JsonObject),
      request_id: codec.optional(object, "request_id", common.MessageId),
      job_id: codec.optional(object, "job_id", common.JobId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "code", error.ErrorCode, value.code);
    codec.put(out, "message", codec.text(0, Infinity), value.message);
    codec.put(out, "retryable", codec.bool, value.retryable);
    codec.put(out, "details", common.JsonObject, value.details);
    codec.put(out, "request_id", common.MessageId, value.request_id);
    codec.put(out, "job_id", common.JobId, value.job_id);
    return out;
  },
};

/** The sign of life that a ping asked for. (§6.4) */
export interface Pong {
  /** The nonce of the ping. */
  readonly ping_nonce: common.Nonce;
  /**
   * When the ping was read.
   * Sent: always.
   */
  readonly received_at?: common.Timestamp | undefined;
}
export const Pong: codec.Codec<Pong> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      ping_nonce: codec.required(object, "ping_nonce", common.Nonce),
      received_at: codec.optional(object, "received_at", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "ping_nonce", common.Nonce, value.ping_nonce);
    codec.put(out, "received_at", common.Timestamp, value.received_at);
    return out;
  },
};

/** How far the client has come. It frees the runtime's buffer and changes nothing else. (§6.5) */
export interface Ack {
  /**
   * The highest number that the client is done with. A smaller one than before has no effect, and one beyond the stream counts as its
   * end.
   */
  readonly last_processed_seq: bigint;
}
export const Ack: codec.Codec<Ack> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      last_processed_seq: codec.required(object, "last_processed_seq", codec.long(0n, 9223372036854775807n)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "last_processed_seq", codec.long(0n, 9223372036854775807n), value.last_processed_seq);
    return out;
  },
};

/** Which jobs a listing holds. All the members that are present must match. (§6.6) */
export interface JobFilter {
  /** Only jobs in one of these states. An empty list matches nothing, and a word that is no status is refused. */
  readonly status?: readonly job.JobStatus[] | undefined;
  /** Only jobs of this agent. A bare name matches each of its versions. */
  readonly agent?: common.AgentRef | undefined;
  /** Only jobs that were accepted later than this. */
  readonly created_after?: common.Timestamp | undefined;
  /**
   * Only jobs that were accepted earlier than this. (an addition)
   * Sent: never.
   */
  readonly created_before?: common.Timestamp | undefined;
}
export const JobFilter: codec.Codec<JobFilter> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      status: codec.optional(object, "status", codec.list(job.JobStatus, 0, 64, false)),
      agent: codec.optional(object, "agent", common.AgentRef),
      created_after: codec.optional(object, "created_after", common.Timestamp),
      created_before: codec.optional(object, "created_before", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "status", codec.list(job.JobStatus, 0, 64, false), value.status);
    codec.put(out, "agent", common.AgentRef, value.agent);
    codec.put(out, "created_after", common.Timestamp, value.created_after);
    return out;
  },
};

/** Asks which jobs there are. (§6.6) */
export interface ListJobs {
  /**
   * Which of them. Without it all.
   * When missing: `{}`.
   */
  readonly filter: JobFilter;
  /**
   * How many entries a page may have. More than 1000 counts as 1000.
   * When missing: `100`.
   * Unit: jobs.
   */
  readonly limit: bigint;
  /** Where to go on: the `next_cursor` of the page before. Without it at the start. */
  readonly cursor?: common.Cursor | undefined;
}
export const ListJobs: codec.Codec<ListJobs> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      filter: codec.defaulted(object, "filter", JobFilter, "{}"),
      limit: codec.defaulted(object, "limit", codec.long(1n, 9223372036854775807n), "100"),
      cursor: codec.optional(object, "cursor", common.Cursor),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "filter", JobFilter, value.filter);
    codec.put(out, "limit", codec.long(1n, 9223372036854775807n), value.limit);
    codec.put(out, "cursor", common.Cursor, value.cursor);
    return out;
  },
};

/** One job as a listing shows it. (§6.6) */
export interface JobSummary {
  /** The job. */
  readonly job_id: common.JobId;
  /** What runs. */
  readonly agent: common.ResolvedAgent;
  /** Where it stands. */
  readonly status: job.JobStatus;
  /**
   * What it may do.
   * When missing: `{}`.
   * Sent: always.
   */
  readonly lease: lease.Lease;
  /**
   * The job that delegated this one.
   * Always sent; null when there is none.
   */
  readonly parent_job_id?: common.JobId | undefined;
  /**
   * When it was accepted.
   * Read from `submitted_at` when missing.
   * Sent: always.
   */
  readonly created_at?: common.Timestamp | undefined;
  /**
   * The trace that it belongs to. (§11)
   * Sent: always.
   */
  readonly trace_id?: common.TraceId | undefined;
  /**
   * The newest number of the job in the stream of the session that submitted it; 0 for none.
   * When missing: `0`.
   * Sent: always.
   */
  readonly last_event_seq: bigint;
  /**
   * What else bounds the job. (§9.5, an addition)
   * Sent: when the job has any.
   */
  readonly lease_constraints?: lease.LeaseConstraints | undefined;
  /**
   * What is left to spend, by currency. It may be below zero. (§9.6, an addition)
   * Needs the feature `cost.budget`.
   * Sent: when the lease has `cost.budget`.
   */
  readonly budget?: lease.Budget | undefined;
  /**
   * The job's live credentials. (§9.8)
   * Needs the feature `provisioned_credentials`.
   * Sent: when the principal submitted the job and it has not ended.
   */
  readonly credentials?: readonly credential.Credential[] | undefined;
  /**
   * A copy of `created_at`, for clients that look for it here. (an addition)
   * Sent: always.
   */
  readonly submitted_at?: common.Timestamp | undefined;
}
export const JobSummary: codec.Codec<JobSummary> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      job_id: codec.required(object, "job_id", common.JobId),
      agent: codec.required(object, "agent", common.ResolvedAgent),
      status: codec.required(object, "status", job.JobStatus),
      lease: codec.defaulted(object, "lease", lease.Lease, "{}"),
      parent_job_id: codec.optional(object, "parent_job_id", common.JobId),
      created_at: codec.optional(object, { name: "created_at", fallback: "submitted_at" }, common.Timestamp),
      trace_id: codec.optional(object, "trace_id", common.TraceId),
      last_event_seq: codec.defaulted(object, "last_event_seq", codec.long(0n, 9223372036854775807n), "0"),
      lease_constraints: codec.optional(object, "lease_constraints", lease.LeaseConstraints),
      budget: codec.optional(object, "budget", lease.Budget),
      credentials: codec.optional(object, "credentials", codec.list(credential.Credential, 0, Infinity, false)),
      submitted_at: codec.optional(object, "submitted_at", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "job_id", common.JobId, value.job_id);
    codec.put(out, "agent", common.ResolvedAgent, value.agent);
    codec.put(out, "status", job.JobStatus, value.status);
    codec.put(out, "lease", lease.Lease, value.lease);
    codec.putOrNull(out, "parent_job_id", common.JobId, value.parent_job_id);
    codec.put(out, "created_at", common.Timestamp, value.created_at);
    codec.put(out, "trace_id", common.TraceId, value.trace_id);
    codec.put(out, "last_event_seq", codec.long(0n, 9223372036854775807n), value.last_event_seq);
    codec.put(out, "lease_constraints", lease.LeaseConstraints, value.lease_constraints);
    codec.put(out, "budget", lease.Budget, value.budget);
    codec.put(out, "credentials", codec.list(credential.Credential, 0, Infinity, false), value.credentials);
    codec.put(out, "submitted_at", common.Timestamp, value.submitted_at);
    return out;
  },
};

/** One page of a listing. (§6.6) */
export interface Jobs {
  /** The `id` of the frame that asked. */
  readonly request_id: common.MessageId;
  /** The entries, oldest first. */
  readonly jobs: readonly JobSummary[];
  /**
   * Where the next page begins. Null on the last page.
   * Always sent; null when there is none.
   */
  readonly next_cursor?: common.Cursor | undefined;
}
export const Jobs: codec.Codec<Jobs> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      request_id: codec.required(object, "request_id", common.MessageId),
      jobs: codec.required(object, "jobs", codec.list(JobSummary, 0, Infinity, false)),
      next_cursor: codec.optional(object, "next_cursor", common.Cursor),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "request_id", common.MessageId, value.request_id);
    codec.put(out, "jobs", codec.list(JobSummary, 0, Infinity, false), value.jobs);
    codec.putOrNull(out, "next_cursor", common.Cursor, value.next_cursor);
    return out;
  },
};

/** The client is done with the session. (§6.7) */
export interface Close {
  /**
   * Why, in a word or a sentence. (draft-02)
   * Sent: always.
   */
  readonly reason?: string | undefined;
}
export const Close: codec.Codec<Close> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      reason: codec.optional(object, "reason", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "reason", codec.text(0, Infinity), value.reason);
    return out;
  },
};

/** The runtime is done with the connection. (§6.7) */
export interface Closed {
  /** Why, in a word or a sentence. (an addition) */
  readonly reason?: string | undefined;
}
export const Closed: codec.Codec<Closed> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      reason: codec.optional(object, "reason", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "reason", codec.text(0, Infinity), value.reason);
    return out;
  },
};

/** The sender is done with the connection. (§6.7, draft-02) */
export interface Bye {
  /**
   * Why, in a word or a sentence. (draft-02)
   * Sent: always.
   */
  readonly reason?: string | undefined;
}
export const Bye: codec.Codec<Bye> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      reason: codec.optional(object, "reason", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "reason", codec.text(0, Infinity), value.reason);
    return out;
  },
};
