import { operations } from "../runtime/arrays/create.ts";
import type { Operations } from "../runtime/arrays/operations.ts";
import { ENGINES, engine, isEngineName } from "../runtime/engine/select.ts";
import { UsageError } from "./failure.ts";

/**
 * The operations of the language on the engine of that name, or on the default one.
 * @throws UsageError for a name that is none
 */
export async function openEngine(name = "auto"): Promise<Operations> {
  if (!isEngineName(name)) {
    throw new UsageError(`There is no engine '${name}'; there are ${Object.keys(ENGINES).join(", ")}.`);
  }
  return operations(await engine({ name }));
}
