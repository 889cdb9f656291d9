import type { Target } from "../runtime/program/definition.ts";
import type { CheckedProgram } from "./check/program.ts";
import { diagnose } from "./diagnostics/diagnose.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { IrProgram } from "./ir/program.ts";
import { freeVariables } from "./ir/variables.ts";
import { symbolOf } from "./library/calculus/analyse.ts";

export type TargetName = Target["kind"];

/** Which target is wanted: one by name, or the first that the program declares. */
export type TargetRequest = TargetName | "first";

/** The settings of a target that a program does not declare (docs/cli.md). */
const DEFAULTS: { readonly [N in Exclude<TargetName, "direct">]: Target } = {
  solver: { kind: "solver", maximum: 1000, every: 1, accelerate: null },
  unrolled: { kind: "unrolled", steps: 10, beyond: "error" },
  equilibrium: {
    kind: "equilibrium",
    solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
    tolerance: 1e-4,
    maximum: 100,
    backward: { kind: "gmres", tolerance: 1e-5, restart: 20, maximum: 100 },
    otherwise: { kind: "error" },
  },
};

type Choice =
  | { readonly kind: "done"; readonly value: Target }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/** The target asked for, with the program's settings or the defaults; refused where it makes no sense. */
export function chooseTarget(program: CheckedProgram, ir: IrProgram, request: TargetRequest): Choice {
  if (program.step === null) return withoutStep(program, request);
  const declared = ir.targets.map(({ target }) => target);
  const wanted = request === "first" ? (declared[0]?.kind ?? "solver") : request;
  const own = declared.find((target) => target.kind === wanted);
  if (own !== undefined) return { kind: "done", value: own };
  if (wanted === "direct") return { kind: "refused", diagnostic: notDirect(program, ir) };
  const fault = wanted === "equilibrium" ? noFixedPoint(program, ir) : null;
  return fault === null ? { kind: "done", value: DEFAULTS[wanted] } : { kind: "refused", diagnostic: fault };
}

/** The targets that `compile` writes without a request: all that are declared. */
export function declaredTargets(program: CheckedProgram): readonly TargetName[] {
  if (program.step === null) return ["direct"];
  const names = program.targets.map(({ target }) => target.kind);
  return names.length > 0 ? names : ["solver"];
}

function withoutStep(program: CheckedProgram, request: TargetRequest): Choice {
  if (request === "unrolled" || request === "equilibrium") {
    const args = { target: request, program: program.tree.name.name };
    return { kind: "refused", diagnostic: diagnose("IPX6001", program.tree.name.span, args) };
  }
  return { kind: "done", value: { kind: "direct" } };
}

/** Why a program with a step is not evaluated once. */
function notDirect(program: CheckedProgram, ir: IrProgram): Diagnostic {
  const { name } = program.tree;
  const known = ["solver", "unrolled", ...(noFixedPoint(program, ir) === null ? ["equilibrium"] : [])];
  return diagnose("IPX6011", name.span, { program: name.name, known }, { step: program.step?.span ?? null });
}

/** Why the step of a program is not one map. */
function noFixedPoint(program: CheckedProgram, ir: IrProgram): Diagnostic | null {
  const span = program.tree.name.span;
  const perStep = [...program.learnables, ...program.givens].find((each) => each.perStep);
  if (perStep !== undefined) {
    const symbol = symbolOf(perStep.declaration);
    return diagnose("IPX6002", span, { name: symbol.name }, { perStep: symbol.span });
  }
  const read = new Set(ir.step === null ? [] : freeVariables(ir.step));
  const counter = program.step?.counter ?? null;
  if (counter !== null && ir.counter !== null && read.has(ir.counter)) {
    return diagnose("IPX6004", span, { name: counter.name, word: "counter" }, { source: counter.span });
  }
  const draw = ir.draws.find(({ variable, when }) => when === "step" && read.has(variable));
  if (draw === undefined) return null;
  const words = { name: draw.variable.name, word: "draw" } as const;
  return diagnose("IPX6004", span, words, { source: program.step?.span ?? null });
}
