import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { main } from "../../cli/command.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writeNpy } from "../../runtime/io/npy.ts";

/** The folder of the project's programs. */
export const PROGRAMS = new URL("../../programs/", import.meta.url).pathname;

/** What a command said, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly talk: string;
}

/** Runs a command in this process; a fault of ipc itself fails the test. */
export async function ipc(...argv: readonly string[]): Promise<Outcome> {
  return ipcUntil(new AbortController().signal, argv);
}

/** Runs a command that `signal` interrupts. */
export async function ipcUntil(signal: AbortSignal, argv: readonly string[]): Promise<Outcome> {
  const said = { out: "", talk: "" };
  const code = await main(argv, {
    out: (text) => void (said.out += text),
    talk: (text) => void (said.talk += text),
    colour: { out: false, talk: false },
    live: false,
    interruptible: (work) => work(signal),
  });
  expect(said.talk, argv.join(" ")).not.toMatch(/^bug:|^\s+at .*\(.*:\d+:\d+\)/mu);
  return { code, ...said };
}

/** Runs a command that must end well, and says what it said otherwise. */
export async function fine(...argv: readonly string[]): Promise<Outcome> {
  const outcome = await ipc(...argv);
  expect(outcome.code, `${argv.join(" ")}\n${outcome.talk}${outcome.out}`).toBe(0);
  return outcome;
}

/** Runs a command that must end with `code` and say `what`; gives what it said. */
export async function refused(code: 1 | 2, what: RegExp, ...argv: readonly string[]): Promise<Outcome> {
  const outcome = await ipc(...argv);
  expect(outcome.talk, argv.join(" ")).toMatch(what);
  expect(outcome.code, outcome.talk).toBe(code);
  return outcome;
}

/** A folder of this test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ipc-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes a text and gives its path. */
export function file(folder: string, name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Writes an array as npy and gives its path. */
export function npy(folder: string, name: string, array: HostArray): string {
  return file(folder, name, writeNpy(array));
}

/** A real array of a shape, its entries by their index. */
export function filled(shape: readonly number[], entry: (index: number) => number): HostArray {
  const length = shape.reduce((product, extent) => product * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, (_, index) => entry(index)),
  );
}

/** The names in a folder, sorted. */
export function names(folder: string): readonly string[] {
  return readdirSync(folder).sort();
}
