import { resolve } from "node:path";
import type { Case } from "./cases/case.ts";
import type { KernelShare } from "./kernels.ts";
import type { Participant } from "./participant.ts";

/** Where the time of one run of a case goes on an engine, kernels being timed. */
export interface Profile {
  readonly case: string;
  readonly engine: string;
  /** of a run */
  readonly seconds: number;
  /** in the order of their time */
  readonly kernels: readonly KernelShare[];
}

/** Seconds until native code for fused kernels is there, and the least of what is looked at. */
const WARM = 2;
const LOOK = 0.5;
const MOST_RUNS = 1000;

/**
 * Runs a case on an engine and asks for its kernels.
 * @throws Error where the engine cannot run it
 */
export async function profileOf(wanted: Case, participant: Participant): Promise<Profile> {
  const asked = async (request: Parameters<Participant["ask"]>[0]) => {
    const reply = await participant.ask(request);
    if (reply.error !== undefined) throw new Error(`${wanted.name} on ${participant.name}: ${reply.error}`);
    return reply;
  };
  const folder = resolve("bench/.work/data", wanted.data.name);
  await asked({ do: "open", case: wanted.name, folder });
  const start = performance.now();
  let last = 0;
  while (performance.now() - start < 1000 * WARM)
    last = (await asked({ do: "time", repeats: 1 })).seconds ?? 0;
  const repeats = Math.min(MOST_RUNS, Math.max(1, Math.ceil(LOOK / Math.max(last, 1e-6))));
  const { seconds = 0, kernels = [] } = await asked({ do: "profile", repeats });
  await asked({ do: "close" });
  return { case: wanted.name, engine: participant.name, seconds, kernels };
}
