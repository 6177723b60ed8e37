// {{ generated }}
/** The protocol's errors as exceptions. */
import * as error from "./error.js";

/** An error of the wire as an exception. An error code that is not known is kept. */
export class ArcpError extends Error {
  override readonly name = "ArcpError";
  readonly code: error.{{ code }};
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly details: error.{{ error }}["details"];

  constructor(payload: Pick<error.{{ error }}, "code"> & Partial<error.{{ error }}>) {
    super(payload.message ?? payload.code);
    this.code = payload.code;
    this.retryable = isRetryable(payload);
    this.details = payload.details;
  }
}

/**
 * Whether an error may be retried: the value that the code pins,
 * or else what the error says, or else the code's default. An error with an unknown code may not, unless it says so.
 */
export function isRetryable(payload: { readonly code: error.{{ code }}; readonly retryable?: boolean | undefined }): boolean {
  const facts = isKnownCode(payload.code) ? error.{{ facts }}[payload.code] : undefined;
  if (facts?.pinned === true) return facts.retryable;
  return payload.retryable ?? facts?.retryable ?? false;
}

/** Whether this version knows a code. */
export function isKnownCode(code: string): code is error.{{ known }} {
  return Object.hasOwn(error.{{ facts }}, code);
}
