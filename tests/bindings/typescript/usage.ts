/** What the types promise. It only has to compile: a promise that is broken is an error of the compiler. */
import { ArcpError, error, event, isKnownCode, job, limits, MESSAGES, session, VERSION, type Envelope, type MessageType, type Secret } from "arcp-generated";

/** `type` tells messages apart, and a switch over it can be complete. */
export function subject(frame: Envelope): string {
  switch (frame.type) {
    case "session.hello":
      return frame.payload.client.name;
    case "session.welcome":
      return revealed(frame.payload.resume_token);
    case "job.submit":
      return frame.payload.agent;
    case "job.event":
      return `${frame.session_id} ${frame.job_id} ${plusOne(frame.event_seq)} ${happened(frame.payload)}`;
    case "job.error":
      return new ArcpError(frame.payload).code;
    case "unknown":
      return frame.wire;
    default:
      return MESSAGES[frame.type].direction;
  }
}

function plusOne(number: bigint): bigint {
  return number + 1n;
}

function revealed(secret: Secret): string {
  return secret.reveal();
}

/** `kind` tells events apart; the switch is complete without a default. */
export function happened(what: job.Event): string {
  switch (what.kind) {
    case "log":
      return what.body.message;
    case "thought":
      return what.body.text;
    case "tool_call":
      return what.body.tool;
    case "tool_result":
      return outcome(what.body);
    case "status":
      return what.body.phase;
    case "metric":
      return what.body.value.text;
    case "artifact_ref":
      return what.body.uri;
    case "delegate":
      return what.body.agent;
    case "progress":
      return what.body.current.text;
    case "result_chunk":
      return what.body.data;
    case "unknown":
      return what.wire;
  }
}

function outcome(result: event.ToolResult): string {
  return "error" in result ? result.error.code : String(result.result);
}

/** A code is open; the facts are there for the codes that are known. */
export function cure(code: error.ErrorCode): string | undefined {
  return isKnownCode(code) ? error.ERROR_CODE_FACTS[code].cure : undefined;
}

export const ping: Envelope = {
  arcp: VERSION,
  id: "01JV5JPJ427Q2YSB86JTN4CPMM",
  type: "session.ping",
  session_id: "sess_1",
  payload: { nonce: "p1" },
};

// @ts-expect-error A ping without its session cannot be written.
export const homeless: Envelope = { arcp: VERSION, id: "1", type: "session.ping", payload: { nonce: "p1" } };

// @ts-expect-error A string is no secret.
export const careless: session.Auth = { scheme: "bearer", token: "tok" };

// @ts-expect-error What was decoded is not changed.
export const changed = (frame: Envelope): string => (frame.id = "other");

export const allTypes: readonly MessageType[] = Object.keys(MESSAGES) as MessageType[];
export const window: number = limits.RESUME_WINDOW_SEC;
export const gates: readonly string[] = session.FEATURE_FACTS.heartbeat.gates;
