import { diagnose } from "../compiler/diagnostics/diagnose.ts";
import type { Span } from "../compiler/source/span.ts";
import { operations } from "../runtime/arrays/create.ts";
import type { Operations } from "../runtime/arrays/operations.ts";
import { EngineError } from "../runtime/engine/engine.ts";
import { ENGINES, engine, isEngineName } from "../runtime/engine/select.ts";
import { Failure, UsageError } from "./failure.ts";
import { placeOf } from "./report.ts";
import { EXIT } from "./terminal.ts";

/**
 * The operations of the language on the engine of that name, or on the default one; `place` is where it is named.
 * @throws UsageError for a name that is none; Failure that ends with 2 for an engine that does not start
 */
export async function openEngine(name = "auto", place: Span = placeOf("--engine")): Promise<Operations> {
  if (!isEngineName(name)) {
    throw new UsageError(`There is no engine '${name}'; there are ${Object.keys(ENGINES).join(", ")}.`);
  }
  try {
    return operations(await engine({ name }));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const what = `The engine ${name} does not start`;
    const words = { what, why: `${error.message}.`, hint: "`ipc doctor` says which engines there are." };
    throw new Failure([diagnose("IPX8601", place, words)], EXIT.usage);
  }
}
