import type { SolveOptions } from "../ir/solve.ts";
import type { Span } from "../source/span.ts";
import type { SettingValue } from "../types/typing.ts";
import { Limitation } from "./limitation.ts";

/** The settings of an iterative solve, from `by = cg(tol, max)`. */
export function solveSettings(by: SettingValue | null, span: Span): SolveOptions {
  if (by === null) return { tolerance: 1e-6, maximum: 100 };
  if (by.kind !== "method" || (by.name !== "cg" && by.name !== "inner")) {
    throw new Limitation("this method of solving", span);
  }
  return {
    tolerance: numberSetting(by.settings["tol"], 1e-6, span),
    maximum: numberSetting(by.settings["max"], 100, span),
  };
}

function numberSetting(setting: SettingValue | undefined, initial: number, span: Span): number {
  if (setting === undefined) return initial;
  if (setting.kind !== "number") throw new Limitation("an inner solve whose accuracy is not known", span);
  return setting.value;
}
