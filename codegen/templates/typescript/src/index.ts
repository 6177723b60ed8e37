// {{ generated }}
/**
 * The types of ARCP v{{ version }}: {@link decodeEnvelope}, {@link encodeEnvelope}, and a namespace for each room of the schema.
 *
 * The protocol is that of the ARCP specification (CC BY 4.0).
 */
{%- for room in rooms %}
export * as {{ room }} from "./{{ room }}.js";
{%- endfor %}
export * from "./envelope.js";
export { ArcpError, isKnownCode, isRetryable } from "./errors.js";
export { DecodeError, EncodeError } from "./fault.js";
export { decode, encode, type Codec } from "./codec.js";
export { Decimal, formatJson, Json, JsonObject, parseJson, RawNumber, type Raw, type RawObject } from "./json.js";
export { describe } from "./describe.js";
export { Secret } from "./secret.js";
export { KINDS, MESSAGES, type Carry, type Direction, type KindFacts, type MessageFacts } from "./registry.js";
export * as limits from "./limits.js";
