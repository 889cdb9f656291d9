import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import type { Case } from "./cases/case.ts";
import { CASES } from "./cases/index.ts";
import { type CaseResult, measure } from "./measure.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { type Kind, Participant } from "./participant.ts";
import { type Profile, profileOf } from "./profile.ts";
import { report } from "./report.ts";
import type { Results } from "./results.ts";

function talk(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  else if (!text.includes("round")) process.stderr.write(`${text}\n`);
}

/** The cases that are asked for, whose data are there afterwards. */
async function prepared({ cases: starts }: Options): Promise<readonly Case[]> {
  const cases = CASES.filter(
    ({ name }) => starts.length === 0 || starts.some((start) => name.startsWith(start)),
  );
  for (const data of new Set(cases.map((each) => each.data))) {
    talk(`data of ${data.name}`);
    const folder = join("bench/.work/data", data.name);
    await mkdir(folder, { recursive: true });
    await data.write(folder);
  }
  return cases;
}

async function main(options: Options): Promise<void> {
  const load = loadavg()[0] ?? 0;
  const cases = await prepared(options);
  const missing: Record<string, string> = {};
  const versions: Record<string, Readonly<Record<string, string>>> = {};
  const participants = await gather(options, missing, versions);
  const measured: CaseResult[] = [];
  for (const each of cases) {
    measured.push(await measure(each, participants, options, talk));
    await write(options, resultsOf(options, load, { versions, missing, cases: measured }));
  }
  for (const participant of participants) participant.end();
  talk(`wrote ${join(options.out, "results.json")} and ${join(options.out, "RESULTS.md")}\n`);
}

/** Adds the kernels of cases to the results that are there, in place of those of the same cases before. */
async function addProfiles(options: Options): Promise<void> {
  const file = join(options.out, "results.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) throw new Error(`There is no ${file} to add to: measure without --profile first.`);
  const results: Results = { profiles: [], ...JSON.parse(text) };
  const cases = (await prepared(options)).filter(({ isProcess }) => isProcess !== true);
  const profiles: Profile[] = results.profiles.filter(
    (before) => !cases.some(({ name }) => name === before.case),
  );
  for (const name of options.engines.filter((engine) => PROFILED.has(engine))) {
    const engine = new Participant(name, "engine", options.threads, true);
    const { error } = await engine.ask({ do: "hello" });
    if (error !== undefined) talk(`${name} is left out: ${error}\n`);
    for (const each of error === undefined ? cases : []) {
      talk(`${each.name}: kernels of ${name}`);
      try {
        profiles.push(await profileOf(each, engine));
      } catch (error) {
        talk(`${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    engine.end();
  }
  await write(options, { ...results, profiles });
  talk(`added ${profiles.length} profiles to ${file} and ${join(options.out, "RESULTS.md")}\n`);
}

/** Engines whose kernels are ours. */
const PROFILED: ReadonlySet<string> = new Set(["wasm", "native"]);

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

function resultsOf(
  { threads, rounds }: Options,
  load: number,
  found: Pick<Results, "versions" | "missing" | "cases">,
): Results {
  const processors = cpus();
  return {
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
    profiles: [],
  };
}

async function write({ out }: Options, results: Results): Promise<void> {
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(out, "RESULTS.md"), report(results));
}

const options = readOptions(process.argv.slice(2));
if (options === "help") process.stdout.write(USAGE);
else if (options.profile) await addProfiles(options);
else await main(options);
