// @generated from schema/ by `cargo run -p codegen`; do not edit.
/**
 * JSON with every number kept exactly.
 *
 * `JSON.parse` turns each number into a double, which changes money digits and integers beyond 2^53.
 * The reader here keeps a number's text; what a program sees is
 * a `number` where the schema bounds an integer to 2^53, a `bigint` where it does not, a {@link Decimal} for money and measures,
 * and inside free-form JSON the first of `number`, `bigint`, `Decimal` that holds the value exactly.
 */
import { Fault } from "./fault.js";
import { FRAME_DEPTH, NUMBER_CHARS } from "./limits.js";

/** A number as it stands in the text. */
export class RawNumber {
  constructor(readonly text: string) {}
}

/** A JSON value before it has a type. Objects are maps, so member names cannot meet a prototype. */
export type Raw = null | boolean | string | RawNumber | readonly Raw[] | RawObject;
/** A JSON object before it has a type, in the order of the text. */
export type RawObject = ReadonlyMap<string, Raw>;

/** Any JSON value. Numbers that a double cannot hold exactly are `bigint` or {@link Decimal}. */
export type Json = null | boolean | number | bigint | Decimal | string | readonly Json[] | JsonObject;
/** Any JSON object. A member that is `undefined` is not written. */
export type JsonObject = { readonly [member: string]: Json | undefined };

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A decimal number with the digits it came with: `1.50` stays `1.50`. It does no arithmetic. */
export class Decimal {
  private constructor(readonly text: string) {}

  /** Makes a decimal of a JSON number's text, an integer, or a finite double's shortest text; throws a `RangeError` for anything else. */
  static of(value: string | number | bigint): Decimal {
    const text = String(value);
    if (!NUMBER.test(text)) throw new RangeError(`not a decimal number: ${clip(text)}`);
    return new Decimal(text);
  }

  /** The nearest double; digits may be lost. */
  toNumber(): number {
    return Number(this.text);
  }

  /** Whether both stand for the same number, whatever their spelling: `1.50` and `1.5` do. */
  equals(other: Decimal): boolean {
    return plainDigits(this.text) === plainDigits(other.text);
  }

  toString(): string {
    return this.text;
  }

  /** For logs: JSON written through `JSON.stringify` shows the text. Frames go through `encodeEnvelope`. */
  toJSON(): string {
    return this.text;
  }

  static read(raw: Raw): Decimal {
    if (!(raw instanceof RawNumber)) throw new Fault(`expected a number, found ${kindOf(raw)}`);
    return Decimal.of(raw.text);
  }

  static write(value: Decimal): Raw {
    if (!(value instanceof Decimal)) throw new Fault("expected a Decimal");
    return new RawNumber(value.text);
  }
}

/** Names a value's JSON type for an error message. */
export function kindOf(raw: unknown): string {
  if (raw === undefined) return "nothing";
  if (raw === null) return "null";
  if (typeof raw === "string") return "a string";
  if (typeof raw === "boolean") return "a boolean";
  if (typeof raw === "number" || typeof raw === "bigint" || raw instanceof RawNumber) return "a number";
  return Array.isArray(raw) ? "a list" : "an object";
}

/** Cuts a text that is quoted in an error message. */
export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Any JSON value. */
export const Json = {
  read(raw: Raw): Json {
    if (raw instanceof RawNumber) return exactNumber(raw.text);
    if (Array.isArray(raw)) return raw.map(Json.read);
    if (raw instanceof Map) return JsonObject.read(raw);
    return raw as null | boolean | string;
  },
  write(value: Json): Raw {
    if (value === null || typeof value === "boolean" || typeof value === "string") return value;
    if (typeof value === "bigint") return new RawNumber(String(value));
    if (typeof value === "number") {
      if (!Number.isFinite(value)) throw new Fault(`${value} is no JSON number`);
      return new RawNumber(Object.is(value, -0) ? "-0" : String(value));
    }
    if (value instanceof Decimal) return Decimal.write(value);
    if (Array.isArray(value)) return value.map((item: Json, index) => within(index, () => Json.write(item)));
    return JsonObject.write(value as JsonObject);
  },
};

/** Any JSON object. */
export const JsonObject = {
  read(raw: Raw): JsonObject {
    if (!(raw instanceof Map)) throw new Fault(`expected an object, found ${kindOf(raw)}`);
    const out: Record<string, Json> = {};
    for (const [key, value] of raw as RawObject) setOwn(out, key, Json.read(value));
    return out;
  },
  write(value: JsonObject): Raw {
    const prototype: unknown = value === null || typeof value !== "object" ? undefined : Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new Fault("expected a JSON value");
    const out = new Map<string, Raw>();
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) out.set(key, within(key, () => Json.write(item)));
    }
    return out;
  },
};

/** Sets a member, `__proto__` included, without running a setter. */
export function setOwn<V>(target: Record<string, V>, key: string, value: V): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Runs a step and puts its place in front of a fault's path. */
export function within<T>(step: string | number, run: () => T): T {
  try {
    return run();
  } catch (fault) {
    throw fault instanceof Fault ? fault.under(step) : fault;
  }
}

function exactNumber(text: string): Json {
  const double = Number(text);
  if (Number.isFinite(double) && plainDigits(String(double)) === plainDigits(text)) return double;
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : Decimal.of(text);
}

/** Sign, significant digits and power of ten: the same for all spellings of one number. */
export function plainDigits(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(all.length - digits.length);
  return `${sign}${digits}e${power}`;
}

/** Reads one JSON text. Refused are a member name that occurs twice in an object, a lone surrogate, and what is deeper or longer than the limits. */
export function parseJson(text: string): Raw {
  return new Reader(text).document();
}

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Raw {
    const value = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) this.#fail("text after the value");
    return value;
  }

  #value(depth: number): Raw {
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#list(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): RawObject {
    this.#enter(depth);
    const out = new Map<string, Raw>();
    if (this.#next("}")) return out;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail("expected a member name");
      const key = this.#string();
      if (out.has(key)) this.#fail(`the member ${JSON.stringify(clip(key))} occurs twice`);
      if (!this.#next(":")) this.#fail('expected ":"');
      out.set(key, this.#value(depth + 1));
    } while (this.#next(","));
    if (!this.#next("}")) this.#fail('expected "," or "}"');
    return out;
  }

  #list(depth: number): Raw[] {
    this.#enter(depth);
    const out: Raw[] = [];
    if (this.#next("]")) return out;
    do out.push(this.#value(depth + 1));
    while (this.#next(","));
    if (!this.#next("]")) this.#fail('expected "," or "]"');
    return out;
  }

  #enter(depth: number): void {
    if (depth > FRAME_DEPTH) this.#fail(`nested more than ${FRAME_DEPTH} deep`);
    this.#at += 1;
  }

  #string(): string {
    STRING.lastIndex = this.#at;
    const token = STRING.exec(this.#text)?.[0];
    if (token === undefined) this.#fail("a string that does not end, or holds a bad escape or a control character");
    // The token is one well-formed JSON string, so the built-in reader decodes its escapes.
    const value = token.includes("\\") ? (JSON.parse(token) as string) : token.slice(1, -1);
    if (LONE_SURROGATE.test(value)) this.#fail("a lone surrogate");
    this.#at += token.length;
    return value;
  }

  #number(): RawNumber {
    NUMBER_AT.lastIndex = this.#at;
    const token = NUMBER_AT.exec(this.#text)?.[0];
    if (token === undefined) this.#fail(this.#at < this.#text.length ? "expected a value" : "the text ends too early");
    if (token.length > NUMBER_CHARS) this.#fail(`a number of more than ${NUMBER_CHARS} characters`);
    this.#at += token.length;
    return new RawNumber(token);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail("expected a value");
    this.#at += word.length;
    return value;
  }

  #next(mark: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #fail(reason: string): never {
    const before = this.#text.slice(0, this.#at).split("\n");
    throw new Fault(`not JSON: line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1}: ${reason}`);
  }
}

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER_AT = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Writes compact JSON. */
export function formatJson(raw: Raw): string {
  if (raw instanceof RawNumber) {
    if (!NUMBER.test(raw.text)) throw new Fault(`not a JSON number: ${clip(raw.text)}`);
    return raw.text;
  }
  if (Array.isArray(raw)) return `[${raw.map(formatJson).join(",")}]`;
  if (raw instanceof Map) {
    return `{${[...(raw as RawObject)].map(([key, value]) => `${formatJson(key)}:${formatJson(value)}`).join(",")}}`;
  }
  if (typeof raw === "string" && LONE_SURROGATE.test(raw)) throw new Fault("a lone surrogate cannot be encoded");
  return JSON.stringify(raw);
}
