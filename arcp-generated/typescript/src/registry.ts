// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** What the protocol says about its messages and event kinds, as values. */
import type { MessageType } from "./envelope.js";

/** Which side sends a message. */
export type Direction = "client" | "runtime" | "both";
/** Whether the sender puts a member on the envelope. */
export type Carry = "required" | "optional" | "absent";

/** What the protocol says about a message. */
export interface MessageFacts {
  readonly direction: Direction;
  /** The section of the specification. */
  readonly section?: string;
  /** The feature that both sides must have listed. */
  readonly feature?: string;
  readonly envelope: { readonly session_id: Carry; readonly job_id: Carry; readonly event_seq: Carry; readonly trace_id: Carry };
  /** The requests that it may answer. */
  readonly answers: readonly MessageType[];
  /** The messages that may answer it. */
  readonly answered_by: readonly MessageType[];
  /** Whether a resume sends it again. */
  readonly replayed: boolean;
  /** Whether a job ends with it. */
  readonly terminal: boolean;
}

/** The messages by wire type. */
export const MESSAGES: { readonly [type in MessageType]: MessageFacts } = {
  "session.hello": { direction: "client", section: "6.2", envelope: { session_id: "absent", job_id: "absent", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: ["session.welcome", "session.error"], replayed: false, terminal: false },
  "session.welcome": { direction: "runtime", section: "6.2", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "optional" }, answers: ["session.hello", "session.resume"], answered_by: [], replayed: false, terminal: false },
  "session.resume": { direction: "client", section: "6.3", envelope: { session_id: "optional", job_id: "absent", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: ["session.welcome", "session.error"], replayed: false, terminal: false },
  "session.ping": { direction: "both", section: "6.4", feature: "heartbeat", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "absent" }, answers: [], answered_by: ["session.pong"], replayed: false, terminal: false },
  "session.pong": { direction: "both", section: "6.4", feature: "heartbeat", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "absent" }, answers: ["session.ping"], answered_by: [], replayed: false, terminal: false },
  "session.ack": { direction: "client", section: "6.5", feature: "ack", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "absent" }, answers: [], answered_by: [], replayed: false, terminal: false },
  "session.list_jobs": { direction: "client", section: "6.6", feature: "list_jobs", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: ["session.jobs", "session.error"], replayed: false, terminal: false },
  "session.jobs": { direction: "runtime", section: "6.6", feature: "list_jobs", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "optional" }, answers: ["session.list_jobs"], answered_by: [], replayed: false, terminal: false },
  "session.close": { direction: "client", section: "6.7", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "absent" }, answers: [], answered_by: ["session.closed"], replayed: false, terminal: false },
  "session.closed": { direction: "runtime", section: "6.7", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "absent" }, answers: ["session.close"], answered_by: [], replayed: false, terminal: false },
  "session.bye": { direction: "both", section: "6.7", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "absent" }, answers: [], answered_by: [], replayed: false, terminal: false },
  "session.error": { direction: "runtime", section: "12", envelope: { session_id: "optional", job_id: "optional", event_seq: "absent", trace_id: "optional" }, answers: ["session.hello", "session.resume", "session.list_jobs", "job.submit", "job.cancel", "job.subscribe"], answered_by: [], replayed: false, terminal: false },
  "job.submit": { direction: "client", section: "7.1", envelope: { session_id: "required", job_id: "absent", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: ["job.accepted", "session.error"], replayed: false, terminal: false },
  "job.accepted": { direction: "runtime", section: "7.1", envelope: { session_id: "required", job_id: "required", event_seq: "absent", trace_id: "required" }, answers: ["job.submit"], answered_by: [], replayed: false, terminal: false },
  "job.event": { direction: "runtime", section: "8.1", envelope: { session_id: "required", job_id: "required", event_seq: "required", trace_id: "required" }, answers: [], answered_by: [], replayed: true, terminal: false },
  "job.result": { direction: "runtime", section: "8.4", envelope: { session_id: "required", job_id: "required", event_seq: "required", trace_id: "required" }, answers: [], answered_by: [], replayed: true, terminal: true },
  "job.error": { direction: "runtime", section: "12", envelope: { session_id: "required", job_id: "required", event_seq: "required", trace_id: "required" }, answers: [], answered_by: [], replayed: true, terminal: true },
  "job.cancel": { direction: "client", section: "7.4", envelope: { session_id: "required", job_id: "required", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: ["job.cancelled", "session.error"], replayed: false, terminal: false },
  "job.cancelled": { direction: "runtime", section: "7.4", envelope: { session_id: "required", job_id: "required", event_seq: "absent", trace_id: "optional" }, answers: ["job.cancel"], answered_by: [], replayed: false, terminal: false },
  "job.subscribe": { direction: "client", section: "7.6", feature: "subscribe", envelope: { session_id: "required", job_id: "optional", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: ["job.subscribed", "session.error"], replayed: false, terminal: false },
  "job.subscribed": { direction: "runtime", section: "7.6", feature: "subscribe", envelope: { session_id: "required", job_id: "required", event_seq: "absent", trace_id: "optional" }, answers: ["job.subscribe"], answered_by: [], replayed: false, terminal: false },
  "job.unsubscribe": { direction: "client", section: "7.6", feature: "subscribe", envelope: { session_id: "required", job_id: "optional", event_seq: "absent", trace_id: "optional" }, answers: [], answered_by: [], replayed: false, terminal: false },
};

/** What the protocol says about an event kind. */
export interface KindFacts {
  readonly section?: string;
  readonly feature?: string;
}

/** The event kinds by wire name. */
export const KINDS = {
  "log": { section: "8.2" },
  "thought": { section: "8.2" },
  "tool_call": { section: "8.2" },
  "tool_result": { section: "8.2" },
  "status": { section: "8.2" },
  "metric": { section: "8.2" },
  "artifact_ref": { section: "8.2" },
  "delegate": { section: "10" },
  "progress": { section: "8.2", feature: "progress" },
  "result_chunk": { section: "8.4", feature: "result_chunk" },
} as const satisfies { readonly [kind: string]: KindFacts };
