// {{ generated }}
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
{%- for message in messages %}
  {{ message.key }}: {{ message.facts }},
{%- endfor %}
};

/** What the protocol says about an event kind. */
export interface KindFacts {
  readonly section?: string;
  readonly feature?: string;
}

/** The event kinds by wire name. */
export const KINDS = {
{%- for kind in kinds %}
  {{ kind.key }}: {{ kind.facts }},
{%- endfor %}
} as const satisfies { readonly [kind: string]: KindFacts };
