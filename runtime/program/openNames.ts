import type { Known } from "./definition.ts";

/** A name was read that is not known yet, because sizes are open that only inputs fix. */
export class OpenName extends Error {
  override readonly name = "OpenName";
  readonly read: string;

  constructor(read: string) {
    super(`\`${read}\` is not known yet.`);
    this.read = read;
  }
}

/** The same names; reading one that is missing throws OpenName. */
export function guarded(known: Known): Known {
  return new Proxy(known, {
    // a reader that asks first is to meet the same answer
    has: () => true,
    get: (names, name, receiver) => {
      if (typeof name === "string" && !(name in names)) throw new OpenName(name);
      return Reflect.get(names, name, receiver) as unknown;
    },
  });
}
