/** Every vector, through the printed decoder and encoder. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { decodeEnvelope, DecodeError, encodeEnvelope, parseJson, RawNumber, type Raw } from "arcp-generated";

const vectors = process.env["ARCP_VECTORS"] ?? assert.fail("ARCP_VECTORS names the folder of the vectors");

interface Index {
  valid: { file: string; type: string; known: boolean; again?: string }[];
  invalid: { file: string; type: string; path: string; reason: string }[];
  spoilt: { file: string; type: string; count: number }[];
}

const load = (file: string): string => readFileSync(join(vectors, file), "utf8");
const index = JSON.parse(load("index.json")) as Index;

/** A number's sign, significant digits and power of ten: `1.50`, `1.5` and `15e-1` are one number. */
function digits(text: string): string {
  const [mantissa = "", power = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const all = (whole + fraction).replace(/^0+/, "");
  const short = all.replace(/0+$/, "");
  const exponent = BigInt(power) - BigInt(fraction.length) + BigInt(all.length - short.length);
  return short === "" ? "0" : `${text.startsWith("-") ? "-" : ""}${short}e${exponent}`;
}

/** The value as something that `deepEqual` compares: numbers by all their digits, objects without order. */
function comparable(raw: Raw): unknown {
  if (raw instanceof RawNumber) return { number: digits(raw.text) };
  if (Array.isArray(raw)) return raw.map(comparable);
  if (raw instanceof Map) return new Map([...raw].sort().map(([key, value]) => [key, comparable(value as Raw)]));
  return raw;
}

function refusal(text: string): DecodeError {
  try {
    decodeEnvelope(text);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return error;
  }
  return assert.fail("it was read");
}

test("the index names every file", () => {
  const listed = [...index.valid, ...index.invalid, ...index.spoilt].map((entry) => entry.file).sort();
  const folders = ["valid", "invalid"].flatMap((kind) => readdirSync(join(vectors, kind)).map((type) => `${kind}/${type}`));
  const present = folders.flatMap((folder) => readdirSync(join(vectors, folder)).map((file) => `${folder}/${file}`)).sort();
  assert.deepEqual(listed, present);
  assert.ok(index.valid.length > 0 && index.invalid.length > 0 && index.spoilt.length > 0);
});

describe("valid", () => {
  for (const { file, type, known, again } of index.valid) {
    test(file, () => {
      const text = load(file);
      const frame = decodeEnvelope(text);
      assert.equal(frame.type, known ? type : "unknown");
      if (frame.type === "unknown") assert.equal(frame.wire, type);
      const written = encodeEnvelope(frame);
      // Once with the reader that keeps digits, and once with the built-in one, which shares no code with the package.
      assert.deepEqual(comparable(parseJson(written)), comparable(parseJson(again ?? text)));
      assert.deepEqual(JSON.parse(written), JSON.parse(again ?? text));
      assert.equal(encodeEnvelope(decodeEnvelope(written)), written);
    });
  }
});

describe("invalid", () => {
  for (const { file, type, path, reason } of index.invalid) {
    test(`${file}: ${reason}`, () => {
      const error = refusal(load(file));
      assert.equal(error.path, path);
      assert.equal(error.subject, type === "" ? "frame" : type);
      assert.equal(error.message, `${error.subject}: ${path === "" ? "" : `at ${path}: `}${error.reason}`);
    });
  }
});

describe("spoilt", () => {
  for (const { file, count } of index.spoilt) {
    const lines = load(file).trimEnd().split("\n");
    test(`${file} has ${count} frames`, () => assert.equal(lines.length, count));
    for (const line of lines) {
      const { name, path, frame } = JSON.parse(line) as { name: string; path: string; frame: string };
      test(`${file}: ${name}`, () => assert.equal(refusal(frame).path, path));
    }
  }
});
