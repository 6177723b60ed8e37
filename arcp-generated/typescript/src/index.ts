// @generated from schema/ by `cargo run -p codegen`; do not edit.
/**
 * The types of ARCP v1.1: {@link decodeEnvelope}, {@link encodeEnvelope}, and a namespace for each room of the schema.
 *
 * The protocol is that of the ARCP specification (CC BY 4.0).
 */
export * as common from "./common.js";
export * as credential from "./credential.js";
export * as error from "./error.js";
export * as event from "./event.js";
export * as job from "./job.js";
export * as lease from "./lease.js";
export * as session from "./session.js";
export * from "./envelope.js";
export { ArcpError, isKnownCode, isRetryable } from "./errors.js";
export { DecodeError, EncodeError } from "./fault.js";
export { decode, encode, type Codec } from "./codec.js";
export { Decimal, formatJson, Json, JsonObject, parseJson, RawNumber, type Raw, type RawObject } from "./json.js";
export { describe } from "./describe.js";
export { Secret } from "./secret.js";
export { KINDS, MESSAGES, type Carry, type Direction, type KindFacts, type MessageFacts } from "./registry.js";
export * as limits from "./limits.js";
