import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { Failure } from "../failure.ts";
import { type Assignment, namesIn } from "./assignment.ts";
import { evaluate } from "./evaluate.ts";
import { type FileArrays, readFiles } from "./readFiles.ts";
import type { Thing } from "./thing.ts";
import { type GivenMaps, type MapReading, readMaps } from "./trainedCall.ts";

/**
 * The things that assignments stand for, each after those that it reads. `names` are known from elsewhere.
 * Files are read relative to the folder of `reading`, if they are not among those that are read already.
 * @throws Failure; IPX8405 where assignments need each other
 */
export async function bindNames(
  reading: MapReading,
  assignments: readonly Assignment[],
  names: ReadonlyMap<string, Thing>,
  before: FileArrays | null = null,
): Promise<ReadonlyMap<string, Thing>> {
  const { operations, folder } = reading;
  const files = before ?? (await filesOf(assignments, folder));
  const maps: GivenMaps = new Map(
    (await Promise.all(assignments.map(({ expression }) => readMaps(expression, reading)))).flatMap(
      (read) => [...read],
    ),
  );
  const found = new Map(names);
  let open = assignments;
  while (open.length > 0) {
    const openNames = new Set(open.map(({ name }) => name));
    const ready = open.filter(
      ({ expression }) => ![...namesIn(expression)].some((name) => openNames.has(name)),
    );
    if (ready.length === 0) throw circle(open);
    for (const { name, expression } of ready) {
      found.set(name, evaluate({ operations, names: found, files, maps }, expression));
    }
    open = open.filter((assignment) => !ready.includes(assignment));
  }
  return found;
}

async function filesOf(assignments: readonly Assignment[], folder: string): Promise<FileArrays> {
  const read = await Promise.all(assignments.map(({ expression }) => readFiles(expression, folder)));
  return new Map(read.flatMap((files) => [...files]));
}

function circle(open: readonly Assignment[]): Failure {
  const [first] = open;
  if (first === undefined) throw new RangeError("a circle of no bindings");
  return new Failure([diagnose("IPX8405", first.expression.span, { names: open.map(({ name }) => name) })]);
}
