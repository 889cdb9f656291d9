import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { CASES } from "./cases/index.ts";
import { type CaseResult, measure } from "./measure.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { type Kind, Participant } from "./participant.ts";
import { report } from "./report.ts";
import type { Results } from "./results.ts";

function talk(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  else if (!text.includes("round")) process.stderr.write(`${text}\n`);
}

async function main(options: Options): Promise<void> {
  const cases = CASES.filter(
    ({ name }) => options.cases.length === 0 || options.cases.some((start) => name.startsWith(start)),
  );
  const load = loadavg()[0] ?? 0;
  for (const data of new Set(cases.map((each) => each.data))) {
    talk(`data of ${data.name}`);
    const folder = join("bench/.work/data", data.name);
    await mkdir(folder, { recursive: true });
    await data.write(folder);
  }
  const missing: Record<string, string> = {};
  const versions: Record<string, Readonly<Record<string, string>>> = {};
  const participants = await gather(options, missing, versions);
  const measured: CaseResult[] = [];
  for (const each of cases) {
    measured.push(await measure(each, participants, options, talk));
    await write(options, load, { versions, missing, cases: measured });
  }
  for (const participant of participants) participant.end();
  talk(`wrote ${join(options.out, "results.json")} and ${join(options.out, "RESULTS.md")}\n`);
}

/** Those who are there, peers first, so that their results are those compared with. */
async function gather(
  { peers, engines, threads }: Options,
  missing: Record<string, string>,
  versions: Record<string, Readonly<Record<string, string>>>,
): Promise<readonly Participant[]> {
  const wanted: readonly (readonly [string, Kind])[] = [
    ...peers.map((name) => [name, "peer"] as const),
    ...engines.map((name) => [name, "engine"] as const),
  ];
  const there: Participant[] = [];
  for (const [name, kind] of wanted) {
    talk(`${name} starts`);
    try {
      const participant = new Participant(name, kind, threads);
      const reply = await participant.ask({ do: "hello" });
      const reason = reply.error ?? reply.missing;
      if (reason !== undefined) {
        participant.end();
        throw new Error(reason);
      }
      versions[name] = reply.versions ?? {};
      there.push(participant);
    } catch (error) {
      missing[name] = error instanceof Error ? error.message : String(error);
      talk(`${name} is left out: ${missing[name]}\n`);
    }
  }
  return there;
}

async function write(
  { threads, rounds, out }: Options,
  load: number,
  found: Pick<Results, "versions" | "missing" | "cases">,
): Promise<void> {
  const processors = cpus();
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      processor: processors[0]?.model ?? "an unknown processor",
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      load,
    },
    threads,
    rounds,
    ...found,
  };
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(out, "RESULTS.md"), report(results));
}

const options = readOptions(process.argv.slice(2));
if (options === "help") process.stdout.write(USAGE);
else await main(options);
