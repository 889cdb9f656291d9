import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { STOCK } from "./engines.ts";
import { type Reply, type Request, WATCHED } from "./protocol.ts";

/** The Python of the peers, as bench/peers/setup.sh installs it. */
const PYTHON = "bench/.peers/bin/python";

/** An engine of ipc, or a peer. */
export type Kind = "engine" | "peer";

/** Somebody who computes the cases, in a process that lives as long as the run. */
export class Participant {
  readonly name: string;
  readonly kind: Kind;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting: ((reply: Reply) => void)[] = [];

  /**
   * `isWatched` for an engine whose kernels are timed.
   * @throws Error where there is nothing to start
   */
  constructor(name: string, kind: Kind, threads: number, isWatched = false) {
    this.name = name;
    this.kind = kind;
    const [program = "", ...words] = pinned(threads, [
      ...commandOf(name, kind),
      ...(isWatched ? [WATCHED] : []),
    ]);
    this.child = spawn(program, words, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...environment(threads) },
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.waiting.shift()?.(JSON.parse(line));
    });
    const ended = (reason: string) => () => {
      for (const resolve of this.waiting.splice(0)) resolve({ error: reason });
    };
    this.child.once("error", ended("its process did not start"));
    this.child.once("close", ended("its process ended"));
    this.child.stdin.on("error", ended("its process ended"));
  }

  /** Asks, and waits for the answer; a process that ends answers with an error. */
  ask(request: Request): Promise<Reply> {
    if (this.child.exitCode !== null) return Promise.resolve({ error: "its process has ended" });
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Lets the process end. */
  end(): void {
    this.child.stdin.end();
  }
}

function commandOf(name: string, kind: Kind): readonly string[] {
  if (kind === "engine" || name === STOCK) {
    return [process.execPath, fileURLToPath(new URL("worker.js", import.meta.url)), name];
  }
  if (!existsSync(PYTHON)) throw new Error("the peers are not installed: run bench/peers/setup.sh");
  return [PYTHON, "bench/peers/worker.py", name];
}

/** The command on as many cores as threads, where the machine has more and can pin. */
function pinned(threads: number, command: readonly string[]): readonly string[] {
  if (availableParallelism() <= threads || spawnSync("taskset", ["--version"]).status !== 0) return command;
  return ["taskset", "--cpu-list", `0-${threads - 1}`, ...command];
}

/** The variables with which a participant is started, beside those of this process. */
export function environment(threads: number): Readonly<Record<string, string>> {
  const names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"];
  return {
    ...Object.fromEntries(names.map((name) => [name, String(threads)])),
    BENCH_THREADS: String(threads),
    CUDA_VISIBLE_DEVICES: "",
    // what WebGPU computes in software is no figure of it
    IPC_WEBGPU_SOFTWARE: "0",
    JAX_PLATFORMS: "cpu",
    PYTHONUNBUFFERED: "1",
    TORCHINDUCTOR_CACHE_DIR: "bench/.work/inductor",
  };
}
