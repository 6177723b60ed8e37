// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** What happens in a job: the ten event kinds and their bodies. */
import * as codec from "./codec.js";
import * as common from "./common.js";
import * as credential from "./credential.js";
import * as error from "./error.js";
import * as lease from "./lease.js";


/** How important a log line is. Readers compare without regard to case, and keep a word that is not listed. (§8.2) */
export type KnownLogLevel =
  | "trace"
  | "debug"
  | "info"
  | "warn"
  | "error";

/** How important a log line is. Readers compare without regard to case, and keep a word that is not listed. (§8.2) */
export type LogLevel = KnownLogLevel | (string & {});
export const LogLevel: codec.Codec<LogLevel> = codec.text(0, 64, new RegExp("^[\\s\\S]+$", "u"));
/** What is known about each value of {@link LogLevel}, by value. */
export const LOG_LEVEL_FACTS = {
  "trace": { name: "Trace", description: "Every step." },
  "debug": { name: "Debug", description: "For those who look for a fault." },
  "info": { name: "Info", description: "What is worth knowing." },
  "warn": { name: "Warn", description: "Not as it should be, and the job goes on." },
  "error": { name: "Error", description: "Something failed." },
} as const satisfies { readonly [value in KnownLogLevel]: object };

/** What a job is busy with. Agents choose their own words; two have a meaning to the protocol. (§8.2) */
export type KnownStatusPhase =
  | "credential_rotated"
  | "back_pressure";

/** What a job is busy with. Agents choose their own words; two have a meaning to the protocol. (§8.2) */
export type StatusPhase = KnownStatusPhase | (string & {});
export const StatusPhase: codec.Codec<StatusPhase> = codec.text(0, 128, new RegExp("^[\\s\\S]+$", "u"));
/** What is known about each value of {@link StatusPhase}, by value. */
export const STATUS_PHASE_FACTS = {
  "credential_rotated": { name: "CredentialRotated", description: "A credential has a new value, which the body carries.", section: "9.8", feature: "provisioned_credentials" },
  "back_pressure": { name: "BackPressure", description: "The client is far behind the stream.", section: "6.5", feature: "ack" },
} as const satisfies { readonly [value in KnownStatusPhase]: object };

/** How the data of a chunk is written. (§8.4) */
export type ChunkEncoding =
  | "utf8"
  | "base64";
export const ChunkEncoding: codec.Codec<ChunkEncoding> = codec.words<ChunkEncoding>(["utf8", "base64"]);
/** What is known about each value of {@link ChunkEncoding}, by value. */
export const CHUNK_ENCODING_FACTS = {
  "utf8": { name: "Utf8", description: "As text; a chunk never cuts a character.", section: "8.4" },
  "base64": { name: "Base64", description: "As base64 of RFC 4648 §4, written with padding and read without it too.", section: "8.4" },
} as const satisfies { readonly [value in ChunkEncoding]: object };

/** What a measurement belongs to, such as a host or a model. (§8.2) */
export type Dimensions = { readonly [key: string]: string };
export const Dimensions: codec.Codec<Dimensions> = {
  read: (raw) => codec.map(DimensionName, codec.text(0, Infinity)).read(raw),
  write: (value) => codec.map(DimensionName, codec.text(0, Infinity)).write(value),
};

/** The name of a dimension. (§8.2) */
export type DimensionName = string;
export const DimensionName: codec.Codec<DimensionName> = codec.text(1, 256);

/** A line for whoever watches the job. (§8.2) */
export interface Log {
  /** How important it is. */
  readonly level: LogLevel;
  /** The line. */
  readonly message: string;
  /** What belongs to the line, for programs. (an addition) */
  readonly attributes?: common.JsonObject | undefined;
}
export const Log: codec.Codec<Log> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      level: codec.required(object, "level", LogLevel),
      message: codec.required(object, "message", codec.text(0, Infinity)),
      attributes: codec.optional(object, "attributes", common.JsonObject),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "level", LogLevel, value.level);
    codec.put(out, "message", codec.text(0, Infinity), value.message);
    codec.put(out, "attributes", common.JsonObject, value.attributes);
    return out;
  },
};

/** A step of the agent's reasoning. (§8.2) */
export interface Thought {
  /** The step, in words. */
  readonly text: string;
}
export const Thought: codec.Codec<Thought> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      text: codec.required(object, "text", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "text", codec.text(0, Infinity), value.text);
    return out;
  },
};

/** The agent calls a tool. It is announced before the runtime decides whether it may. (§8.2) */
export interface ToolCall {
  /** Which tool. `fs.read`, `fs.write` and `net.fetch` are checked as capabilities of their own, every other tool by `tool.call`. */
  readonly tool: string;
  /**
   * What it is called with, an object as a rule.
   * When missing: `{}`.
   * Sent: always.
   */
  readonly args: common.Json;
  /** Ties the result to this call; unique in the job. */
  readonly call_id: common.CallId;
}
export const ToolCall: codec.Codec<ToolCall> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      tool: codec.required(object, "tool", codec.text(1, 256)),
      args: codec.defaulted(object, { name: "args", nullIsValue: true }, common.Json, "{}"),
      call_id: codec.required(object, "call_id", common.CallId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "tool", codec.text(1, 256), value.tool);
    codec.put(out, "args", common.Json, value.args);
    codec.put(out, "call_id", common.CallId, value.call_id);
    return out;
  },
};

/** What became of a tool call: a result or an error, exactly one of them. It also carries the refusal of a delegation. (§8.2) */
export type ToolResult =
  | ToolSuccess
  | ToolFailure;
export const ToolResult: codec.Codec<ToolResult> = {
  read(raw) {
    switch (codec.armOf(raw, [{ name: "result", nullIsValue: true }, "error"])) {
      case "result":
        return ToolSuccess.read(raw);
      default:
        return ToolFailure.read(raw);
    }
  },
  write(value) {
    codec.fields(value);
    if ("result" in value) return ToolSuccess.write(value);
    return ToolFailure.write(value);
  },
};

/** The tool has answered. (§8.2) */
export interface ToolSuccess {
  /** The call that it answers. */
  readonly call_id: common.CallId;
  /** What the tool returned; null where it returns nothing. */
  readonly result: common.Json;
}
export const ToolSuccess: codec.Codec<ToolSuccess> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      call_id: codec.required(object, "call_id", common.CallId),
      result: codec.required(object, { name: "result", nullIsValue: true }, common.Json),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "call_id", common.CallId, value.call_id);
    codec.put(out, "result", common.Json, value.result);
    return out;
  },
};

/** The tool has failed, or the runtime did not let it run. (§8.2) */
export interface ToolFailure {
  /** The call that it answers, or the `delegate_id` of a delegation that was refused. */
  readonly call_id: common.CallId;
  /** What went wrong. The code may be one of the tool's own. */
  readonly error: error.Error;
}
export const ToolFailure: codec.Codec<ToolFailure> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      call_id: codec.required(object, "call_id", common.CallId),
      error: codec.required(object, "error", error.Error),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "call_id", common.CallId, value.call_id);
    codec.put(out, "error", error.Error, value.error);
    return out;
  },
};

/** What the job is busy with. (§8.2) */
export interface Status {
  /** In a word. */
  readonly phase: StatusPhase;
  /** In a sentence. */
  readonly message?: string | undefined;
  /**
   * The credential that was rotated. (§9.8)
   * Needs the feature `provisioned_credentials`.
   * Sent: with phase `credential_rotated`.
   */
  readonly id?: common.CredentialId | undefined;
  /**
   * Its new value. (§9.8)
   * Needs the feature `provisioned_credentials`.
   * Sent: with phase `credential_rotated`, and only to the principal that submitted the job.
   */
  readonly value?: credential.CredentialValue | undefined;
}
export const Status: codec.Codec<Status> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      phase: codec.required(object, "phase", StatusPhase),
      message: codec.optional(object, "message", codec.text(0, Infinity)),
      id: codec.optional(object, "id", common.CredentialId),
      value: codec.optional(object, "value", credential.CredentialValue),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "phase", StatusPhase, value.phase);
    codec.put(out, "message", codec.text(0, Infinity), value.message);
    codec.put(out, "id", common.CredentialId, value.id);
    codec.put(out, "value", credential.CredentialValue, value.value);
    return out;
  },
};

/** A measurement. One whose name begins with `cost.` and whose unit is budgeted is charged to the job. (§8.2) */
export interface Metric {
  /** What is measured. Names that begin with `cost.budget.` belong to the runtime and are never charged. */
  readonly name: string;
  /** How much. A cost below zero is refused and not charged; `cost.budget.remaining` may be below zero. */
  readonly value: common.Decimal;
  /** In what. A cost is measured in a currency. (§9.6) */
  readonly unit?: string | undefined;
  /** What the measurement belongs to. */
  readonly dimensions?: Dimensions | undefined;
}
export const Metric: codec.Codec<Metric> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      name: codec.required(object, "name", codec.text(1, 256)),
      value: codec.required(object, "value", common.Decimal),
      unit: codec.optional(object, "unit", codec.text(0, Infinity)),
      dimensions: codec.optional(object, "dimensions", Dimensions),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "name", codec.text(1, 256), value.name);
    codec.put(out, "value", common.Decimal, value.value);
    codec.put(out, "unit", codec.text(0, Infinity), value.unit);
    codec.put(out, "dimensions", Dimensions, value.dimensions);
    return out;
  },
};

/** The job has made something that lies elsewhere. (§8.2) */
export interface ArtifactRef {
  /** Where it lies. */
  readonly uri: common.Uri;
  /** What kind of data it is. */
  readonly content_type: common.MediaType;
  /**
   * How large it is.
   * Unit: bytes.
   */
  readonly byte_size?: bigint | undefined;
  /** The hash of its bytes. */
  readonly sha256?: common.Sha256 | undefined;
}
export const ArtifactRef: codec.Codec<ArtifactRef> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      uri: codec.required(object, "uri", common.Uri),
      content_type: codec.required(object, "content_type", common.MediaType),
      byte_size: codec.optional(object, "byte_size", codec.long(0n, 9223372036854775807n)),
      sha256: codec.optional(object, "sha256", common.Sha256),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "uri", common.Uri, value.uri);
    codec.put(out, "content_type", common.MediaType, value.content_type);
    codec.put(out, "byte_size", codec.long(0n, 9223372036854775807n), value.byte_size);
    codec.put(out, "sha256", common.Sha256, value.sha256);
    return out;
  },
};

/**
 * The job hands work to another agent. The answer is the child's `job.accepted`, or a tool result that names the `delegate_id` and
 * says why not. (§10)
 */
export interface Delegate {
  /**
   * Names the delegation within the job. (draft-02)
   * Sent: always.
   */
  readonly delegate_id?: common.DelegateId | undefined;
  /** Which agent shall do it. */
  readonly agent: common.AgentRef;
  /**
   * What it is given.
   * When missing: `null`.
   * Sent: always.
   */
  readonly input: common.Json;
  /**
   * What it may do: no more than the job itself. (§9.4)
   * When missing: `{}`.
   * Sent: always.
   */
  readonly lease_request: lease.Lease;
  /**
   * What else bounds it, no wider than the job's own. Without it the job's own hold. (§9.4)
   * Needs the feature `lease_expires_at`.
   */
  readonly lease_constraints?: lease.LeaseConstraints | undefined;
  /** The child, where it is known already. (an addition) */
  readonly child_job_id?: common.JobId | undefined;
}
export const Delegate: codec.Codec<Delegate> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      delegate_id: codec.optional(object, "delegate_id", common.DelegateId),
      agent: codec.required(object, "agent", common.AgentRef),
      input: codec.defaulted(object, { name: "input", nullIsValue: true }, common.Json, "null"),
      lease_request: codec.defaulted(object, "lease_request", lease.Lease, "{}"),
      lease_constraints: codec.optional(object, "lease_constraints", lease.LeaseConstraints),
      child_job_id: codec.optional(object, "child_job_id", common.JobId),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "delegate_id", common.DelegateId, value.delegate_id);
    codec.put(out, "agent", common.AgentRef, value.agent);
    codec.put(out, "input", common.Json, value.input);
    codec.put(out, "lease_request", lease.Lease, value.lease_request);
    codec.put(out, "lease_constraints", lease.LeaseConstraints, value.lease_constraints);
    codec.put(out, "child_job_id", common.JobId, value.child_job_id);
    return out;
  },
};

/** How far the job is. (§8.2) */
export interface Progress {
  /** How much is done. It is never written below zero. */
  readonly current: common.Decimal;
  /** How much there is to do, as far as known. `current` may pass it. */
  readonly total?: common.Decimal | undefined;
  /** What is counted, such as `files`. */
  readonly units?: string | undefined;
  /** What is being done. */
  readonly message?: string | undefined;
}
export const Progress: codec.Codec<Progress> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      current: codec.required(object, "current", common.Decimal),
      total: codec.optional(object, "total", common.Decimal),
      units: codec.optional(object, "units", codec.text(0, Infinity)),
      message: codec.optional(object, "message", codec.text(0, Infinity)),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "current", common.Decimal, value.current);
    codec.put(out, "total", common.Decimal, value.total);
    codec.put(out, "units", codec.text(0, Infinity), value.units);
    codec.put(out, "message", codec.text(0, Infinity), value.message);
    return out;
  },
};

/** A piece of a streamed result. (§8.4) */
export interface ResultChunk {
  /** The result that the piece belongs to. */
  readonly result_id: common.ResultId;
  /** The place of the piece: 0, 1, 2, … */
  readonly chunk_seq: bigint;
  /** The piece. It may be empty. */
  readonly data: string;
  /** How `data` is written. */
  readonly encoding: ChunkEncoding;
  /** False on the last piece, and only there. */
  readonly more: boolean;
}
export const ResultChunk: codec.Codec<ResultChunk> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      result_id: codec.required(object, "result_id", common.ResultId),
      chunk_seq: codec.required(object, "chunk_seq", codec.long(0n, 9223372036854775807n)),
      data: codec.required(object, "data", codec.text(0, Infinity)),
      encoding: codec.required(object, "encoding", ChunkEncoding),
      more: codec.required(object, "more", codec.bool),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "result_id", common.ResultId, value.result_id);
    codec.put(out, "chunk_seq", codec.long(0n, 9223372036854775807n), value.chunk_seq);
    codec.put(out, "data", codec.text(0, Infinity), value.data);
    codec.put(out, "encoding", ChunkEncoding, value.encoding);
    codec.put(out, "more", codec.bool, value.more);
    return out;
  },
};
