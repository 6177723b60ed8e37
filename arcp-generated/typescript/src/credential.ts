// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** Credentials that the runtime provisions for one job. */
import * as codec from "./codec.js";
import * as common from "./common.js";
import * as lease from "./lease.js";


/** How a credential is used. A client skips a credential whose scheme it does not know. (§9.8) */
export type KnownCredentialScheme =
  | "bearer";

/** How a credential is used. A client skips a credential whose scheme it does not know. (§9.8) */
export type CredentialScheme = KnownCredentialScheme | (string & {});
export const CredentialScheme: codec.Codec<CredentialScheme> = codec.text(0, 128);
/** What is known about each value of {@link CredentialScheme}, by value. */
export const CREDENTIAL_SCHEME_FACTS = {
  "bearer": { name: "Bearer", description: "As a bearer token in the `Authorization` header.", section: "15" },
} as const satisfies { readonly [value in KnownCredentialScheme]: object };

/** The secret of a credential. It is shown to the principal that submitted the job, and to nobody else. (§9.8) */
export type CredentialValue = codec.Secret;
export const CredentialValue: codec.Codec<CredentialValue> = codec.secret(codec.text(1, 65536));

/** The base URL at which a credential is good. (§9.8) */
export type Endpoint = string;
export const Endpoint: codec.Codec<Endpoint> = codec.text(8, 2048, new RegExp("^https?://\\S+$", "u"));

/** Access to one upstream service, bounded by the lease and revoked when the job ends. (§9.8) */
export interface Credential {
  /** Names it within the job. */
  readonly id: common.CredentialId;
  /** How to use it. */
  readonly scheme: CredentialScheme;
  /** The secret. */
  readonly value: CredentialValue;
  /** Where to use it, and nowhere else. */
  readonly endpoint: Endpoint;
  /** Which API is spoken there, such as `openai`, `anthropic` or `generic`. A hint. */
  readonly profile?: string | undefined;
  /** What the upstream enforces. What is missing here may still be bounded by the lease. */
  readonly constraints?: CredentialConstraints | undefined;
}
export const Credential: codec.Codec<Credential> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      id: codec.required(object, "id", common.CredentialId),
      scheme: codec.required(object, "scheme", CredentialScheme),
      value: codec.required(object, "value", CredentialValue),
      endpoint: codec.required(object, "endpoint", Endpoint),
      profile: codec.optional(object, "profile", codec.text(1, 128)),
      constraints: codec.optional(object, "constraints", CredentialConstraints),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "id", common.CredentialId, value.id);
    codec.put(out, "scheme", CredentialScheme, value.scheme);
    codec.put(out, "value", CredentialValue, value.value);
    codec.put(out, "endpoint", Endpoint, value.endpoint);
    codec.put(out, "profile", codec.text(1, 128), value.profile);
    codec.put(out, "constraints", CredentialConstraints, value.constraints);
    return out;
  },
};

/** The part of the lease that the upstream enforces, for information. (§9.8) */
export interface CredentialConstraints {
  /** What may be spent with it. (§9.6) */
  readonly "cost.budget"?: readonly lease.Amount[] | undefined;
  /** The models that it reaches. (§9.7) */
  readonly "model.use"?: readonly lease.Pattern[] | undefined;
  /** When it ends. (§9.5) */
  readonly expires_at?: common.Expiry | undefined;
}
export const CredentialConstraints: codec.Codec<CredentialConstraints> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      "cost.budget": codec.optional(object, "cost.budget", codec.list(lease.Amount, 0, 64, false)),
      "model.use": codec.optional(object, "model.use", codec.list(lease.Pattern, 0, 1024, false)),
      expires_at: codec.optional(object, "expires_at", common.Expiry),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "cost.budget", codec.list(lease.Amount, 0, 64, false), value["cost.budget"]);
    codec.put(out, "model.use", codec.list(lease.Pattern, 0, 1024, false), value["model.use"]);
    codec.put(out, "expires_at", common.Expiry, value.expires_at);
    return out;
  },
};
