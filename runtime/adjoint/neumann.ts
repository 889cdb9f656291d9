import { handlesOf } from "../arrays/value.ts";
import { Holder } from "../solve/vector.ts";
import type { AdjointSolution, AdjointSystem } from "./adjointSystem.ts";

/**
 * The first `terms` terms of w = g + J'g + J'J'g + ...: an approximation, with relative error q^terms where |J| = q < 1.
 * One term is the Jacobian-free gradient (Fung et al., AAAI 2022), a heuristic. Nothing is tested.
 */
export function neumann(system: AdjointSystem, terms: number): AdjointSolution {
  const { operations, right, samples } = system;
  const holder = new Holder(operations.engine, [...system.foreign, ...handlesOf(right)]);
  let w = right;
  let term = right;
  for (let count = 1; count < terms; count++) {
    system.signal?.throwIfAborted();
    const [before, sum] = [term, w];
    [term, w] = operations.engine.scope(
      () => {
        const next = system.transposed(before);
        return [next, operations.map("a + b", { a: sum, b: next })] as const;
      },
      (values) => values.flatMap(handlesOf),
    );
    holder.hold([...handlesOf(term), ...handlesOf(w)]);
  }
  return {
    w,
    iterations: new Array<number>(samples).fill(terms - 1),
    converged: new Array<boolean>(samples).fill(true),
    residual: new Array<number>(samples).fill(Number.NaN),
    owned: holder.release(handlesOf(w)),
  };
}
