import { download } from "../../runtime/arrays/host.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import type {
  Bound,
  Differentiable,
  Known,
  ProgramDefinition,
  Values,
} from "../../runtime/program/definition.ts";

/** Everything that the functions of a definition return on the data given, as numbers by place. */
export async function outcomes(
  operations: Operations,
  definition: ProgramDefinition,
  data: Known,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  const note = async (place: string, value: unknown): Promise<void> => {
    if (!isValue(value)) return;
    const arrays = await download(operations, value);
    found.set(
      place,
      arrays.flatMap((array) => [...array.data]),
    );
  };
  const noteAll = async (place: string, values: object): Promise<void> => {
    for (const [name, value] of Object.entries(values)) await note(`${place}.${name}`, value);
  };
  const known: Record<string, Bound> = { ...data };
  const section = async (name: string, of: Differentiable<unknown>, state: Values): Promise<Values> => {
    const run = of.run(operations, known, state);
    await noteAll(name, run.values);
    await noteAll(`${name}.more`, run);
    if ("reports" in run) await noteAll(`${name}.reports`, Object(run.reports));
    if (of.reverse !== null) {
      const { saved, values } = of.reverse.save(operations, known, state);
      await noteAll(`${name}.saved`, saved.values);
      const cotangents = of.reverse.adjoint?.(operations, known, saved, values);
      await noteAll(`${name}.state`, cotangents?.state ?? {});
      await noteAll(`${name}.known`, cotangents?.known ?? {});
      await noteAll(
        `${name}.stateAdjoint`,
        of.reverse.stateAdjoint?.(operations, known, saved, values) ?? {},
      );
      await noteAll(
        `${name}.inputAdjoint`,
        of.reverse.inputAdjoint?.(operations, known, saved, values) ?? {},
      );
    }
    return run.values;
  };

  Object.assign(known, definition.constants(operations, known));
  await noteAll("constants", known);
  for (const { name, initial, interval } of definition.parameters) {
    if (initial.kind === "value") known[name] ??= initial.evaluate(operations, known);
    await note(`parameter.${name}`, known[name]);
    await noteAll(`interval.${name}`, interval?.(operations, known) ?? {});
  }
  if (definition.prepare !== null) Object.assign(known, await section("prepare", definition.prepare, {}));
  let state = await section("initial", definition.initial, {});
  for (let round = 0; definition.step !== null && round < 3; round += 1) {
    const previous = state;
    if (definition.counter !== undefined) known[definition.counter] = operations.number(round);
    if (round === 0 && definition.firstStep !== undefined) {
      await section("first step", definition.firstStep, state);
    }
    state = await section(`step ${round}`, definition.step, state);
    await note(`objective ${round}`, definition.objective?.(operations, known, state));
    await note(`until ${round}`, definition.until?.(operations, known, state, previous, {}));
  }
  await section("finish", definition.finish, state);
  return found;
}

function isValue(value: unknown): value is Value {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  if (value.kind === "array") return "handle" in value;
  return (
    value.kind === "product" && "parts" in value && Array.isArray(value.parts) && value.parts.every(isValue)
  );
}
