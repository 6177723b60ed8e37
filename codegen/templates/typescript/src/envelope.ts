// {{ generated }}
{{ head }}
{%- for room in imports %}
import * as {{ room }} from "./{{ room }}.js";
{%- endfor %}
import { DecodeError, EncodeError, Fault } from "./fault.js";
import { formatJson, Json, JsonObject, parseJson, type Raw } from "./json.js";
{% include "typescript/src/types.ts" %}

/** The value of `arcp` on every frame that is written. */
export const VERSION = "{{ version }}";

/** What every frame carries beside its type and payload. */
export interface Head {
{%- for member in members %}
{{ member.doc }}
  readonly {{ member.key }}{{ member.mark }}: {{ member.ty }};
{%- endfor %}
  /** Members named `x-vendor.*`, kept as they came. */
  readonly vendor?: JsonObject | undefined;
}
{%- for message in messages %}

{{ message.doc }}
export interface {{ message.name }} extends Head {
  readonly type: {{ message.tag }};
{%- for need in message.needs %}
  readonly {{ need.key }}: {{ need.ty }};
{%- endfor %}
  readonly payload: {{ message.ty }};
}
{%- endfor %}

/** A message that this version does not know. It is written back as it came. */
export interface UnknownMessage extends Head {
  readonly type: "unknown";
  /** What `type` says on the wire. */
  readonly wire: string;
  readonly payload: {{ unknown.ty }};
}

/** The wire types of the messages. */
export type MessageType =
{%- for message in messages %}
  | {{ message.tag }}
{%- endfor %};

/** A frame, told apart by `type`. */
export type Envelope =
{%- for message in messages %}
  | {{ message.name }}
{%- endfor %}
  | UnknownMessage;

/**
 * Reads a frame.
 *
 * Throws a {@link DecodeError} that names the message and the place: `session.hello: at payload.client.name: expected a string`.
 * A type, kind or code that is not known is kept; a known one with a bad body is refused.
 */
export function decodeEnvelope(text: string): Envelope {
  let subject = "frame";
  try {
    const raw = parseJson(text);
    subject = subjectOf(raw);
    return Envelope.read(raw);
  } catch (fault) {
    throw fault instanceof Fault ? new DecodeError(subject, fault.path, fault.reason) : fault;
  }
}

/** Writes a frame as compact JSON. Throws an {@link EncodeError} for what {@link decodeEnvelope} would refuse. */
export function encodeEnvelope(envelope: Envelope): string {
  let subject = "frame";
  try {
    const raw = Envelope.write(envelope);
    subject = subjectOf(raw);
    Envelope.read(raw);
    return formatJson(raw);
  } catch (fault) {
    throw fault instanceof Fault ? new EncodeError(subject, fault.path, fault.reason) : fault;
  }
}

function subjectOf(raw: Raw): string {
  const type = raw instanceof Map ? (raw as ReadonlyMap<string, Raw>).get("type") : undefined;
  return typeof type === "string" && type !== "" ? type.slice(0, 128) : "frame";
}

const VENDOR = "x-vendor.";

/** The frame as a codec, for callers that hold parsed JSON. */
export const Envelope: codec.Codec<Envelope> = {
  read(raw) {
    const object = codec.members(raw);
    const vendor = [...object].filter(([name]) => name.startsWith(VENDOR));
    const head: Head = codec.compact({
{%- for member in members %}
      {{ member.key }}: {{ member.read }},
{%- endfor %}
      vendor: vendor.length === 0 ? undefined : JsonObject.read(new Map(vendor)),
    });
    const type = {{ read_type }};
    switch (type) {
{%- for message in messages %}
      case {{ message.tag }}:
        return { type, ...head
{%- if !message.needs.is_empty() -%}
, ...need(head{% for need in message.needs %}, {{ need.wire }}{% endfor %})
{%- endif -%}
, payload: codec.required(object, "payload", {{ message.codec }}) };
{%- endfor %}
      default:
        return { type: "unknown", wire: type, ...head, payload: {{ unknown.read }} };
    }
  },
  write(envelope) {
    codec.fields(envelope);
    const out = new Map<string, Raw>();
{%- for member in leading %}
    codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, envelope{{ member.access }});
{%- endfor %}
    out.set("type", envelope.type === "unknown" ? envelope.wire : envelope.type);
{%- for member in trailing %}
    codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, envelope{{ member.access }});
{%- endfor %}
    for (const [name, value] of Object.entries(envelope.vendor ?? {})) {
      if (!name.startsWith(VENDOR)) throw new Fault(`a vendor member must start with ${VENDOR}`).under(name);
      codec.put(out, name, Json, value);
    }
    switch (envelope.type) {
{%- for message in messages %}
      case {{ message.tag }}:
        codec.put(out, "payload", {{ message.codec }}, envelope.payload);
        break;
{%- endfor %}
      default:
        codec.put(out, "payload", {{ unknown.codec }}, envelope.payload);
    }
    return out;
  },
};

/** Insists on members of the head that a message cannot do without. */
function need<K extends keyof Head>(head: Head, ...names: K[]): { [N in K]-?: NonNullable<Head[N]> } {
  const out: Partial<Record<K, unknown>> = {};
  for (const name of names) {
    if (head[name] === undefined) throw new Fault("required, but missing").under(name);
    out[name] = head[name];
  }
  return out as { [N in K]-?: NonNullable<Head[N]> };
}
