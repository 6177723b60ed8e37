// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** What a job may do: capabilities, amounts and constraints. */
import * as codec from "./codec.js";
import * as common from "./common.js";


/** What an authority is about. Beside the seven that are reserved there are those of vendors; any other name is refused. (§9.2) */
export type KnownCapabilityName =
  | "fs.read"
  | "fs.write"
  | "net.fetch"
  | "tool.call"
  | "agent.delegate"
  | "cost.budget"
  | "model.use";

/** What an authority is about. Beside the seven that are reserved there are those of vendors; any other name is refused. (§9.2) */
export type CapabilityName = KnownCapabilityName | (string & {});
export const CapabilityName: codec.Codec<CapabilityName> = codec.text(0, 128, new RegExp("^(fs\\.read|fs\\.write|net\\.fetch|tool\\.call|agent\\.delegate|cost\\.budget|model\\.use|x-vendor(\\.[a-z0-9_-]+)+)$", "u"));
/** What is known about each value of {@link CapabilityName}, by value. */
export const CAPABILITY_NAME_FACTS = {
  "fs.read": { name: "FsRead", description: "Reading files; patterns are path globs.", section: "9.2" },
  "fs.write": { name: "FsWrite", description: "Writing files; patterns are path globs.", section: "9.2" },
  "net.fetch": { name: "NetFetch", description: "HTTP requests; patterns are URL globs without query and fragment.", section: "9.2" },
  "tool.call": { name: "ToolCall", description: "Calling tools; patterns are globs of tool names.", section: "9.2" },
  "agent.delegate": { name: "AgentDelegate", description: "Handing work to other agents; patterns are globs of agent names, or of `name@version` where the pattern has an `@`.", section: "10" },
  "cost.budget": { name: "CostBudget", description: "Spending; each pattern is an amount, and amounts of one currency add up.", section: "9.6", feature: "cost.budget" },
  "model.use": { name: "ModelUse", description: "Invoking models; patterns are globs of model names.", section: "9.7", feature: "model.use" },
} as const satisfies { readonly [value in KnownCapabilityName]: object };

/**
 * What a grant covers, in the language of its capability. In a glob `*` stands for any run of characters but `/`, and a segment `**`
 * for any number of segments; everything else is literal. (§9.2)
 */
export type Pattern = string;
export const Pattern: codec.Codec<Pattern> = codec.text(1, 4096, new RegExp("^[^\\x00]+$", "u"));

/** A sum of one currency, such as `USD:5.00`: at most 18 digits before the point and 9 behind it. (§9.6) */
export type Amount = string;
export const Amount: codec.Codec<Amount> = codec.text(3, 61, new RegExp("^[A-Za-z][A-Za-z0-9_-]{0,31}:[0-9]{1,18}(\\.[0-9]{1,9})?$", "u"));

/**
 * What a job may do: for each capability the patterns that it covers. A capability that is missing, or has no pattern, grants
 * nothing. The patterns of `cost.budget` are amounts. (§9.1)
 */
export type Lease = { readonly [key: string]: readonly Pattern[] };
export const Lease: codec.Codec<Lease> = {
  read: (raw) => codec.map(CapabilityName, codec.list(Pattern, 0, 1024, false)).read(raw),
  write: (value) => codec.map(CapabilityName, codec.list(Pattern, 0, 1024, false)).write(value),
};

/** What bounds a lease as a whole. (§9.5) */
export interface LeaseConstraints {
  /**
   * When the authority ends. It must lie in the future when the job is submitted.
   * Needs the feature `lease_expires_at`.
   */
  readonly expires_at?: common.Expiry | undefined;
}
export const LeaseConstraints: codec.Codec<LeaseConstraints> = {
  read(raw) {
    const object = codec.members(raw);
    return codec.compact({
      expires_at: codec.optional(object, "expires_at", common.Expiry),
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    codec.put(out, "expires_at", common.Expiry, value.expires_at);
    return out;
  },
};

/** How much of each currency there is. (§9.6) */
export type Budget = { readonly [key: string]: common.Decimal };
export const Budget: codec.Codec<Budget> = {
  read: (raw) => codec.map(common.Currency, common.Decimal).read(raw),
  write: (value) => codec.map(common.Currency, common.Decimal).write(value),
};
