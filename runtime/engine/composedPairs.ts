import { joinPairs, splitPairs } from "../arrays/pairs.ts";
import type { Engine, Handle } from "./engine.ts";
import { partName } from "./pairs.ts";

type Parts = Pick<Engine, "scope" | "elementwise" | "reshape" | "transpose" | "slice" | "concat">;

/** `elementwisePairs` by arrays of parts, which are taken out of the inputs and joined again. */
export function composedPairs(engine: Parts): Pick<Engine, "elementwisePairs"> {
  return {
    elementwisePairs: ({ re, im }, { pairs, reals }) =>
      engine.scope(
        () => {
          const parts = Object.entries(pairs).flatMap(
            ([name, handle]): readonly (readonly [string, Handle])[] => {
              const [first, second] = splitPairs(engine, handle);
              return [
                [partName(name, "re"), first],
                [partName(name, "im"), second],
              ];
            },
          );
          const inputs = { ...reals, ...Object.fromEntries(parts) };
          const real = engine.elementwise(re, inputs);
          return im === null ? real : joinPairs(engine, real, engine.elementwise(im, inputs));
        },
        (result) => [result],
      ),
  };
}
