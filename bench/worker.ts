import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { writeNpy } from "ipc/runtime";
import type { Opened } from "./cases/case.ts";
import { CASES } from "./cases/index.ts";
import { openOperations } from "./engines.ts";
import { type WatchedOperations, watchedOperations } from "./kernels.ts";
import { type Reply, type Request, WATCHED } from "./protocol.ts";

/** `worker.js ENGINE [watched]`: serves requests, a line of JSON each, until its input ends. */
const [name = "wasm", kind] = process.argv.slice(2);
let seen: WatchedOperations | null = null;
let open: Opened | null = null;

async function answer(request: Request): Promise<Reply> {
  switch (request.do) {
    case "hello": {
      if (kind === WATCHED) seen = watchedOperations(name);
      else await openOperations(name);
      return { versions: versions(name) };
    }
    case "open": {
      const wanted = CASES.find((each) => each.name === request.case);
      if (wanted === undefined) return { missing: "no such case" };
      open = await wanted.open({
        operations: seen?.operations ?? (await openOperations(name)),
        engine: name,
        folder: request.folder,
      });
      return {};
    }
    case "check": {
      const { result, notes = {} } = await opened().check();
      await writeFile(request.file, writeNpy(result));
      return { notes };
    }
    case "time":
      return { seconds: await opened().time(request.repeats) };
    case "profile": {
      if (seen === null) throw new Error("this worker does not see its kernels");
      seen.shares(1);
      const seconds = await opened().time(request.repeats);
      return { seconds: seconds / request.repeats, kernels: seen.shares(request.repeats) };
    }
    case "close":
      await open?.close();
      open = null;
      return {};
  }
}

function opened(): Opened {
  if (open === null) throw new Error("no case is open");
  return open;
}

function versions(engine: string): Readonly<Record<string, string>> {
  const file = engine === "tfjs-wasm" ? "node_modules/@tensorflow/tfjs-core/package.json" : "package.json";
  const { name: named, version }: { name: string; version: string } = JSON.parse(readFileSync(file, "utf8"));
  return { [named]: version, node: process.version };
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: Reply;
  try {
    reply = await answer(JSON.parse(line));
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);
