import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataError } from "../../runtime/io/dataError.ts";
import { fileError } from "../../runtime/io/node/files.ts";

/** The file that says which process works in a folder. */
const LOCK = "training.lock";

/** Whom a lock is of. */
interface Holder {
  readonly process: number;
  readonly host: string;
  readonly since: string;
}

/**
 * Keeps a folder for this process until what is given back is called. A lock that a dead process of this machine has
 * left is taken over.
 * @throws DataError IPX8110 that names the process that works there
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, LOCK);
  await acquire(file);
  return () => rm(file, { force: true });
}

async function acquire(file: string): Promise<void> {
  const own: Holder = { process: process.pid, host: hostname(), since: new Date().toISOString() };
  if (await created(file, JSON.stringify(own))) return;
  const text = await readFile(file, "utf8").catch(() => "");
  const holder = holderOf(text);
  const stale = holder?.host === own.host && !isAlive(holder.process);
  if (!stale || !(await removed(file, text)) || !(await created(file, JSON.stringify(own)))) {
    throw taken(file, holder);
  }
}

/** Whether a lock could be written where there was none. */
async function created(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw fileError("IPX8110", file, "cannot be written", error);
  }
}

/**
 * Removes the lock that was read, and no other: it is first given a name of its own, for another process may have taken
 * over the old one meanwhile; such a new lock is put back.
 */
async function removed(file: string, text: string): Promise<boolean> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    return codeOf(error) === "ENOENT";
  }
  const same = (await readFile(aside, "utf8")) === text;
  if (!same) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
  return same;
}

function holderOf(text: string): Holder | null {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== "object" || read === null) return null;
    if (!("process" in read) || !("host" in read) || !("since" in read)) return null;
    const { process: id, host, since } = read;
    return typeof id === "number" && typeof host === "string" && typeof since === "string"
      ? { process: id, host, since }
      : null;
  } catch {
    return null;
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function taken(file: string, holder: Holder | null): DataError {
  const who =
    holder === null
      ? "Another process"
      : `Process ${holder.process} on ${holder.host}, since ${holder.since},`;
  return new DataError(
    "IPX8110",
    {
      what: `Another training works in this folder: ${file}.`,
      why: `${who} writes its checkpoints and weights there.`,
      hint: "Wait for it, or name another folder in `out`. If that process is no training any more, delete the file.",
    },
    { file },
  );
}
