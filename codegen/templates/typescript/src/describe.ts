// {{ generated }}
/** Shows a decoded value for logs: secrets as `***`, exact numbers by their digits. This is not the wire's JSON. */
export function describe(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item)) ?? "undefined";
}
