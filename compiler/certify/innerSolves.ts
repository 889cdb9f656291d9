import { partsOf } from "../ast/parts.ts";
import { statementsIn, valuesOf } from "../ast/statements.ts";
import type { Block, Expression } from "../ast/tree.ts";
import type { CheckedProgram } from "../check/program.ts";
import { type Definitions, formOfFunction } from "../library/calculus/analyse.ts";
import type { FunctionForm } from "../library/calculus/form.ts";
import { innerProxParts, isQuadraticForm } from "../library/calculus/innerProx.ts";
import { METHODS } from "../library/methods/table.ts";
import { METHOD_NAMES, type LibraryName } from "../library/names.ts";
import type { SettingRule } from "../library/signature.ts";
import { collectDefinitions } from "../lower/program/definitions.ts";
import type { CallMeaning, SettingValue, Typed } from "../types/typing.ts";

/**
 * A linear system that the step solves by iteration, or a prox that it finds by iterations on dual variables. The
 * theorems ask for exact solves, or for errors with a finite sum; a fixed tolerance gives neither, unless it is the
 * residual of a system at the rounding of single precision. The dual iterations end where they move little, which bounds
 * no error.
 */
export interface InnerSolve {
  readonly kind: "system" | "dual";
  /** relative residual at which it ends; null where that is no literal */
  readonly tolerance: number | null;
  /** its cap; null where that is no literal */
  readonly maximum: number | null;
}

/** Residuals up to this one are the rounding of single precision, for systems that are not badly conditioned. */
const ROUNDING = 1e-6;

/** A solve with a lower cap is not taken to reach its tolerance. */
const LEAST_ROUNDS = 50;

/** Whether a solve counts as exact, if it reaches its tolerance. */
export function isTight({ kind, tolerance, maximum }: InnerSolve): boolean {
  return (
    kind === "system" &&
    tolerance !== null &&
    tolerance <= ROUNDING &&
    maximum !== null &&
    maximum >= LEAST_ROUNDS
  );
}

/** What a proof with a tight solve rests on. */
export function reaches({ tolerance, maximum }: InnerSolve): string {
  return `the inner solves count as exact: each reaches its tolerance of ${shown(tolerance)} within ${shown(maximum)} rounds`;
}

/** A tolerance, or a cap, as it is written. */
function shown(value: number | null): string {
  return value !== null && value < 1e-3 ? value.toExponential() : String(value);
}

/** Why a step with a solve that is not tight is not proved. */
export function looseness({ kind, tolerance, maximum }: InnerSolve): string {
  if (kind === "dual") {
    return (
      "a prox by inner iterations is not exact, and its errors need not have a finite sum. " +
      "Take the dual variable as a state of its own"
    );
  }
  const [tol, max] = [tolerance, maximum].map((each) => (each === null ? "?" : shown(each)));
  return (
    `an inner solve with tol = ${tol} and max = ${max} is not exact, and its errors need not have a finite sum. ` +
    `Write \`tol = ${ROUNDING.toExponential()}\` or less and \`max = ${LEAST_ROUNDS}\` or more`
  );
}

/** The different inner solves of a step, and of the operators and functions that it may use. */
export function innerSolvesOf(program: CheckedProgram): readonly InnerSolve[] {
  const definitions = collectDefinitions(program);
  const step = program.step === null ? [] : valuesIn(program.step.body);
  const named = [...definitions.values()].flatMap((each) => {
    if (each.kind === "let") return isDatum(each.initial) ? [] : [each.initial];
    return each.body.kind === "block" ? valuesIn(each.body) : [each.body];
  });
  const found = [...step, ...named].flatMap((value) => solvesIn(value, definitions));
  return [...new Map(found.map((each) => [`${each.kind} ${each.tolerance} ${each.maximum}`, each])).values()];
}

/** Whether a value is an array or a number that is the same in every step, however it was computed. */
function isDatum({ note }: Expression<Typed>): boolean {
  return note.type.kind === "value" && note.level <= 3;
}

function valuesIn(block: Block<Typed>): readonly Expression<Typed>[] {
  return statementsIn(block).flatMap((statement) => {
    const branches = statement.kind === "while" || statement.kind === "if";
    return branches ? [statement.condition] : valuesOf(statement);
  });
}

function solvesIn(expression: Expression<Typed>, definitions: Definitions): readonly InnerSolve[] {
  const inside = partsOf(expression).flatMap((part) => solvesIn(part, definitions));
  const own = expression.kind === "call" ? solveOf(expression.call, definitions) : null;
  return own === null ? inside : [own, ...inside];
}

function solveOf(call: CallMeaning, definitions: Definitions): InnerSolve | null {
  if (call.kind === "prox") {
    const form = formOfFunction(call.function, definitions);
    if (form !== null && call.by !== null && isDual(form, definitions)) return solveBy("dual", call.by);
    return call.by !== null || form === null || hasOperators(form) ? solveBy("system", call.by) : null;
  }
  if (call.kind !== "library" || !SOLVERS.has(call.name)) return null;
  return solveBy("system", call.settings["by"] ?? null);
}

/** The names of the library that stand for the solution of a linear system. */
const SOLVERS: ReadonlySet<LibraryName> = new Set<LibraryName>(["solve", "inv", "affine"]);

/** Whether the prox of a function may be the solution of a system: a square has an operator inside. */
function hasOperators({ terms }: FunctionForm): boolean {
  return terms.some(({ atom, links }) => {
    if (atom.kind === "conjugate") return hasOperators(atom.of);
    const square = atom.kind === "library" && atom.name === "norm2sq";
    return square && links.some(({ kind }) => kind === "operator");
  });
}

/** Whether inner iterations of a prox are those on dual variables. */
function isDual(form: FunctionForm, definitions: Definitions): boolean {
  if (isQuadraticForm(form)) return false;
  const parts = innerProxParts(form, definitions);
  return "kind" in parts || parts.dual.length > 0;
}

function solveBy(kind: InnerSolve["kind"], by: SettingValue | null): InnerSolve {
  const method = by?.kind === "method" ? by : null;
  const settings = method?.settings ?? {};
  const rules = METHODS[METHOD_NAMES.find((name) => name === method?.name) ?? "cg"];
  return {
    kind,
    tolerance: literal(settings["tol"], rules["tol"]),
    maximum: literal(settings["max"], rules["max"]),
  };
}

function literal(setting: SettingValue | undefined, rule: SettingRule | undefined): number | null {
  if (setting !== undefined) return setting.kind === "number" ? setting.value : null;
  return rule?.kind === "number" || rule?.kind === "count" ? rule.initial : null;
}
