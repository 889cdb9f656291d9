import type { Block, Statement } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Typed } from "../../types/typing.ts";
import { checkLet, checkLetTuple, checkVar } from "../bindings.ts";
import { type Environment, report } from "../context.ts";
import { expectDeclared } from "../declared.ts";
import { checkExpression } from "../expression.ts";
import { checkFun } from "../funs.ts";
import { nestedScope } from "../scope.ts";
import type { BlockOwner } from "./block.ts";
import { checkIf, checkRepeat, checkWhile } from "./control.ts";
import { checkDraw } from "./draw.ts";
import { checkReport } from "./report.ts";
import { checkUpdate } from "./update.ts";

/** The body of a function or network, which ends with `return`. */
export function typeBody(
  environment: Environment,
  block: Block,
  owner: Extract<BlockOwner, { kind: "fun" | "net" }>,
): Block<Typed> {
  const statements = checkStatements(environment, block, owner, true);
  const last = block.statements[block.statements.length - 1];
  if (last?.kind !== "return") {
    report(environment, diagnose("IPX5007", owner.name.span, { owner: owner.name.name, kind: "missing" }));
  }
  return { ...block, statements };
}

/** A block with names of its own. */
export function typeBlock(environment: Environment, block: Block, owner: BlockOwner): Block<Typed> {
  const inner: Environment = { ...environment, scope: nestedScope(environment.scope) };
  return { ...block, statements: checkStatements(inner, block, owner, false) };
}

function checkStatements(
  environment: Environment,
  block: Block,
  owner: BlockOwner,
  returns: boolean,
): readonly Statement<Typed>[] {
  return block.statements.map((statement, position) => {
    const isLast = position === block.statements.length - 1;
    return checkStatement(environment, statement, owner, returns && isLast);
  });
}

function checkStatement(
  environment: Environment,
  statement: Statement,
  owner: BlockOwner,
  mayReturn: boolean,
): Statement<Typed> {
  switch (statement.kind) {
    case "let":
      return checkLet(environment, statement);
    case "letTuple":
      return checkLetTuple(environment, statement);
    case "var":
      return checkVar(environment, statement);
    case "fun":
      return checkFun(environment, statement);
    case "update":
      return checkUpdate(environment, statement);
    case "if":
      return checkIf(environment, statement, owner);
    case "while":
      return checkWhile(environment, statement, owner);
    case "repeat":
      return checkRepeat(environment, statement, owner);
    case "draw":
      if (owner.kind !== "step") refuse(environment, statement, "draw");
      return checkDraw(environment, statement);
    case "report":
      if (owner.kind !== "step") refuse(environment, statement, "report");
      return checkReport(environment, statement);
    case "return":
      return checkReturn(environment, statement, owner, mayReturn);
  }
}

function refuse(environment: Environment, statement: Statement, word: string): void {
  report(environment, diagnose("IPX5009", statement.span, { word, place: "a function or a network" }));
}

function checkReturn(
  environment: Environment,
  statement: Extract<Statement, { kind: "return" }>,
  owner: BlockOwner,
  mayReturn: boolean,
): Statement<Typed> {
  const value = checkExpression(environment, statement.value);
  if (owner.kind === "step" || !mayReturn) {
    const kind = owner.kind === "step" ? "misplaced" : "after";
    const name = owner.kind === "step" ? "step" : owner.name.name;
    report(environment, diagnose("IPX5007", statement.span, { owner: name, kind }));
    return { ...statement, value };
  }
  const declared = { name: owner.name, type: owner.result, fills: false };
  return { ...statement, value: expectDeclared(environment, declared, value) };
}
