// {{ generated }}
import { Fault } from "./fault.js";
import { kindOf, type Raw } from "./json.js";

/** A string that never prints: `String(secret)`, `JSON.stringify(secret)` and `console.log(secret)` show `***`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Do not log it. */
  reveal(): string {
    return this.#value;
  }

  /** Whether both hold the same value, in time that depends on their lengths only. */
  equals(other: Secret): boolean {
    const [a, b] = [this.#value, other.#value];
    let difference = a.length ^ b.length;
    for (let i = 0; i < a.length; i += 1) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % (b.length || 1));
    return difference === 0;
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "***";
  }

  static read(raw: Raw): Secret {
    if (typeof raw !== "string") throw new Fault(`expected a string, found ${kindOf(raw)}`);
    return new Secret(raw);
  }

  static write(value: Secret): Raw {
    if (!(value instanceof Secret)) throw new Fault("expected a Secret");
    return value.reveal();
  }
}
