// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** What every frame carries around its payload. Members that are not listed here are ignored. */
import * as codec from "./codec.js";
import * as common from "./common.js";
import * as job from "./job.js";
import * as session from "./session.js";
import { DecodeError, EncodeError, Fault } from "./fault.js";
import { formatJson, Json, JsonObject, parseJson, type Raw } from "./json.js";


/** The value of `arcp` on every frame that is written. */
export const VERSION = "1.1";

/** What every frame carries beside its type and payload. */
export interface Head {
  /** The version of the wire: `1.1` is written, and every minor version of 1 is read. */
  readonly arcp: string;
  /** Names this frame; answers refer to it. */
  readonly id: common.MessageId;
  /** The session that the frame belongs to. It must be the one that this connection has opened. */
  readonly session_id?: common.SessionId | undefined;
  /** The trace that the frame belongs to. (§11) */
  readonly trace_id?: common.TraceId | undefined;
  /** The job that the frame is about. */
  readonly job_id?: common.JobId | undefined;
  /**
   * The place of the frame in the session's stream: it starts at 1 and grows by 1, and only `job.event`, `job.result` and `job.error`
   * have one. (§8.3)
   */
  readonly event_seq?: bigint | undefined;
  /** Members named `x-vendor.*`, kept as they came. */
  readonly vendor?: JsonObject | undefined;
}

/** `session.hello`: Opens a session, or continues one: the first frame of a connection. (§6.2) */
export interface SessionHello extends Head {
  readonly type: "session.hello";
  readonly payload: session.Hello;
}

/** `session.welcome`: Answers a hello or a resume: the session is open. (§6.2) */
export interface SessionWelcome extends Head {
  readonly type: "session.welcome";
  readonly session_id: common.SessionId;
  readonly payload: session.Welcome;
}

/** `session.resume`: Continues a session on a new connection, as its first frame. (§6.3) */
export interface SessionResume extends Head {
  readonly type: "session.resume";
  readonly payload: session.Resume;
}

/**
 * `session.ping`: Asks the other side for a sign of life. It is answered even where `heartbeat` is not in use. (§6.4)
 * Needs the feature `heartbeat`.
 */
export interface SessionPing extends Head {
  readonly type: "session.ping";
  readonly session_id: common.SessionId;
  readonly payload: session.Ping;
}

/**
 * `session.pong`: Answers a ping, at once and on the same connection. (§6.4)
 * Needs the feature `heartbeat`.
 */
export interface SessionPong extends Head {
  readonly type: "session.pong";
  readonly session_id: common.SessionId;
  readonly payload: session.Pong;
}

/**
 * `session.ack`: Tells the runtime how far the client has processed the stream. It has no answer. (§6.5)
 * Needs the feature `ack`.
 */
export interface SessionAck extends Head {
  readonly type: "session.ack";
  readonly session_id: common.SessionId;
  readonly payload: session.Ack;
}

/**
 * `session.list_jobs`: Asks for a page of the jobs that the principal may see. (§6.6)
 * Needs the feature `list_jobs`.
 */
export interface SessionListJobs extends Head {
  readonly type: "session.list_jobs";
  readonly session_id: common.SessionId;
  readonly payload: session.ListJobs;
}

/**
 * `session.jobs`: Answers a listing request with one page. (§6.6)
 * Needs the feature `list_jobs`.
 */
export interface SessionJobs extends Head {
  readonly type: "session.jobs";
  readonly session_id: common.SessionId;
  readonly payload: session.Jobs;
}

/** `session.close`: Ends the connection in good order. Jobs go on, and the session can be resumed within its window. (§6.7) */
export interface SessionClose extends Head {
  readonly type: "session.close";
  readonly session_id: common.SessionId;
  readonly payload: session.Close;
}

/**
 * `session.closed`: Answers a close. Without one it says that the runtime is going down, and the session can be resumed later.
 * (§6.7)
 */
export interface SessionClosed extends Head {
  readonly type: "session.closed";
  readonly session_id: common.SessionId;
  readonly payload: session.Closed;
}

/**
 * `session.bye`: The close of the earlier draft, still in use: either side says it, nothing answers, nothing follows. (§6.7,
 * draft-02)
 */
export interface SessionBye extends Head {
  readonly type: "session.bye";
  readonly session_id: common.SessionId;
  readonly payload: session.Bye;
}

/** `session.error`: Refuses a request, or says why the connection is about to close. (§12) */
export interface SessionError extends Head {
  readonly type: "session.error";
  readonly payload: session.Error;
}

/** `job.submit`: Asks for a job. (§7.1) */
export interface JobSubmit extends Head {
  readonly type: "job.submit";
  readonly session_id: common.SessionId;
  readonly payload: job.Submit;
}

/** `job.accepted`: Answers a submission, or announces a job that another one has delegated. (§7.1) */
export interface JobAccepted extends Head {
  readonly type: "job.accepted";
  readonly session_id: common.SessionId;
  readonly payload: job.Accepted;
}

/** `job.event`: Something happened in a job. (§8.1) */
export interface JobEvent extends Head {
  readonly type: "job.event";
  readonly session_id: common.SessionId;
  readonly job_id: common.JobId;
  readonly event_seq: bigint;
  readonly payload: job.Event;
}

/** `job.result`: Ends a job that went well: its last frame. (§8.4) */
export interface JobResult extends Head {
  readonly type: "job.result";
  readonly session_id: common.SessionId;
  readonly job_id: common.JobId;
  readonly event_seq: bigint;
  readonly payload: job.Result;
}

/** `job.error`: Ends a job that failed, was cancelled or ran out of time: its last frame. (§12) */
export interface JobError extends Head {
  readonly type: "job.error";
  readonly session_id: common.SessionId;
  readonly job_id: common.JobId;
  readonly event_seq: bigint;
  readonly payload: job.Error;
}

/** `job.cancel`: Asks the runtime to end a job. Only the session that submitted it may. (§7.4) */
export interface JobCancel extends Head {
  readonly type: "job.cancel";
  readonly session_id: common.SessionId;
  readonly payload: job.Cancel;
}

/** `job.cancelled`: Answers a cancel: the agent has been told to stop. (§7.4) */
export interface JobCancelled extends Head {
  readonly type: "job.cancelled";
  readonly session_id: common.SessionId;
  readonly payload: job.Cancelled;
}

/**
 * `job.subscribe`: Asks for the events of a job. (§7.6)
 * Needs the feature `subscribe`.
 */
export interface JobSubscribe extends Head {
  readonly type: "job.subscribe";
  readonly session_id: common.SessionId;
  readonly payload: job.Subscribe;
}

/**
 * `job.subscribed`: Answers a subscription; replay and live events follow. (§7.6)
 * Needs the feature `subscribe`.
 */
export interface JobSubscribed extends Head {
  readonly type: "job.subscribed";
  readonly session_id: common.SessionId;
  readonly payload: job.Subscribed;
}

/**
 * `job.unsubscribe`: Ends a subscription. It has no answer, and is harmless where there is none. (§7.6)
 * Needs the feature `subscribe`.
 */
export interface JobUnsubscribe extends Head {
  readonly type: "job.unsubscribe";
  readonly session_id: common.SessionId;
  readonly payload: job.Unsubscribe;
}

/** A message that this version does not know. It is written back as it came. */
export interface UnknownMessage extends Head {
  readonly type: "unknown";
  /** What `type` says on the wire. */
  readonly wire: string;
  readonly payload: common.JsonObject;
}

/** The wire types of the messages. */
export type MessageType =
  | "session.hello"
  | "session.welcome"
  | "session.resume"
  | "session.ping"
  | "session.pong"
  | "session.ack"
  | "session.list_jobs"
  | "session.jobs"
  | "session.close"
  | "session.closed"
  | "session.bye"
  | "session.error"
  | "job.submit"
  | "job.accepted"
  | "job.event"
  | "job.result"
  | "job.error"
  | "job.cancel"
  | "job.cancelled"
  | "job.subscribe"
  | "job.subscribed"
  | "job.unsubscribe";

/** A frame, told apart by `type`. */
export type Envelope =
  | SessionHello
  | SessionWelcome
  | SessionResume
  | SessionPing
  | SessionPong
  | SessionAck
  | SessionListJobs
  | SessionJobs
  | SessionClose
  | SessionClosed
  | SessionBye
  | SessionError
  | JobSubmit
  | JobAccepted
  | JobEvent
  | JobResult
  | JobError
  | JobCancel
  | JobCancelled
  | JobSubscribe
  | JobSubscribed
  | JobUnsubscribe
  | UnknownMessage;

/**
 * Reads a frame.
 *
 * Throws a {@link DecodeError} that names the message and the place: `session.hello: at payload.client.name: expected a string`.
 * A type, kind or code that is not known is kept; a known one with a bad body is refused.
 */
export function decodeEnvelope(text: string): Envelope {
  let subject = "frame";
  try {
    const raw = parseJson(text);
    subject = subjectOf(raw);
    return Envelope.read(raw);
  } catch (fault) {
    throw fault instanceof Fault ? new DecodeError(subject, fault.path, fault.reason) : fault;
  }
}

/** Writes a frame as compact JSON. Throws an {@link EncodeError} for what {@link decodeEnvelope} would refuse. */
export function encodeEnvelope(envelope: Envelope): string {
  let subject = "frame";
  try {
    const raw = Envelope.write(envelope);
    subject = subjectOf(raw);
    Envelope.read(raw);
    return formatJson(raw);
  } catch (fault) {
    throw fault instanceof Fault ? new EncodeError(subject, fault.path, fault.reason) : fault;
  }
}

function subjectOf(raw: Raw): string {
  const type = raw instanceof Map ? (raw as ReadonlyMap<string, Raw>).get("type") : undefined;
  return typeof type === "string" && type !== "" ? type.slice(0, 128) : "frame";
}

const VENDOR = "x-vendor.";

/** The frame as a codec, for callers that hold parsed JSON. */
export const Envelope: codec.Codec<Envelope> = {
  read(raw) {
    const object = codec.members(raw);
    const vendor = [...object].filter(([name]) => name.startsWith(VENDOR));
    const head: Head = codec.compact({
      arcp: codec.required(object, "arcp", codec.text(0, Infinity, new RegExp("^1(\\.[0-9]+)?$", "u"))),
      id: codec.required(object, "id", common.MessageId),
      session_id: codec.optional(object, "session_id", common.SessionId),
      trace_id: codec.optional(object, "trace_id", common.TraceId),
      job_id: codec.optional(object, "job_id", common.JobId),
      event_seq: codec.optional(object, "event_seq", codec.long(1n, 9223372036854775807n)),
      vendor: vendor.length === 0 ? undefined : JsonObject.read(new Map(vendor)),
    });
    const type = codec.required(object, "type", codec.text(1, 128));
    switch (type) {
      case "session.hello":
        return { type, ...head, payload: codec.required(object, "payload", session.Hello) };
      case "session.welcome":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Welcome) };
      case "session.resume":
        return { type, ...head, payload: codec.required(object, "payload", session.Resume) };
      case "session.ping":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Ping) };
      case "session.pong":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Pong) };
      case "session.ack":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Ack) };
      case "session.list_jobs":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.ListJobs) };
      case "session.jobs":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Jobs) };
      case "session.close":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Close) };
      case "session.closed":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Closed) };
      case "session.bye":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", session.Bye) };
      case "session.error":
        return { type, ...head, payload: codec.required(object, "payload", session.Error) };
      case "job.submit":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Submit) };
      case "job.accepted":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Accepted) };
      case "job.event":
        return { type, ...head, ...need(head, "session_id", "job_id", "event_seq"), payload: codec.required(object, "payload", job.Event) };
      case "job.result":
        return { type, ...head, ...need(head, "session_id", "job_id", "event_seq"), payload: codec.required(object, "payload", job.Result) };
      case "job.error":
        return { type, ...head, ...need(head, "session_id", "job_id", "event_seq"), payload: codec.required(object, "payload", job.Error) };
      case "job.cancel":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Cancel) };
      case "job.cancelled":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Cancelled) };
      case "job.subscribe":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Subscribe) };
      case "job.subscribed":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Subscribed) };
      case "job.unsubscribe":
        return { type, ...head, ...need(head, "session_id"), payload: codec.required(object, "payload", job.Unsubscribe) };
      default:
        return { type: "unknown", wire: type, ...head, payload: codec.required(object, "payload", common.JsonObject) };
    }
  },
  write(envelope) {
    codec.fields(envelope);
    const out = new Map<string, Raw>();
    codec.put(out, "arcp", codec.text(0, Infinity, new RegExp("^1(\\.[0-9]+)?$", "u")), envelope.arcp);
    codec.put(out, "id", common.MessageId, envelope.id);
    out.set("type", envelope.type === "unknown" ? envelope.wire : envelope.type);
    codec.put(out, "session_id", common.SessionId, envelope.session_id);
    codec.put(out, "trace_id", common.TraceId, envelope.trace_id);
    codec.put(out, "job_id", common.JobId, envelope.job_id);
    codec.put(out, "event_seq", codec.long(1n, 9223372036854775807n), envelope.event_seq);
    for (const [name, value] of Object.entries(envelope.vendor ?? {})) {
      if (!name.startsWith(VENDOR)) throw new Fault(`a vendor member must start with ${VENDOR}`).under(name);
      codec.put(out, name, Json, value);
    }
    switch (envelope.type) {
      case "session.hello":
        codec.put(out, "payload", session.Hello, envelope.payload);
        break;
      case "session.welcome":
        codec.put(out, "payload", session.Welcome, envelope.payload);
        break;
      case "session.resume":
        codec.put(out, "payload", session.Resume, envelope.payload);
        break;
      case "session.ping":
        codec.put(out, "payload", session.Ping, envelope.payload);
        break;
      case "session.pong":
        codec.put(out, "payload", session.Pong, envelope.payload);
        break;
      case "session.ack":
        codec.put(out, "payload", session.Ack, envelope.payload);
        break;
      case "session.list_jobs":
        codec.put(out, "payload", session.ListJobs, envelope.payload);
        break;
      case "session.jobs":
        codec.put(out, "payload", session.Jobs, envelope.payload);
        break;
      case "session.close":
        codec.put(out, "payload", session.Close, envelope.payload);
        break;
      case "session.closed":
        codec.put(out, "payload", session.Closed, envelope.payload);
        break;
      case "session.bye":
        codec.put(out, "payload", session.Bye, envelope.payload);
        break;
      case "session.error":
        codec.put(out, "payload", session.Error, envelope.payload);
        break;
      case "job.submit":
        codec.put(out, "payload", job.Submit, envelope.payload);
        break;
      case "job.accepted":
        codec.put(out, "payload", job.Accepted, envelope.payload);
        break;
      case "job.event":
        codec.put(out, "payload", job.Event, envelope.payload);
        break;
      case "job.result":
        codec.put(out, "payload", job.Result, envelope.payload);
        break;
      case "job.error":
        codec.put(out, "payload", job.Error, envelope.payload);
        break;
      case "job.cancel":
        codec.put(out, "payload", job.Cancel, envelope.payload);
        break;
      case "job.cancelled":
        codec.put(out, "payload", job.Cancelled, envelope.payload);
        break;
      case "job.subscribe":
        codec.put(out, "payload", job.Subscribe, envelope.payload);
        break;
      case "job.subscribed":
        codec.put(out, "payload", job.Subscribed, envelope.payload);
        break;
      case "job.unsubscribe":
        codec.put(out, "payload", job.Unsubscribe, envelope.payload);
        break;
      default:
        codec.put(out, "payload", common.JsonObject, envelope.payload);
    }
    return out;
  },
};

/** Insists on members of the head that a message cannot do without. */
function need<K extends keyof Head>(head: Head, ...names: K[]): { [N in K]-?: NonNullable<Head[N]> } {
  const out: Partial<Record<K, unknown>> = {};
  for (const name of names) {
    if (head[name] === undefined) throw new Fault("required, but missing").under(name);
    out[name] = head[name];
  }
  return out as { [N in K]-?: NonNullable<Head[N]> };
}
