import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Span } from "../../source/span.ts";
import type { SettingValue } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";

/**
 * IPX3208: whether the tolerance and the cap of an inner solve are numbers that are known when the program is compiled,
 * as in `by = cg(tol = 1e-6, max = 50)`.
 */
export function checkInnerSolve(environment: Environment, by: SettingValue | undefined, span: Span): boolean {
  if (by?.kind !== "method") return true;
  const open = ["tol", "max"].filter((name) => {
    const setting = by.settings[name];
    return setting !== undefined && setting.kind !== "number";
  });
  for (const setting of open) {
    const value = by.settings[setting];
    const at = value?.kind === "expression" ? value.value.span : span;
    report(environment, diagnose("IPX3208", at, { setting, method: by.name }));
  }
  return open.length === 0;
}
