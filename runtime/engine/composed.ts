import { composedPairs } from "./composedPairs.ts";
import type { Engine } from "./engine.ts";
import { composedPatches } from "./patches.ts";
import { composedSparse } from "./sparseRows.ts";
import { composedSymmetrised } from "./symmetrised.ts";

type Composed = "elementwisePairs" | "patches" | "sparseProduct" | "symmetrised";

type Parts = Parameters<typeof composedPairs>[0] &
  Parameters<typeof composedPatches>[0] &
  Parameters<typeof composedSparse>[0] &
  Parameters<typeof composedSymmetrised>[0];

/** The operations that an engine without kernels for them makes of its others. */
export function composedOperations(engine: Parts): Pick<Engine, Composed> {
  return {
    ...composedPairs(engine),
    ...composedPatches(engine),
    ...composedSparse(engine),
    ...composedSymmetrised(engine),
  };
}
