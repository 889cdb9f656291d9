import { keysOf } from "../scalar/polynomial.ts";
import { type Unknowns, varies } from "../scalar/unknowns.ts";
import { type Atom, type Combination, combinationKey, isFixed, stateOf } from "./combination.ts";
import { isConvex } from "./convex.ts";
import type { NormalStep, VectorState } from "./step.ts";

/**
 * The step without the states that feed no other one and are the same continuous image of the others in every step:
 * they converge where the others do. As it is, where loops or branches may read them.
 */
export function withoutImages(step: NormalStep): NormalStep {
  if (step.events.length > 0) return step;
  const image = step.vectors.find((state) => isImage(step, state));
  if (image === undefined) return step;
  return withoutImages({ ...step, vectors: step.vectors.filter((state) => state !== image) });
}

function isImage(step: NormalStep, { symbol, next }: VectorState): boolean {
  const [own = ""] = [...stateOf(symbol).parts.keys()];
  const inVectors = step.vectors.some((state) => combinationKey(state.next).includes(own));
  const inNumbers = step.numbers.some((state) => [...keysOf(state.next)].some((key) => key.includes(own)));
  return !inVectors && !inNumbers && isContinuous(step.context.unknowns, next);
}

function isContinuous(unknowns: Unknowns, a: Combination): boolean {
  return [...a.parts.values()].every(
    ({ weight, atom }) => !varies(unknowns, weight) && isContinuousAtom(unknowns, atom),
  );
}

function isContinuousAtom(unknowns: Unknowns, atom: Atom): boolean {
  switch (atom.kind) {
    case "state":
    case "data":
      return true;
    case "operator":
    case "normal":
      return !atom.leaf.varies && isContinuousAtom(unknowns, atom.at);
    case "gradient":
      return isContinuous(unknowns, atom.point) && isContinuous(unknowns, atom.argument);
    case "prox":
      return isFixed(unknowns, atom.of) && isConvex(unknowns, atom.of) && isContinuous(unknowns, atom.point);
    case "entrywise":
      return isContinuousAtom(unknowns, atom.left) && isContinuousAtom(unknowns, atom.right);
    case "conjugateProx":
    case "network":
    case "placeholder":
    case "other":
      return false;
  }
}
