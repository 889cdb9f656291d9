import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { Failure } from "../failure.ts";
import { type Assignment, namesIn } from "./assignment.ts";
import { evaluate } from "./evaluate.ts";
import { type FileArrays, readFiles } from "./readFiles.ts";
import type { Thing } from "./thing.ts";

/**
 * The things that assignments stand for, each after those that it reads. `names` are known from elsewhere.
 * Files are read relative to `folder`.
 * @throws Failure; IPX8405 where assignments need each other
 */
export async function bindNames(
  operations: Operations,
  assignments: readonly Assignment[],
  names: ReadonlyMap<string, Thing>,
  folder: string,
): Promise<ReadonlyMap<string, Thing>> {
  const files: FileArrays = new Map(
    (await Promise.all(assignments.map(({ expression }) => readFiles(expression, folder)))).flatMap(
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
      found.set(name, evaluate({ operations, names: found, files }, expression));
    }
    open = open.filter((assignment) => !ready.includes(assignment));
  }
  return found;
}

function circle(open: readonly Assignment[]): Failure {
  const [first] = open;
  if (first === undefined) throw new RangeError("a circle of no bindings");
  return new Failure([diagnose("IPX8405", first.expression.span, { names: open.map(({ name }) => name) })]);
}
