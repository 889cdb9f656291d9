import type { Block, Expression, Learn, Statement } from "../../ast/tree.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { LibraryName } from "../../library/names.ts";
import type { Span } from "../../source/span.ts";
import { REALS } from "../../types/interval.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";
import { expressionText } from "../expressionText.ts";

/** What keeps the gradient of a network from having a Lipschitz constant that the compiler knows. */
export interface CurvatureObstacle {
  readonly network: string;
  readonly part: string;
  readonly span: Span;
}

/** Layers whose bend is bounded, and those that have none. */
const BOUNDED: ReadonlySet<string> = new Set<LibraryName>([
  "conv",
  "upconv",
  "depthwise",
  "dense",
  "softplus",
  "tanh",
  "sigmoid",
  "avgpool",
  "globalpool",
  "shuffle",
  "residual",
  "skip",
  "concat",
  "icnn",
  "ridges",
]);

/** The first obstacle in a network of which a function is made, whose gradient's Lipschitz constant is asked for. */
export function findCurvatureObstacle(knowledge: Knowledge, of: Expression<Typed>): CurvatureObstacle | null {
  const form = formOfFunction(of, knowledge.definitions);
  for (const { atom, source } of form?.terms ?? []) {
    if (atom.kind !== "opaque") continue;
    const obstacle = obstacleIn(knowledge, atom.symbol, source.span);
    if (obstacle !== null) return { network: atom.symbol.name, ...obstacle };
  }
  return null;
}

type Found = Omit<CurvatureObstacle, "network"> | null;

function obstacleIn(knowledge: Knowledge, symbol: Symbol, span: Span): Found {
  const layers = knowledge.networks.get(symbol);
  if (layers === undefined) return null;
  const { type } = symbol.typing;
  if (type.kind !== "function" || type.parameters.length !== 1) return { part: "several arguments", span };
  const range = knowledge.signatures.get(symbol)?.resultInterval ?? REALS;
  const isCut =
    (Number.isFinite(range.low) && !range.lowOpen) || (Number.isFinite(range.high) && !range.highOpen);
  const isComputed = symbol.origin.kind === "learn" && hasComputedRange(symbol.origin.declaration);
  return isCut || isComputed ? { part: "its interval", span } : within(knowledge, layers);
}

function within(knowledge: Knowledge, expression: Expression<Typed>): Found {
  const every = (parts: readonly Expression<Typed>[]): Found => {
    for (const part of parts) {
      const found = within(knowledge, part);
      if (found !== null) return found;
    }
    return null;
  };
  const { span } = expression;
  switch (expression.kind) {
    case "pipe":
      return every([expression.value, expression.into]);
    case "sum":
      return expression.operator === "+" || expression.operator === "-"
        ? every([expression.left, expression.right])
        : { part: expressionText(expression), span };
    case "negate":
      return within(knowledge, expression.operand);
    case "name": {
      const { reference } = expression;
      if (reference.kind === "library") return ofLibrary(reference.name, span);
      const net = reference.kind === "symbol" ? knowledge.nets.get(reference.symbol) : undefined;
      if (net === undefined) return null;
      return net.body.kind === "netFile" ? { part: net.name.name, span } : inBlock(knowledge, net.body);
    }
    case "call": {
      const { call, callee } = expression;
      if (call.kind === "network") return within(knowledge, callee);
      if (call.kind !== "library") return { part: expressionText(expression), span };
      const activation = call.settings["activation"];
      const isSoft = call.name === "drunet" && activation?.kind === "word" && activation.value === "softplus";
      return (isSoft ? null : ofLibrary(call.name, span)) ?? every(call.arguments.filter(isNoCount));
    }
    default:
      return { part: expressionText(expression), span };
  }
}

/** Whether an argument is a layer or a value, no number of channels. */
function isNoCount({ note, kind }: Expression<Typed>): boolean {
  const { type } = note;
  const isNumber = type.kind === "value" && type.space.kind === "array" && type.space.dimensions.length === 0;
  return !isNumber && kind !== "number";
}

function ofLibrary(name: string, span: Span): Found {
  return BOUNDED.has(name) ? null : { part: name, span };
}

function inBlock(knowledge: Knowledge, block: Block<Typed>): Found {
  for (const statement of block.statements) {
    const found = inStatement(knowledge, statement);
    if (found !== null) return found;
  }
  return null;
}

function inStatement(knowledge: Knowledge, statement: Statement<Typed>): Found {
  switch (statement.kind) {
    case "let":
    case "letTuple":
    case "var":
      return within(knowledge, statement.initial);
    case "update":
    case "return":
      return within(knowledge, statement.value);
    case "repeat":
      return inBlock(knowledge, statement.body);
    default:
      return { part: statement.kind, span: statement.span };
  }
}

/** Whether the ends of the interval of a network's values are no plain numbers. */
function hasComputedRange({ type }: Learn): boolean {
  const bounds = type.kind === "netType" ? type.codomain.bounds : null;
  if (bounds?.kind !== "interval") return false;
  const isPlain = (end: Expression): boolean =>
    end.kind === "number" || end.kind === "infinity" || (end.kind === "negate" && isPlain(end.operand));
  return !isPlain(bounds.low) || !isPlain(bounds.high);
}
