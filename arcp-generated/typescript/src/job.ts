// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** The `job.*` messages: submitting, cancelling, following and ending jobs. */
import * as codec from "./codec.js";
import * as common from "./common.js";
import * as credential from "./credential.js";
import * as error from "./error.js";
import * as event from "./event.js";
import * as lease from "./lease.js";


/** Where a job stands. A word that is not listed is kept as it came. (§7.3) */
export type KnownJobStatus =
  | "pending"
  | "running"
  | "success"
  | "error"
  | "cancelled"
  | "timed_out";

/** Where a job stands. A word that is not listed is kept as it came. (§7.3) */
export type JobStatus = KnownJobStatus | (string & {});
export const JobStatus: codec.Codec<JobStatus> = codec.text(0, 128);
/** What is known about each value of {@link JobStatus}, by value. */
export const JOB_STATUS_FACTS = {
  "pending": { name: "Pending", description: "Accepted, and its agent has not started.", section: "7.3" },
  "running": { name: "Running", description: "Its agent is at work.", section: "7.3" },
  "success": { name: "Success", description: "Ended with a result.", section: "7.3" },
  "error": { name: "Error", description: "Ended by a failure.", section: "7.3" },
  "cancelled": { name: "Cancelled", description: "Ended because it was cancelled.", section: "7.4" },
  "timed_out": { name: "TimedOut", description: "Ended because it ran longer than `max_runtime_sec`.", section: "7.3" },
} as const satisfies { readonly [value in KnownJobStatus]: object };

/** How a job ended. A word that is not listed is kept as it came. (§7.3) */
export type KnownFinalStatus =
  | "success"
  | "error"
  | "cancelled"
  | "timed_out";

/** How a job ended. A word that is not listed is kept as it came. (§7.3) */
export type FinalStatus = KnownFinalStatus | (string & {});
export const FinalStatus: codec.Codec<FinalStatus> = codec.text(0, 128);
/** What is known about each value of {@link FinalStatus}, by value. */
export const FINAL_STATUS_FACTS = {
  "success": { name: "Success", description: "With a result; the only status that `job.result` is written with.", section: "7.3" },
  "error": { name: "Error", description: "By a failure, an expired lease or a spent budget.", section: "7.3" },
  "cancelled": { name: "Cancelled", description: "By a cancellation; goes with the code `CANCELLED`.", section: "7.4" },
  "timed_out": { name: "TimedOut", description: "By `max_runtime_sec`; goes with the code `TIMEOUT`.", section: "7.3" },
} as const satisfies { readonly [value in KnownFinalStatus]: object };

/** What to run, with what authority. (§7.1) */
export interface Submit {
  /** Which agent. `name@version` needs the feature `agent_versions`. (§7.5) */
  readonly agent: common.AgentRef;
  /**
   * What the agent is given.
   * When missing: `null`.
   * Sent: always.
   */
  readonly input: common.Json;
  /**
   * What the job may do. Without it, nothing that needs authority. (§9.2)
   * When missing: `{}`.
   */
  readonly lease_request: lease.Lease;
  /** What else bounds it. (§9.5) */
  readonly lease_constraints?: lease.LeaseConstraints | undefined;
  /** Makes repeating the submission safe. (§7.2) */
  readonly idempotency_key?: common.IdempotencyKey | undefined;
  /**
   * How long the job may run before it ends with `TIMEOUT`.
   * Unit: seconds.
   */
  readonly max_runtime_sec?: number | undefined;
}
export const Submit: codec.Codec<Submit> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      agent: codec.required(object, "agent", common.AgentRef),
      input: codec.defaulted(object, { name: "input", nullIsValue: true }, common.Json, "null"),
      lease_request: codec.defaulted(object, "lease_request", lease.Lease, "{}"),
      lease_constraints: codec.optional(object, "lease_constraints", lease.LeaseConstraints),
      idempotency_key: codec.optional(object, "idempotency_key", common.IdempotencyKey),
      max_runtime_sec: codec.optional(object, "max_runtime_sec", codec.integer(1, 2147483647)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "agent", common.AgentRef, value.agent);
    codec.put(out, "input", common.Json, value.input);
    codec.put(out, "lease_request", lease.Lease, value.lease_request);
    codec.put(out, "lease_constraints", lease.LeaseConstraints, value.lease_constraints);
    codec.put(out, "idempotency_key", common.IdempotencyKey, value.idempotency_key);
    codec.put(out, "max_runtime_sec", codec.integer(1, 2147483647), value.max_runtime_sec);
    return out;
  },
};

/** The job exists, with this authority. (§7.1) */
export interface Accepted {
  /** The job. */
  readonly job_id: common.JobId;
  /**
   * The agent and version that the job will stay with. (§7.5)
   * Sent: always.
   */
  readonly agent?: common.ResolvedAgent | undefined;
  /**
   * What the job may do. It may be less than was asked for, never more.
   * When missing: `{}`.
   * Sent: always.
   */
  readonly lease: lease.Lease;
  /**
   * What else bounds the job. (§9.5)
   * Sent: when the job has any.
   */
  readonly lease_constraints?: lease.LeaseConstraints | undefined;
  /**
   * What the job may spend, by currency. (§9.6)
   * Needs the feature `cost.budget`.
   * Sent: when the lease has `cost.budget`.
   */
  readonly budget?: lease.Budget | undefined;
  /**
   * Credentials for this job alone, given to its submitter only. (§9.8)
   * Needs the feature `provisioned_credentials`.
   * Sent: when any were provisioned.
   */
  readonly credentials?: readonly credential.Credential[] | undefined;
  /**
   * When the job was accepted.
   * Sent: always.
   */
  readonly accepted_at?: common.Timestamp | undefined;
  /**
   * The trace of the submission, or a fresh one. (§11)
   * Sent: always.
   */
  readonly trace_id?: common.TraceId | undefined;
  /**
   * The job that delegated this one. (§10, draft-02)
   * Sent: when the job was delegated.
   */
  readonly parent_job_id?: common.JobId | undefined;
  /**
   * The delegation of the parent that this job answers. (§10, draft-02)
   * Sent: when the job was delegated.
   */
  readonly delegate_id?: common.DelegateId | undefined;
  /**
   * The `id` of the submission. (an addition)
   * Sent: when it answers a submission.
   */
  readonly request_id?: common.MessageId | undefined;
}
export const Accepted: codec.Codec<Accepted> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      job_id: codec.required(object, "job_id", common.JobId),
      agent: codec.optional(object, "agent", common.ResolvedAgent),
      lease: codec.defaulted(object, "lease", lease.Lease, "{}"),
      lease_constraints: codec.optional(object, "lease_constraints", lease.LeaseConstraints),
      budget: codec.optional(object, "budget", lease.Budget),
      credentials: codec.optional(object, "credentials", codec.list(credential.Credential, 0, Infinity, false)),
      accepted_at: codec.optional(object, "accepted_at", common.Timestamp),
      trace_id: codec.optional(object, "trace_id", common.TraceId),
      parent_job_id: codec.optional(object, "parent_job_id", common.JobId),
      delegate_id: codec.optional(object, "delegate_id", common.DelegateId),
      request_id: codec.optional(object, "request_id", common.MessageId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "job_id", common.JobId, value.job_id);
    codec.put(out, "agent", common.ResolvedAgent, value.agent);
    codec.put(out, "lease", lease.Lease, value.lease);
    codec.put(out, "lease_constraints", lease.LeaseConstraints, value.lease_constraints);
    codec.put(out, "budget", lease.Budget, value.budget);
    codec.put(out, "credentials", codec.list(credential.Credential, 0, Infinity, false), value.credentials);
    codec.put(out, "accepted_at", common.Timestamp, value.accepted_at);
    codec.put(out, "trace_id", common.TraceId, value.trace_id);
    codec.put(out, "parent_job_id", common.JobId, value.parent_job_id);
    codec.put(out, "delegate_id", common.DelegateId, value.delegate_id);
    codec.put(out, "request_id", common.MessageId, value.request_id);
    return out;
  },
};

/** The job should stop. (§7.4) */
export interface Cancel {
  /**
   * Why, in a word or a sentence. (draft-02)
   * Sent: always.
   */
  readonly reason?: string | undefined;
  /**
   * A copy of the envelope's, and read where the envelope has none. When the two differ the request is refused. (an addition)
   * Sent: always.
   */
  readonly job_id?: common.JobId | undefined;
}
export const Cancel: codec.Codec<Cancel> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      reason: codec.optional(object, "reason", codec.text(0, Infinity)),
      job_id: codec.optional(object, "job_id", common.JobId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "reason", codec.text(0, Infinity), value.reason);
    codec.put(out, "job_id", common.JobId, value.job_id);
    return out;
  },
};

/** The cancellation is on its way. The job ends with the `job.error` that follows. (§7.4) */
export interface Cancelled {
  /**
   * A copy of the envelope's. (an addition)
   * Sent: always.
   */
  readonly job_id?: common.JobId | undefined;
  /**
   * The reason that the cancel gave. (an addition)
   * Sent: when the cancel gave one.
   */
  readonly reason?: string | undefined;
}
export const Cancelled: codec.Codec<Cancelled> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      job_id: codec.optional(object, "job_id", common.JobId),
      reason: codec.optional(object, "reason", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "job_id", common.JobId, value.job_id);
    codec.put(out, "reason", codec.text(0, Infinity), value.reason);
    return out;
  },
};

/** Something that happened in a job. `kind` selects what `body` is; a kind that is not known is counted and kept, not refused. (§8.1) */
export type Event =
  | LogEvent
  | ThoughtEvent
  | ToolCallEvent
  | ToolResultEvent
  | StatusEvent
  | MetricEvent
  | ArtifactRefEvent
  | DelegateEvent
  | ProgressEvent
  | ResultChunkEvent
  | UnknownEvent;

/** What all arms of {@link Event} carry. */
export interface EventHead {
  /**
   * When it happened. A replay keeps it.
   * Sent: always.
   */
  readonly ts?: common.Timestamp | undefined;
}

/** A line for whoever watches the job. (§8.2) */
export interface LogEvent extends EventHead {
  readonly kind: "log";
  readonly body: event.Log;
}

/** A step of the agent's reasoning. (§8.2) */
export interface ThoughtEvent extends EventHead {
  readonly kind: "thought";
  readonly body: event.Thought;
}

/** A tool is called. (§8.2) */
export interface ToolCallEvent extends EventHead {
  readonly kind: "tool_call";
  readonly body: event.ToolCall;
}

/** A tool has answered or failed. (§8.2) */
export interface ToolResultEvent extends EventHead {
  readonly kind: "tool_result";
  readonly body: event.ToolResult;
}

/** What the job is busy with. (§8.2) */
export interface StatusEvent extends EventHead {
  readonly kind: "status";
  readonly body: event.Status;
}

/** A measurement. (§8.2) */
export interface MetricEvent extends EventHead {
  readonly kind: "metric";
  readonly body: event.Metric;
}

/** Something was made that lies elsewhere. (§8.2) */
export interface ArtifactRefEvent extends EventHead {
  readonly kind: "artifact_ref";
  readonly body: event.ArtifactRef;
}

/** Work is handed to another agent. (§10) */
export interface DelegateEvent extends EventHead {
  readonly kind: "delegate";
  readonly body: event.Delegate;
}

/** How far the job is. (§8.2) */
export interface ProgressEvent extends EventHead {
  readonly kind: "progress";
  readonly body: event.Progress;
}

/** A piece of a streamed result. (§8.4) */
export interface ResultChunkEvent extends EventHead {
  readonly kind: "result_chunk";
  readonly body: event.ResultChunk;
}

/** An arm that this version does not know. It is written back as it came. */
export interface UnknownEvent extends EventHead {
  readonly kind: "unknown";
  /** What `kind` says on the wire. */
  readonly wire: string;
  readonly body: codec.JsonObject;
}

export const Event: codec.Codec<Event> = {
  read(raw) {
    const object = codec.members(raw);
    const tag = codec.required(object, "kind", codec.text(1, 128));
    const shared: EventHead = codec.compact({
      ts: codec.optional(object, "ts", common.Timestamp),
    });
    switch (tag) {
      case "log":
        return { kind: "log", ...shared, body: codec.defaulted(object, "body", event.Log, "{}") };
      case "thought":
        return { kind: "thought", ...shared, body: codec.defaulted(object, "body", event.Thought, "{}") };
      case "tool_call":
        return { kind: "tool_call", ...shared, body: codec.defaulted(object, "body", event.ToolCall, "{}") };
      case "tool_result":
        return { kind: "tool_result", ...shared, body: codec.defaulted(object, "body", event.ToolResult, "{}") };
      case "status":
        return { kind: "status", ...shared, body: codec.defaulted(object, "body", event.Status, "{}") };
      case "metric":
        return { kind: "metric", ...shared, body: codec.defaulted(object, "body", event.Metric, "{}") };
      case "artifact_ref":
        return { kind: "artifact_ref", ...shared, body: codec.defaulted(object, "body", event.ArtifactRef, "{}") };
      case "delegate":
        return { kind: "delegate", ...shared, body: codec.defaulted(object, "body", event.Delegate, "{}") };
      case "progress":
        return { kind: "progress", ...shared, body: codec.defaulted(object, "body", event.Progress, "{}") };
      case "result_chunk":
        return { kind: "result_chunk", ...shared, body: codec.defaulted(object, "body", event.ResultChunk, "{}") };
      default:
        return { kind: "unknown", wire: tag, ...shared, body: codec.defaulted(object, "body", codec.JsonObject, "{}") };
    }
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    out.set("kind", value.kind === "unknown" ? value.wire : value.kind);
    codec.put(out, "ts", common.Timestamp, value.ts);
    switch (value.kind) {
      case "log":
        codec.put(out, "body", event.Log, value.body);
        break;
      case "thought":
        codec.put(out, "body", event.Thought, value.body);
        break;
      case "tool_call":
        codec.put(out, "body", event.ToolCall, value.body);
        break;
      case "tool_result":
        codec.put(out, "body", event.ToolResult, value.body);
        break;
      case "status":
        codec.put(out, "body", event.Status, value.body);
        break;
      case "metric":
        codec.put(out, "body", event.Metric, value.body);
        break;
      case "artifact_ref":
        codec.put(out, "body", event.ArtifactRef, value.body);
        break;
      case "delegate":
        codec.put(out, "body", event.Delegate, value.body);
        break;
      case "progress":
        codec.put(out, "body", event.Progress, value.body);
        break;
      case "result_chunk":
        codec.put(out, "body", event.ResultChunk, value.body);
        break;
      default:
        codec.put(out, "body", codec.JsonObject, value.body);
    }
    return out;
  },
};

/** The job has ended well. The result is here, or it has been streamed before under `result_id`. (§8.4) */
export interface Result {
  /** `success`. Another status in this place is read as that failure. (§7.3) */
  readonly final_status: FinalStatus;
  /**
   * The result itself.
   * Read from `output` when missing.
   * Sent: when no chunk was sent.
   */
  readonly result?: common.Json | undefined;
  /**
   * The name that some runtimes give to `result`. (an addition)
   * Sent: never.
   */
  readonly output?: common.Json | undefined;
  /**
   * The result that the chunks carried.
   * Needs the feature `result_chunk`.
   * Sent: when any chunk was sent.
   */
  readonly result_id?: common.ResultId | undefined;
  /**
   * How large it is when it is put together and decoded.
   * Needs the feature `result_chunk`.
   * Sent: when any chunk was sent.
   * Unit: bytes.
   */
  readonly result_size?: bigint | undefined;
  /** The result in a sentence, for people. */
  readonly summary?: string | undefined;
  /**
   * When the job ended, for clients that insist on it. (an addition)
   * Sent: always.
   */
  readonly completed_at?: common.Timestamp | undefined;
}
export const Result: codec.Codec<Result> = {
  read(raw) {
    const object = codec.members(raw);
    codec.exclusive(object, { name: "result", fallback: "output", nullIsValue: true }, "result_id");
    return codec.compact({
      final_status: codec.required(object, "final_status", FinalStatus),
      result: codec.optional(object, { name: "result", fallback: "output", nullIsValue: true }, common.Json),
      output: codec.optional(object, { name: "output", nullIsValue: true }, common.Json),
      result_id: codec.optional(object, "result_id", common.ResultId),
      result_size: codec.optional(object, "result_size", codec.long(0n, 9223372036854775807n)),
      summary: codec.optional(object, "summary", codec.text(0, Infinity)),
      completed_at: codec.optional(object, "completed_at", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "final_status", FinalStatus, value.final_status);
    codec.put(out, "result", common.Json, value.result);
    codec.put(out, "result_id", common.ResultId, value.result_id);
    codec.put(out, "result_size", codec.long(0n, 9223372036854775807n), value.result_size);
    codec.put(out, "summary", codec.text(0, Infinity), value.summary);
    codec.put(out, "completed_at", common.Timestamp, value.completed_at);
    return out;
  },
};

/** The job has ended without a result. (§12) */
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
   * How it ended: `cancelled` with the code `CANCELLED`, `timed_out` with `TIMEOUT`, otherwise `error`. (§7.3)
   * When missing: `"error"`.
   * Sent: always.
   */
  readonly final_status: FinalStatus;
  /**
   * When the job ended, for clients that insist on it. (an addition)
   * Sent: always.
   */
  readonly completed_at?: common.Timestamp | undefined;
}
export const Error: codec.Codec<Error> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      code: codec.defaulted(object, "code", error.ErrorCode, "\"INTERNAL_ERROR\""),
      message: codec.defaulted(object, "message", codec.text(0, Infinity), "\"\""),
      retryable: codec.optional(object, "retryable", codec.bool),
      details: codec.optional(object, "details", common.JsonObject),
      final_status: codec.defaulted(object, "final_status", FinalStatus, "\"error\""),
      completed_at: codec.optional(object, "completed_at", common.Timestamp),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "code", error.ErrorCode, value.code);
    codec.put(out, "message", codec.text(0, Infinity), value.message);
    codec.put(out, "retryable", codec.bool, value.retryable);
    codec.put(out, "details", common.JsonObject, value.details);
    codec.put(out, "final_status", FinalStatus, value.final_status);
    codec.put(out, "completed_at", common.Timestamp, value.completed_at);
    return out;
  },
};

/** Follow a job from another session, or from earlier in this one. (§7.6) */
export interface Subscribe {
  /** The job to follow. */
  readonly job_id: common.JobId;
  /**
   * Whether to send what is buffered before what is new.
   * When missing: `false`.
   */
  readonly history: boolean;
  /**
   * With `history`: send what came after this number in the stream of the session that submitted the job. Without it, everything that
   * is buffered.
   */
  readonly from_event_seq?: bigint | undefined;
}
export const Subscribe: codec.Codec<Subscribe> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      job_id: codec.required(object, "job_id", common.JobId),
      history: codec.defaulted(object, "history", codec.bool, "false"),
      from_event_seq: codec.optional(object, "from_event_seq", codec.long(0n, 9223372036854775807n)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "job_id", common.JobId, value.job_id);
    codec.put(out, "history", codec.bool, value.history);
    codec.put(out, "from_event_seq", codec.long(0n, 9223372036854775807n), value.from_event_seq);
    return out;
  },
};

/** The job as it stands, for someone who follows it. (§7.6) */
export interface Subscribed {
  /** The job. */
  readonly job_id: common.JobId;
  /** Where it stands. */
  readonly current_status: JobStatus;
  /** What runs. */
  readonly agent: common.ResolvedAgent;
  /**
   * What it may do.
   * When missing: `{}`.
   * Sent: always.
   */
  readonly lease: lease.Lease;
  /**
   * What else bounds it. (§9.5)
   * Sent: when the job has any.
   */
  readonly lease_constraints?: lease.LeaseConstraints | undefined;
  /**
   * What is left to spend, by currency. It may be below zero. (§9.6)
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
   * The job that delegated this one.
   * Always sent; null when there is none.
   */
  readonly parent_job_id?: common.JobId | undefined;
  /**
   * The trace that it belongs to. (§11)
   * Sent: always.
   */
  readonly trace_id?: common.TraceId | undefined;
  /** Where the live stream begins: replayed events have numbers of this session up to this one, live events have larger ones. */
  readonly subscribed_from: bigint;
  /** Whether buffered events follow before the live ones. */
  readonly replayed: boolean;
  /**
   * The `id` of the request. (an addition)
   * Sent: always.
   */
  readonly request_id?: common.MessageId | undefined;
}
export const Subscribed: codec.Codec<Subscribed> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      job_id: codec.required(object, "job_id", common.JobId),
      current_status: codec.required(object, "current_status", JobStatus),
      agent: codec.required(object, "agent", common.ResolvedAgent),
      lease: codec.defaulted(object, "lease", lease.Lease, "{}"),
      lease_constraints: codec.optional(object, "lease_constraints", lease.LeaseConstraints),
      budget: codec.optional(object, "budget", lease.Budget),
      credentials: codec.optional(object, "credentials", codec.list(credential.Credential, 0, Infinity, false)),
      parent_job_id: codec.optional(object, "parent_job_id", common.JobId),
      trace_id: codec.optional(object, "trace_id", common.TraceId),
      subscribed_from: codec.required(object, "subscribed_from", codec.long(0n, 9223372036854775807n)),
      replayed: codec.required(object, "replayed", codec.bool),
      request_id: codec.optional(object, "request_id", common.MessageId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "job_id", common.JobId, value.job_id);
    codec.put(out, "current_status", JobStatus, value.current_status);
    codec.put(out, "agent", common.ResolvedAgent, value.agent);
    codec.put(out, "lease", lease.Lease, value.lease);
    codec.put(out, "lease_constraints", lease.LeaseConstraints, value.lease_constraints);
    codec.put(out, "budget", lease.Budget, value.budget);
    codec.put(out, "credentials", codec.list(credential.Credential, 0, Infinity, false), value.credentials);
    codec.putOrNull(out, "parent_job_id", common.JobId, value.parent_job_id);
    codec.put(out, "trace_id", common.TraceId, value.trace_id);
    codec.put(out, "subscribed_from", codec.long(0n, 9223372036854775807n), value.subscribed_from);
    codec.put(out, "replayed", codec.bool, value.replayed);
    codec.put(out, "request_id", common.MessageId, value.request_id);
    return out;
  },
};

/** No more of this job. (§7.6) */
export interface Unsubscribe {
  /** The job to stop following. */
  readonly job_id: common.JobId;
}
export const Unsubscribe: codec.Codec<Unsubscribe> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      job_id: codec.required(object, "job_id", common.JobId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "job_id", common.JobId, value.job_id);
    return out;
  },
};
