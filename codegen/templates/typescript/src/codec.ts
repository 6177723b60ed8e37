// {{ generated }}
/** The parts that the generated readers and writers are made of. They know no message. */
import { DecodeError, EncodeError, Fault } from "./fault.js";
import { clip, formatJson, Json, JsonObject, kindOf, parseJson, RawNumber, setOwn, within, type Raw, type RawObject } from "./json.js";
import { Secret } from "./secret.js";

export { Fault, Json, JsonObject, Secret, type Raw };

/** Reads a type from JSON and writes it back. */
export interface Codec<T> {
  read(raw: Raw): T;
  write(value: T): Raw;
}

/** Reads one value of a type from JSON text. Throws a {@link DecodeError}. */
export function decode<T>(codec: Codec<T>, text: string, subject = "value"): T {
  try {
    return codec.read(parseJson(text));
  } catch (fault) {
    throw fault instanceof Fault ? new DecodeError(subject, fault.path, fault.reason) : fault;
  }
}

/** Writes one value of a type as JSON text, after checking it against the schema. Throws an {@link EncodeError}. */
export function encode<T>(codec: Codec<T>, value: T, subject = "value"): string {
  try {
    const raw = codec.write(value);
    codec.read(raw);
    return formatJson(raw);
  } catch (fault) {
    throw fault instanceof Fault ? new EncodeError(subject, fault.path, fault.reason) : fault;
  }
}

/** A string with a length in characters, and a grammar. */
export function text(min: number, max: number, pattern?: RegExp): Codec<string> {
  return {
    read(raw) {
      if (typeof raw !== "string") throw new Fault(`expected a string, found ${kindOf(raw)}`);
      const problem = misfit(raw, min, max, pattern);
      if (problem !== undefined) throw new Fault(problem);
      return raw;
    },
    write: (value) => value,
  };
}

/** As {@link text}; the value never prints, not even in an error. */
export function secret(inner: Codec<string>): Codec<Secret> {
  return {
    read(raw) {
      if (typeof raw !== "string") throw new Fault(`expected a string, found ${kindOf(raw)}`);
      try {
        return new Secret(inner.read(raw));
      } catch (fault) {
        throw fault instanceof Fault ? new Fault("the secret does not have the form that is asked for") : fault;
      }
    },
    write: Secret.write,
  };
}

function misfit(value: string, min: number, max: number, pattern?: RegExp): string | undefined {
  // Characters, not UTF-16 units; most strings are far from both bounds and need no count.
  const length = value.length <= max && value.length >= min * 2 ? value.length : [...value].length;
  if (length < min) return `must have at least ${min} characters, has ${length}`;
  if (length > max) return `must have at most ${max} characters, has ${length}`;
  if (pattern !== undefined && !pattern.test(value)) return `${JSON.stringify(clip(value))} does not match ${pattern.source}`;
  return undefined;
}

/** One of a closed list of words. */
export function words<T extends string>(values: readonly T[]): Codec<T> {
  return {
    read(raw) {
      if (typeof raw !== "string") throw new Fault(`expected a string, found ${kindOf(raw)}`);
      if (!(values as readonly string[]).includes(raw)) throw new Fault(`${JSON.stringify(clip(raw))} is not one of ${values.join(", ")}`);
      return raw as T;
    },
    write: (value) => value,
  };
}

export const bool: Codec<boolean> = {
  read(raw) {
    if (typeof raw !== "boolean") throw new Fault(`expected a boolean, found ${kindOf(raw)}`);
    return raw;
  },
  write: (value) => value,
};

/** An integer within bounds that a double holds exactly. */
export function integer(min: number, max: number): Codec<number> {
  const inner = long(BigInt(min), BigInt(max));
  return { read: (raw) => Number(inner.read(raw)), write: (value) => numeral(value) };
}

/** An integer within bounds that need up to 64 bits. */
export function long(min: bigint, max: bigint): Codec<bigint> {
  return {
    read(raw) {
      if (!(raw instanceof RawNumber)) throw new Fault(`expected an integer, found ${kindOf(raw)}`);
      if (!/^-?[0-9]+$/.test(raw.text)) throw new Fault(`expected an integer, found ${clip(raw.text)}`);
      const value = raw.text.length > 20 ? undefined : BigInt(raw.text);
      if (value === undefined || value < min || value > max) {
        throw new Fault(`must be between ${min} and ${max}, is ${clip(raw.text)}`);
      }
      return value;
    },
    write: (value) => numeral(value),
  };
}

function numeral(value: number | bigint): Raw {
  return typeof value === "number" || typeof value === "bigint" ? new RawNumber(String(value)) : value;
}

/** A list with bounds on its length. */
export function list<T>(item: Codec<T>, min: number, max: number, unique: boolean): Codec<readonly T[]> {
  return {
    read(raw) {
      if (!Array.isArray(raw)) throw new Fault(`expected a list, found ${kindOf(raw)}`);
      if (raw.length < min) throw new Fault(`must have at least ${min} entries, has ${raw.length}`);
      if (raw.length > max) throw new Fault(`must have at most ${max} entries, has ${raw.length}`);
      const out = raw.map((entry: Raw, index) => within(index, () => item.read(entry)));
      if (unique && new Set(raw.map(formatJson)).size < raw.length) throw new Fault("an entry occurs twice");
      return out;
    },
    write(value) {
      if (!Array.isArray(value)) throw new Fault(`expected a list, found ${kindOf(value)}`);
      return value.map((entry: T, index) => within(index, () => item.write(entry)));
    },
  };
}

/** An object whose member names follow a rule and whose values share a type. */
export function map<T>(key: Codec<string>, value: Codec<T>): Codec<{ readonly [key: string]: T }> {
  return {
    read(raw) {
      const out: Record<string, T> = {};
      for (const [name, entry] of members(raw)) {
        named(key, name);
        setOwn(out, name, within(name, () => value.read(entry)));
      }
      return out;
    },
    write(entries) {
      if (entries === null || typeof entries !== "object") throw new Fault(`expected an object, found ${kindOf(entries)}`);
      return new Map(Object.entries(entries).map(([name, entry]) => [name, within(name, () => value.write(entry))]));
    },
  };
}

/** Judges a member's name. The fault is the object's: there is no such member. */
function named(key: Codec<string>, name: string): void {
  try {
    key.read(name);
  } catch (fault) {
    throw fault instanceof Fault ? new Fault(`the name ${JSON.stringify(clip(name))}: ${fault.reason}`) : fault;
  }
}

/** A type whose `null` is a value of its own. */
export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    read: (raw) => (raw === null ? null : inner.read(raw)),
    write: (value) => (value === null ? null : inner.write(value)),
  };
}

/** The members of an object. A string stands for the object with only the member `fromString`, where that is allowed. */
export function members(raw: Raw, fromString?: string): RawObject {
  if (fromString !== undefined && typeof raw === "string") return new Map([[fromString, raw]]);
  if (!(raw instanceof Map)) throw new Fault(`expected an object, found ${kindOf(raw)}`);
  return raw as RawObject;
}

/** The member that tells which arm of a union an object is. `standard` is the arm of an object that has none of them. */
export function armOf(raw: Raw, places: readonly Place[], standard?: string): string {
  const object = members(raw);
  const found = places.filter((place) => find(object, place) !== undefined).map(nameOf);
  const [first, second] = found;
  if (second !== undefined) throw new Fault(`${first} and ${second} must not occur together`);
  const name = first ?? standard;
  if (name === undefined) throw new Fault(`one of ${places.map(nameOf).join(", ")} is required`);
  return name;
}

/** Where a member is read: its name, the member that stands in for it, and whether its `null` is a value and not a gap. */
export type Place = string | { readonly name: string; readonly fallback?: string; readonly nullIsValue?: boolean };

function nameOf(place: Place): string {
  return typeof place === "string" ? place : place.name;
}

/** A member that must be there. */
export function required<T>(object: RawObject, place: Place, codec: Codec<T>): T {
  const found = find(object, place);
  if (found === undefined) throw new Fault("required, but missing").under(nameOf(place));
  return within(found.name, () => codec.read(found.value));
}

/** A member that may be missing. */
export function optional<T>(object: RawObject, place: Place, codec: Codec<T>): T | undefined {
  const found = find(object, place);
  return found === undefined ? undefined : within(found.name, () => codec.read(found.value));
}

/** A member that has a value when it is missing. */
export function defaulted<T>(object: RawObject, place: Place, codec: Codec<T>, json: string): T {
  const found = find(object, place);
  return found === undefined ? codec.read(parseJson(json)) : within(found.name, () => codec.read(found.value));
}

function find(object: RawObject, place: Place): { name: string; value: Raw } | undefined {
  const { name, fallback, nullIsValue } = typeof place === "string" ? { name: place, fallback: undefined, nullIsValue: false } : place;
  for (const key of fallback === undefined ? [name] : [name, fallback]) {
    const value = object.get(key);
    if (value !== undefined && (value !== null || nullIsValue === true)) return { name: key, value };
  }
  return undefined;
}

/** Refuses two members that must not stand together. */
export function exclusive(object: RawObject, a: Place, b: Place): void {
  if (find(object, a) !== undefined && find(object, b) !== undefined) {
    throw new Fault(`${nameOf(a)} and ${nameOf(b)} must not occur together`);
  }
}

/** Puts a member into an object that is being written; `undefined` leaves it out. */
export function put<T>(out: Map<string, Raw>, name: string, codec: Codec<T>, value: T | undefined): void {
  if (value !== undefined) out.set(name, within(name, () => codec.write(value)));
}

/** Puts a member that is always written: `undefined` is written as `null`. */
export function putOrNull<T>(out: Map<string, Raw>, name: string, codec: Codec<T>, value: T | undefined): void {
  out.set(name, value === undefined ? null : within(name, () => codec.write(value)));
}

/** Refuses what is not an object before its members are written. */
export function fields<T>(value: T): T {
  if (value === null || typeof value !== "object") throw new Fault(`expected an object, found ${kindOf(value)}`);
  return value;
}

/** Leaves out the members that are `undefined`. */
export function compact<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value;
}
