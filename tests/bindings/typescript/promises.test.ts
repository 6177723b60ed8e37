/** What the vectors cannot say: exact numbers, secrets, hostile JSON, errors of the writer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  ArcpError,
  Decimal,
  decodeEnvelope,
  DecodeError,
  describe,
  encodeEnvelope,
  EncodeError,
  isRetryable,
  limits,
  MESSAGES,
  Secret,
  VERSION,
  type Envelope,
} from "arcp-generated";
import { allTypes, cure, ping, subject } from "./usage.js";

const head = `"arcp":"1.1","id":"m1","session_id":"s1","job_id":"j1"`;
const event = (kind: string, body: string, seq = "1"): string =>
  `{${head},"type":"job.event","event_seq":${seq},"payload":{"kind":"${kind}","body":${body}}}`;

test("64-bit integers are exact", () => {
  const text = event("thought", `{"text":"t"}`, "9223372036854775807");
  const frame = decodeEnvelope(text);
  assert.ok(frame.type === "job.event");
  assert.equal(frame.event_seq, 9223372036854775807n);
  assert.match(encodeEnvelope(frame), /"event_seq":9223372036854775807[,}]/);
});

test("money keeps its digits", () => {
  for (const digits of ["1.50", "0.12345678901234567890123456789", "1e-30", "99999999999999999999.5", "-0.12"]) {
    const frame = decodeEnvelope(event("metric", `{"name":"cost.x","value":${digits},"unit":"USD"}`));
    assert.ok(frame.type === "job.event" && frame.payload.kind === "metric");
    assert.equal(frame.payload.body.value.text, digits);
    assert.ok(encodeEnvelope(frame).includes(`"value":${digits},`), digits);
  }
  assert.ok(Decimal.of("1.50").equals(Decimal.of("15e-1")));
  assert.ok(!Decimal.of("1.5").equals(Decimal.of("1.51")));
  assert.throws(() => Decimal.of("1,5"), RangeError);
});

test("numbers of free-form JSON keep their value", () => {
  const input = `{"a":1.0,"b":9007199254740993,"c":0.1234567890123456789,"d":1e400,"__proto__":{"x":1}}`;
  const frame = decodeEnvelope(`{${head},"type":"job.submit","payload":{"agent":"a","input":${input}}}`);
  assert.ok(frame.type === "job.submit");
  const seen = frame.payload.input as Record<string, unknown>;
  assert.equal(seen["a"], 1);
  assert.equal(seen["b"], 9007199254740993n);
  assert.equal(String(seen["c"]), "0.1234567890123456789");
  assert.equal(Object.getPrototypeOf(seen), Object.prototype);
  const written = encodeEnvelope(frame);
  for (const part of [`"b":9007199254740993`, `"c":0.1234567890123456789`, `"d":1e400`, `"__proto__":{"x":1}`]) {
    assert.ok(written.includes(part), `${part} in ${written}`);
  }
});

test("secrets do not print", () => {
  const frame = decodeEnvelope(
    `{"arcp":"1.1","id":"m1","type":"session.hello","payload":{"client":{"name":"c"},"auth":{"scheme":"bearer","token":"hunter2"}}}`,
  );
  assert.ok(frame.type === "session.hello");
  const token = frame.payload.auth?.token;
  assert.ok(token instanceof Secret);
  for (const shown of [inspect(frame, { depth: 9 }), JSON.stringify(frame), describe(frame), `${token}`, String(token)]) {
    assert.ok(!shown.includes("hunter2"), shown);
    assert.ok(shown.includes("***"), shown);
  }
  assert.equal(token.reveal(), "hunter2");
  assert.ok(token.equals(new Secret("hunter2")) && !token.equals(new Secret("hunter3")) && !token.equals(new Secret("")));
  assert.ok(encodeEnvelope(frame).includes(`"token":"hunter2"`));
});

test("a bad secret is not quoted", () => {
  const bad = `{"arcp":"1.1","id":"m1","type":"session.resume","payload":{"resume_token":"hunter 2","last_event_seq":0}}`;
  assert.throws(() => decodeEnvelope(bad), (error: Error) => error instanceof DecodeError && !error.message.includes("hunter"));
});

test("what is not known is kept", () => {
  const later = `{${head},"type":"x-vendor.acme.note","payload":{"n":1.50,"list":[null,true]},"x-vendor.acme":{"a":1}}`;
  const frame = decodeEnvelope(later);
  assert.ok(frame.type === "unknown");
  assert.equal(frame.wire, "x-vendor.acme.note");
  assert.deepEqual(JSON.parse(encodeEnvelope(frame)), JSON.parse(later));
  const kind = decodeEnvelope(event("x-vendor.acme.k", `{"b":[1]}`));
  assert.ok(kind.type === "job.event" && kind.payload.kind === "unknown");
  assert.equal(kind.payload.wire, "x-vendor.acme.k");
  const failed = decodeEnvelope(
    `{${head},"type":"job.error","event_seq":2,"payload":{"code":"X_VENDOR_CODE","message":"m","final_status":"error"}}`,
  );
  assert.ok(failed.type === "job.error");
  assert.equal(failed.payload.code, "X_VENDOR_CODE");
  assert.equal(new ArcpError(failed.payload).retryable, false);
  assert.equal(cure(failed.payload.code), undefined);
  assert.equal(subject(failed), "X_VENDOR_CODE");
});

test("an unknown tag does not smuggle a known one past its checks", () => {
  const frame: Envelope = { arcp: VERSION, id: "m1", type: "unknown", wire: "session.ping", session_id: "s", payload: {} };
  assert.throws(() => encodeEnvelope(frame), { name: "EncodeError", path: "payload.nonce" });
});

test("retryable follows the pin, the error and the default, in this order", () => {
  assert.equal(isRetryable({ code: "LEASE_EXPIRED", retryable: true }), false);
  assert.equal(isRetryable({ code: "INTERNAL_ERROR", retryable: false }), true);
  assert.equal(isRetryable({ code: "TIMEOUT" }), true);
  assert.equal(isRetryable({ code: "TIMEOUT", retryable: false }), false);
  assert.equal(isRetryable({ code: "toString" }), false);
});

test("text that is not a frame is refused with its place", () => {
  const deep = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const submit = (input: string): string => `{${head},"type":"job.submit","payload":{"agent":"a","input":${input}}}`;
  const cases: [string, RegExp][] = [
    ["", /^frame: not JSON: line 1 column 1: the text ends too early/],
    ["{", /^frame: not JSON/],
    [`{"a":1,\n "a":2}`, /^frame: not JSON: line 2 column 5: the member "a" occurs twice/],
    [`{"a":"\\ud800"}`, /lone surrogate/],
    [`{"a":"\t"}`, /control character/],
    [`{"a":01}`, /not JSON/],
    [`{"a":NaN}`, /not JSON/],
    [`[] []`, /text after the value/],
    ["[]", /^frame: expected an object, found a list/],
    ["null", /^frame: expected an object, found null/],
    [`{"type":"session.ping"}`, /^session\.ping: at arcp: required, but missing/],
    [submit(deep(limits.FRAME_DEPTH)), /nested more than/],
    [deep(200_000), /nested more than/],
    [submit("1".repeat(limits.NUMBER_CHARS + 1)), /a number of more than/],
  ];
  for (const [text, message] of cases) assert.throws(() => decodeEnvelope(text), { name: "DecodeError", message }, text.slice(0, 60));
  decodeEnvelope(submit(deep(limits.FRAME_DEPTH - 2)));
});

test("what may not be written is refused with its place", () => {
  const cases: [unknown, string][] = [
    [{ ...ping, payload: { nonce: "" } }, "payload.nonce"],
    [{ ...ping, payload: { nonce: 5 } }, "payload.nonce"],
    [{ ...ping, payload: null }, "payload"],
    [{ ...ping, session_id: undefined }, "session_id"],
    [{ ...ping, id: "" }, "id"],
    [{ ...ping, arcp: "2.0" }, "arcp"],
    [{ ...ping, vendor: { mine: 1 } }, "mine"],
    [{ ...ping, vendor: { "x-vendor.acme": { f: () => 1 } } }, `["x-vendor.acme"].f`],
    [{ ...ping, type: "job.submit", payload: { agent: "a", input: [1, NaN] } }, "payload.input[1]"],
    [{ ...ping, type: "job.submit", payload: { agent: "a", input: ["\ud800"] } }, ""],
    [null, ""],
  ];
  for (const [frame, path] of cases) {
    assert.throws(
      () => encodeEnvelope(frame as Envelope),
      (error) => error instanceof EncodeError && (assert.equal(error.path, path), true),
      describe(frame),
    );
  }
});

test("the registry names every message", () => {
  assert.equal(allTypes.length, 22);
  assert.deepEqual(MESSAGES["session.hello"].answered_by, ["session.welcome", "session.error"]);
  assert.equal(MESSAGES["job.error"].terminal, true);
});
