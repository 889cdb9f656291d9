import type { State, Step } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Members } from "./checkProgram.ts";
import { type Environment, type Place, report } from "./context.ts";
import { wordOf } from "./symbols.ts";

const LIVING: ReadonlySet<Place> = new Set(["step", "fun", "output", "objective", "until"]);

/** Reports names that nothing reads: errors for what would be without effect, warnings for the rest. */
export function reportUnread(environment: Environment, members: Members): void {
  const { run } = environment;
  if (run.partial) return;
  for (const symbol of run.declared) {
    const places = run.reads.get(symbol);
    const { name, span } = symbol;
    if (run.excused.has(name)) continue;
    switch (symbol.origin.kind) {
      case "input":
      case "learn":
        if (places === undefined)
          report(environment, diagnose("IPX1005", span, { name, word: symbol.origin.kind }));
        break;
      case "state":
        if (places === undefined || ![...places].some((place) => LIVING.has(place))) {
          report(environment, diagnose("IPX5003", span, { name }));
        }
        break;
      case "given":
      case "let":
      case "fun":
      case "var":
      case "draw":
        if (places === undefined)
          report(environment, diagnose("IPX1006", span, { name, word: wordOf(symbol.origin) }));
        break;
      default:
        break;
    }
  }
  const [step] = members.steps;
  if (step !== undefined) reportStarts(environment, members, step);
}

/** States that are never updated, and starts that nothing uses. */
function reportStarts(environment: Environment, members: Members, step: Step<Typed>): void {
  const { flow, run } = environment;
  for (const state of members.states) {
    const symbol = state.declaration;
    if (!("name" in symbol)) continue;
    const { name, span } = symbol;
    if (run.excused.has(name)) continue;
    if (!flow.updated.has(symbol)) {
      report(environment, diagnose("IPX5006", span, { name }));
      continue;
    }
    const output = run.reads.get(symbol)?.has("output") ?? false;
    const unused = flow.surelyUpdated.has(symbol) && !flow.startsRead.has(symbol) && !output;
    if (!unused || isZero(state) || startRead(environment, symbol)) continue;
    const update = step.body.statements.find(
      (statement) => statement.kind === "update" && statement.name.name === name,
    );
    report(environment, diagnose("IPX5004", state.initial.span, { name }, { update: update?.span ?? null }));
  }
}

function isZero(state: State<Typed>): boolean {
  return state.initial.note.type.kind === "zero";
}

/** Whether the start of another state is made of this one. */
function startRead(environment: Environment, symbol: Symbol): boolean {
  return environment.run.reads.get(symbol)?.has("state") ?? false;
}
