import { diagnose } from "../diagnostics/diagnose.ts";
import type { Span } from "../source/span.ts";
import { type Environment, report } from "./context.ts";

/** Says once an item that a feature of the reference is not there yet. */
export function announceLater(environment: Environment, feature: string, what: string, span: Span): void {
  if (environment.silent || environment.run.announced.has(feature)) return;
  environment.run.announced.add(feature);
  report(environment, diagnose("IPX1011", span, { what }));
}
