import { readFileSync } from "node:fs";

/** The bytes of a file in test/fixtures. */
export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
}

/** A JSON file in test/fixtures, trusted to have the shape that its script gives it. */
export function fixtureJson<T>(name: string): T {
  return JSON.parse(new TextDecoder().decode(fixtureBytes(name))) as T;
}
