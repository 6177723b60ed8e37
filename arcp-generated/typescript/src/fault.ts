// @generated from schema/ by `cargo run -p codegen`; do not edit.
/**
 * Why a value was refused, and where.
 *
 * A `Fault` travels inside a reader or writer; callers see a {@link DecodeError} or an {@link EncodeError}.
 */

/** A refusal whose path grows while it travels outwards. */
export class Fault extends Error {
  #path = "";

  constructor(readonly reason: string) {
    super(reason);
    this.name = "Fault";
  }

  /** The place of the fault: `payload.jobs[2].lease["fs.read"][0]`. Empty for the whole value. */
  get path(): string {
    return this.#path;
  }

  /** Says that the fault lies below a member or a list index. */
  under(step: string | number): this {
    const head = typeof step === "number" ? `[${step}]` : PLAIN.test(step) ? step : `[${JSON.stringify(step)}]`;
    const dot = this.#path === "" || this.#path.startsWith("[") ? "" : ".";
    this.#path = head + dot + this.#path;
    return this;
  }
}

const PLAIN = /^[A-Za-z0-9_]+$/;

/** What {@link DecodeError} and {@link EncodeError} share. */
abstract class WireError extends Error {
  constructor(
    /** What was read or written: a wire type such as `session.hello`, or `frame` when none is known. */
    readonly subject: string,
    /** The place of the fault, empty for the whole value. */
    readonly path: string,
    /** What is wrong there. */
    readonly reason: string,
  ) {
    super(path === "" ? `${subject}: ${reason}` : `${subject}: at ${path}: ${reason}`);
  }
}

/** A text that is not a value of the wire: `session.hello: at payload.client.name: expected a string`. */
export class DecodeError extends WireError {
  override readonly name = "DecodeError";
}

/** A value that may not be written. */
export class EncodeError extends WireError {
  override readonly name = "EncodeError";
}
