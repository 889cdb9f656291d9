import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** Compares a text with a file under test/golden; UPDATE_GOLDEN=1 writes the file. */
export function expectGolden(path: string, text: string): void {
  const file = new URL(`golden/${path}`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}
