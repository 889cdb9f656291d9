import type { Block, Expression, Fun, Statement, TypedName } from "../ast/tree.ts";
import { REAL, type Space } from "../types/space.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { Level, Symbol, Typed, Typing } from "../types/typing.ts";
import { emptyFlow, awaitRead, type Environment, latest, type SignatureParameter } from "./context.ts";
import { checkExpression } from "./expression.ts";
import { announceLater } from "./later.ts";
import { declareParameters } from "./parameters.ts";
import { keepExtent } from "./rules/extent.ts";
import { nestedScope } from "./scope.ts";
import { checkBody } from "./statements/block.ts";
import { declare } from "./symbols.ts";
import { resolveType, typing } from "./typed.ts";
import { type CheckedType, checkType } from "./writtenTypes.ts";

/** The arguments of a function or a network, declared in its own scope. */
export interface CheckedArgument {
  readonly tree: TypedName<Typed>;
  readonly checked: CheckedType;
}

/** Declares the arguments of a function or a network. */
export function declareArguments(
  environment: Environment,
  written: readonly TypedName[],
): readonly CheckedArgument[] {
  return written.map((argument) => {
    const checked = checkType(environment, argument.type);
    const note: Typing = typing(checked.type, 0, checked.bounds?.outer ?? null);
    const symbol = declare(environment, argument.name, { kind: "argument", declaration: argument }, note);
    return { tree: { ...argument, type: checked.tree, declaration: symbol }, checked };
  });
}

/** `fun f(x : X) = e`, of a file, a program or a step; declares it. */
export function checkFun(environment: Environment, tree: Fun): Fun<Typed> {
  const { run } = environment;
  const scope = nestedScope(environment.scope, true);
  const inner: Environment = {
    ...environment,
    scope,
    flow: emptyFlow(),
    place: "fun",
    inStep: environment.inStep,
  };
  const before = run.later.get(tree.name.name);
  run.later.set(tree.name.name, { span: tree.name.span, word: "self" });
  const parameters = declareParameters(inner, tree.parameters);
  const args = declareArguments(inner, tree.arguments);
  const result = tree.result === null ? null : checkType(inner, tree.result);
  const body = checkFunBody(inner, tree, result);
  if (before === undefined || before.word === "self") run.later.delete(tree.name.name);
  else run.later.set(tree.name.name, before);
  const level = levelOfBody(body);
  const type = resultType(environment, tree, body, result);
  const symbol = declareFun(environment, tree, args, type, level);
  run.knowledge.signatures.set(symbol, {
    generic: tree.parameters.map((parameter) => parameter.name.name),
    parameters: args.map(signatureParameter),
    result: type,
    resultInterval:
      result?.bounds?.outer ?? (body.kind === "block" ? returnedInterval(body) : body.note.interval),
    level,
  });
  const checked: Fun<Typed> = {
    ...tree,
    parameters,
    arguments: args.map((argument) => argument.tree),
    result: result?.tree ?? null,
    body,
    declaration: symbol,
  };
  run.knowledge.definitions.set(symbol, checked);
  keepExtent(environment, tree.name, symbol, body);
  awaitRead(environment, symbol);
  return checked;
}

function checkFunBody(
  environment: Environment,
  tree: Fun,
  result: CheckedType | null,
): Expression<Typed> | Block<Typed> {
  if (tree.body.kind !== "block") return checkExpression(environment, tree.body);
  return checkBody(environment, tree.body, { kind: "fun", name: tree.name, result: result?.type ?? UNKNOWN });
}

function signatureParameter({ tree, checked }: CheckedArgument): SignatureParameter {
  return { name: tree.name.name, type: checked.type, bounds: checked.bounds };
}

function resultType(
  environment: Environment,
  tree: Fun,
  body: Expression<Typed> | Block<Typed>,
  result: CheckedType | null,
): Type {
  const type =
    result?.type ?? (body.kind === "block" ? UNKNOWN : resolveType(environment.run, body.note.type));
  if (type.kind === "zero") return valueType(REAL);
  if (type.kind === "value" || type.kind === "unknown") return type;
  const span = body.kind === "block" ? tree.name.span : body.span;
  announceLater(
    environment,
    "functions that return maps",
    "functions that return an operator or a function",
    span,
  );
  return UNKNOWN;
}

function declareFun(
  environment: Environment,
  tree: Fun,
  args: readonly CheckedArgument[],
  result: Type,
  level: Level,
): Symbol {
  const types = args.map(({ checked }) => checked.type);
  return declare(
    environment,
    tree.name,
    { kind: "fun", declaration: tree },
    typing(functionType(types, result), level),
  );
}

/** The type of a function from its arguments and result; unknown where one of them failed. */
function functionType(parameters: readonly Type[], result: Type): Type {
  if (result.kind !== "value" || parameters.some((parameter) => parameter.kind === "unknown")) return UNKNOWN;
  const spaces = parameters
    .filter((parameter) => parameter.kind === "value")
    .map(({ space }): Space => space);
  const higher = spaces.length < parameters.length;
  return {
    kind: "function",
    parameters: spaces,
    result: result.space,
    ...(higher ? { higher: parameters } : {}),
  };
}

/** The latest stage of anything that a function reads; its arguments count as constants. */
function levelOfBody(body: Expression<Typed> | Block<Typed>): Level {
  return body.kind === "block" ? levelOfBlock(body) : body.note.level;
}

function levelOfBlock(block: Block<Typed>): Level {
  return latest(...block.statements.map(levelOfStatement));
}

function levelOfStatement(statement: Statement<Typed>): Level {
  switch (statement.kind) {
    case "let":
    case "letTuple":
    case "var":
      return statement.initial.note.level;
    case "fun":
      return levelOfBody(statement.body);
    case "update":
    case "report":
    case "return":
      return statement.value.note.level;
    case "draw":
      return 4;
    case "if": {
      const { alternative } = statement;
      const other =
        alternative === null
          ? 0
          : alternative.kind === "if"
            ? levelOfStatement(alternative)
            : levelOfBlock(alternative);
      return latest(statement.condition.note.level, levelOfBlock(statement.consequent), other);
    }
    case "while":
      return latest(statement.condition.note.level, levelOfBlock(statement.body));
    case "repeat":
      return latest(statement.count.note.level, levelOfBlock(statement.body));
  }
}

function returnedInterval(block: Block<Typed>): Typing["interval"] {
  const last = block.statements[block.statements.length - 1];
  return last?.kind === "return" ? last.value.note.interval : null;
}
