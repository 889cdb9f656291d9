import { diagnose } from "../diagnostics/diagnose.ts";
import type { Space } from "../types/space.ts";
import { hasUnknowns } from "../types/substitution.ts";
import { type Type, typeText } from "../types/type.ts";
import { type Environment, report } from "./context.ts";
import { resolveType } from "./typed.ts";

/** Reports `let`s whose type nothing determines, where there is no other fault that could be the reason. */
export function reportUndetermined(environment: Environment): void {
  const { run } = environment;
  if (run.diagnostics.some(({ severity }) => severity === "error")) return;
  for (const symbol of run.declared) {
    if (symbol.origin.kind !== "let") continue;
    const type = resolveType(run, symbol.typing.type);
    if (!isOpen(type)) continue;
    report(environment, diagnose("IPX2014", symbol.span, { name: symbol.name, type: typeText(type) }));
  }
}

function isOpen(type: Type): boolean {
  const open = (space: Space): boolean => hasUnknowns(space);
  switch (type.kind) {
    case "value":
      return open(type.space);
    case "operator":
      return open(type.domain) || open(type.codomain);
    default:
      return false;
  }
}
