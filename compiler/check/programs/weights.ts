import type { Expression, Identifier } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Span } from "../../source/span.ts";
import { UNKNOWN, type Type, valueType } from "../../types/type.ts";
import type { Reference, Symbol, Typed } from "../../types/typing.ts";
import { unknownCall } from "../calls/unknown.ts";
import { type Environment, recordRead, report } from "../context.ts";
import { checkExpression } from "../expression.ts";
import { reportUnknownName } from "../names.ts";
import { named } from "../references.ts";
import { lookUp } from "../scope.ts";
import { withArticle, wordOf } from "../symbols.ts";
import { unknownTyping, valueTyping } from "../typed.ts";
import { reportMethod, takesAll } from "./call.ts";
import { foreignNames, instanceFor, solvedHeader } from "./header.ts";
import type { Callable, Instance } from "./instance.ts";

type Call = Extract<Expression, { kind: "call" }>;

/** A program in `weights(P)`, and the caller's givens that its starts read. */
interface Weighed {
  readonly instance: Instance;
  readonly arguments: ReadonlyMap<Symbol, Expression<Typed>>;
}

/** `weights(P)` where a type stands: the product of the spaces of what P learns. */
export function weightsType(
  environment: Environment,
  name: Identifier,
  span: Span,
): { readonly type: Type; readonly reference: Reference } {
  const weighed = weigh(environment, name, span);
  const space = weighed?.instance.weights ?? null;
  if (weighed === null || space === null) return { type: UNKNOWN, reference: { kind: "unknown" } };
  return { type: valueType(space), reference: { kind: "symbol", symbol: weighed.instance.symbol } };
}

/** `weights(P)` as an expression that stands nowhere; null where P has no weights. */
export function weightsOfProgram(
  environment: Environment,
  name: Identifier,
  span: Span,
): { readonly expression: Expression<Typed>; readonly instance: Instance } | null {
  const weighed = weigh(environment, name, span);
  const space = weighed?.instance.weights ?? null;
  if (weighed === null || space === null) return null;
  const { instance } = weighed;
  const expression: Expression<Typed> = {
    kind: "call",
    callee: named(nameOf("weights", span), { kind: "unknown" }, unknownTyping()),
    arguments: [],
    call: { kind: "weights", of: instance.symbol, arguments: weighed.arguments },
    note: valueTyping(space, 2),
    span,
  };
  return { expression, instance };
}

/** `weights(P)` as a value: the weights of P as initialised, or as trained. */
export function checkWeights(environment: Environment, expression: Call): Expression<Typed> {
  const [argument, ...more] = expression.arguments;
  const callee = named(
    { ...nameOf("weights", expression.callee.span) },
    { kind: "unknown" },
    unknownTyping(),
  );
  const value = argument?.value;
  if (argument === undefined || argument.name !== null || more.length > 0 || value?.kind !== "name") {
    const args = { callee: "weights", parameters: ["P"], count: expression.arguments.length, atLeast: false };
    report(environment, diagnose("IPX1010", expression.callee.span, args));
    return unknownCall(environment, expression, callee, true);
  }
  const { name, span } = value;
  const weighed = weigh(environment, { kind: "identifier", name, span }, expression.span);
  const space = weighed?.instance.weights ?? null;
  const program = named(value, { kind: "unknown" }, unknownTyping());
  const tree = { ...expression, callee, arguments: [{ ...argument, value: program }] };
  if (weighed === null || space === null)
    return { ...tree, call: { kind: "unknown" }, note: unknownTyping() };
  const call = { kind: "weights", of: weighed.instance.symbol, arguments: weighed.arguments } as const;
  return { ...tree, call, note: valueTyping(space, 2) };
}

function nameOf(name: string, span: Span): Extract<Expression, { kind: "name" }> {
  return { kind: "name", name, reference: null, note: null, span };
}

function weigh(environment: Environment, name: Identifier, span: Span): Weighed | null {
  const callable = callableNamed(environment, name);
  if (callable === null) return null;
  const key = `${span.start}-${span.end}`;
  const given = sameNamed(environment, callable, key);
  const instance = instanceFor(environment, callable, solvedHeader(environment, callable, key), name.span);
  if (instance === null) return null;
  if (instance.weights === null) {
    report(environment, diagnose("IPX2038", name.span, { program: name.name, open: [] }));
    return null;
  }
  const open = [...new Set(foreignNames(callable, instance.weights))];
  if (open.length > 0) {
    report(environment, diagnose("IPX2038", name.span, { program: name.name, open }));
    return null;
  }
  const values = instance.program.givens.flatMap(({ declaration }) => {
    const symbol = symbolOf(declaration);
    const value = given[symbol.name];
    return value === undefined ? [] : [[symbol, value] as const];
  });
  return { instance, arguments: new Map(values) };
}

function callableNamed(environment: Environment, { name, span }: Identifier): Callable | null {
  const found = lookUp(environment.scope, name);
  if (found === null) {
    reportUnknownName(environment, name, span, []);
    return null;
  }
  const { symbol } = found;
  recordRead(environment, symbol);
  const callable = environment.run.knowledge.callables.get(symbol);
  if (callable !== undefined) return callable;
  if (symbol.origin.kind === "item" && symbol.origin.item === "program") {
    reportMethod(environment, symbol, span);
  } else if (symbol.typing.type.kind !== "unknown" || symbol.origin.kind === "space") {
    const what = withArticle(wordOf(symbol.origin));
    report(environment, diagnose("IPX1017", span, { name, what, wanted: "A program" }));
  }
  return null;
}

/** The givens of the caller that have the name and the type of one of the program's. */
function sameNamed(
  environment: Environment,
  callable: Callable,
  key: string,
): Readonly<Record<string, Expression<Typed>>> {
  const quiet: Environment = { ...environment, silent: true, place: "given" };
  const values: Record<string, Expression<Typed>> = {};
  for (const { name } of callable.program.givens) {
    const symbol = lookUp(environment.scope, name.name)?.symbol;
    if (symbol === undefined || symbol.perStep || symbol.typing.level > 1) continue;
    if (symbol.origin.kind !== "given" && symbol.origin.kind !== "let") continue;
    const value = checkExpression(quiet, nameOf(name.name, name.span));
    const callee = named(nameOf(name.name, name.span), { kind: "symbol", symbol }, unknownTyping());
    if (takesAll(quiet, callable, callee, { [name.name]: value }, key)) values[name.name] = value;
  }
  return values;
}
