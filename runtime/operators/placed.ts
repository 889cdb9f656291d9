import type { Operations, PlacedMethod } from "../arrays/operations.ts";
import { EngineError } from "../engine/engine.ts";
import type { Place } from "../engine/place.ts";
import { OperatorError } from "./operatorError.ts";

/** An operator's or an engine's error with the place in a program that asked for what failed; others as they are. */
export function placed(error: unknown, place: Place): unknown {
  if (error instanceof OperatorError && error.place === null)
    return new OperatorError(error.code, error.text, { cause: error }, place);
  return error instanceof EngineError ? error.at(place) : error;
}

/** The operations that refuse what a program asks of its operators, for calls at a place. */
export function operationsAt(
  operations: Pick<Operations, PlacedMethod>,
  place: string,
): Pick<Operations, PlacedMethod> {
  const at = <T>(call: () => T): T => {
    try {
      return call();
    } catch (error) {
      throw placed(error, place);
    }
  };
  return {
    library: (...given) => at(() => operations.library(...given)),
    filteredBackprojection: (...given) => at(() => operations.filteredBackprojection(...given)),
    rowNorms: (...given) => at(() => operations.rowNorms(...given)),
  };
}
