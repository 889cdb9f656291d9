import type { CaseResult, Measured } from "./measure.ts";
import { type Floors, floorOf, floorsOf } from "./floors.ts";
import { profileLines } from "./profileReport.ts";
import type { Results } from "./results.ts";
import { milliseconds } from "./units.ts";

/** RESULTS.md of a run: one line a case, then every participant of every case. */
export function report(results: Results): string {
  const floors = floorsOf(results);
  const engines = [...new Set(results.cases.flatMap((each) => of(each, "engine").map((m) => m.participant)))];
  return [
    "# Measured side by side",
    "",
    "Written by `npm run bench`; `README.md` says how to read it. Times in milliseconds.",
    "",
    ...machineLines(results, floors),
    "",
    `| case | best peer | floor | ${engines.map((engine) => `${engine} | ratio`).join(" | ")} |`,
    `| --- | --- | --- | ${engines.map(() => "--- | ---").join(" | ")} |`,
    ...results.cases.map((each) => summaryLine(each, engines, floors)),
    "",
    "A ratio is the median over that of the best peer; below 1 is faster.",
    "",
    ...results.cases.flatMap((each) => [
      ...caseLines(each),
      "",
      ...results.profiles
        .filter((profile) => profile.case === each.name)
        .flatMap((profile) => [...profileLines(profile, floors), ""]),
    ]),
  ].join("\n");
}

function machineLines(
  { date, machine, threads, rounds, versions, missing }: Results,
  floors: Floors,
): string[] {
  const { processor, cores, memoryGiB, system, load } = machine;
  const names = Object.entries(versions).map(
    ([name, parts]) =>
      `${name} (${Object.entries(parts)
        .map(([part, version]) => `${part} ${version}`)
        .join(", ")})`,
  );
  const absent = Object.entries(missing).map(([name, reason]) => `${name} (${reason})`);
  return [
    `- ${date}; ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}; load at the start ${load.toFixed(2)}.`,
    `- ${threads} threads each, ${rounds} interleaved rounds at most.`,
    `- Participants: ${names.join("; ")}.`,
    `- Missing: ${absent.length === 0 ? "nobody" : absent.join("; ")}.`,
    `- Floors: ${floors.flops === null ? "products not measured" : `${(floors.flops / 1e9).toFixed(0)} GFLOP/s in products`}, ` +
      `${floors.bytes === null ? "memory not measured" : `${(floors.bytes / 1e9).toFixed(1)} GB/s from memory`}.`,
  ];
}

function of({ participants }: CaseResult, kind: Measured["kind"]): readonly Measured[] {
  return participants.filter((each) => each.kind === kind);
}

function bestPeer(result: CaseResult): { readonly name: string; readonly median: number } | null {
  const timed = of(result, "peer").flatMap(({ participant, statistics }) =>
    statistics === null ? [] : [{ name: participant, median: statistics.median }],
  );
  return timed.toSorted((a, b) => a.median - b.median)[0] ?? null;
}

function summaryLine(result: CaseResult, engines: readonly string[], floors: Floors): string {
  const peer = bestPeer(result);
  const floor = floorOf(result, floors);
  const cells = engines.flatMap((engine) => {
    const statistics = result.participants.find(({ participant }) => participant === engine)?.statistics;
    if (statistics == null) return ["-", "-"];
    const { median } = statistics;
    return [milliseconds(median), peer === null ? "-" : (median / peer.median).toFixed(2)];
  });
  return `| ${[
    result.title,
    peer === null ? "-" : `${peer.name} ${milliseconds(peer.median)}`,
    floor === null ? "-" : milliseconds(floor),
    ...cells,
  ].join(" | ")} |`;
}

function caseLines(result: CaseResult): string[] {
  const { name, title, compared, tolerance, participants } = result;
  const peer = bestPeer(result);
  const check =
    compared === null
      ? "Nobody had a result."
      : `Results are compared with those of ${compared}; they may differ by ${tolerance}, relative, where no other bound stands in the case.`;
  return [
    `## ${name}`,
    "",
    `${title}. ${check}`,
    "",
    "| participant | median | quartiles | least | rounds x runs | ratio | difference | notes |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...participants.map((each) => participantLine(each, peer?.median ?? null)),
  ];
}

function participantLine(measured: Measured, best: number | null): string {
  const { participant, statistics, reason, difference, repeats, notes } = measured;
  const said = Object.entries(notes).map(([note, value]) => `${note} ${value}`);
  const times =
    statistics === null
      ? ["-", "-", "-", "-", "-"]
      : [
          milliseconds(statistics.median),
          `${milliseconds(statistics.firstQuartile)} to ${milliseconds(statistics.thirdQuartile)}`,
          milliseconds(statistics.least),
          `${statistics.rounds} x ${repeats}`,
          best === null ? "-" : (statistics.median / best).toFixed(2),
        ];
  const cells = [
    participant,
    ...times,
    difference === null ? "-" : difference.toExponential(1),
    [...said, ...(reason === null ? [] : [oneLine(reason)])].join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}

function oneLine(text: string): string {
  return text.split("\n")[0]?.replaceAll("|", "/").slice(0, 200) ?? "";
}
