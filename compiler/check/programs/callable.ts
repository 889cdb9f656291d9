import type { File, Parsed } from "../../ast/tree.ts";
import { NotDifferentiable } from "../../differentiate/notDifferentiable.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { weightSpaces } from "../../lower/called/weightSpaces.ts";
import { Limitation } from "../../lower/limitation.ts";
import { productSpace, type Space } from "../../types/space.ts";
import type { Environment } from "../context.ts";
import type { CheckedProgram } from "../program.ts";
import { type Callable, type Header, headerText, type Instance, type InstanceFault } from "./instance.ts";

/** A program checked once more for a header, and the environment of that check. */
export interface Instantiated {
  readonly result: CheckedProgram | null;
  readonly environment: Environment;
}

/** What others may call: the program, checked again for each header that is asked for. */
export function callableOf(
  program: CheckedProgram,
  bounds: Callable["bounds"],
  file: File<Parsed>,
  check: (header: Header) => Instantiated,
): Callable {
  const known = new Map<string, Instance | InstanceFault>();
  return {
    program,
    bounds,
    instantiate: (header) => {
      const key = headerText(header);
      const found = known.get(key) ?? instanceOf(check(header), program, file);
      known.set(key, found);
      return found;
    },
  };
}

function instanceOf(
  { result, environment }: Instantiated,
  program: CheckedProgram,
  file: File<Parsed>,
): Instance | InstanceFault {
  const fault = environment.run.diagnostics.find(({ severity }) => severity === "error");
  if (result === null || fault !== undefined) {
    return { kind: "fault", message: fault?.message ?? "it has no output" };
  }
  const weights = weightsOf(result);
  if (weights !== null && weights.kind === "limit") return weights;
  return { symbol: { ...symbolOf(program.tree.declaration) }, program: result, file, weights };
}

function weightsOf(program: CheckedProgram): Space | null | Extract<InstanceFault, { kind: "limit" }> {
  if (program.learnables.length === 0) return null;
  try {
    const spaces = weightSpaces(program);
    return productSpace(spaces, `weights(${program.tree.name.name})`);
  } catch (error) {
    if (error instanceof Limitation || error instanceof NotDifferentiable) {
      return { kind: "limit", what: error.what };
    }
    throw error;
  }
}
