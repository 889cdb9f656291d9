import type {
  AnnotationCstNode,
  BlockCstNode,
  DrawBindingCstNode,
  FunCstNode,
  IfStatementCstNode,
  InitialCstNode,
  LetBindingCstNode,
  StatementCstNode,
  UpdateCstNode,
  VarBindingCstNode,
} from "../../../grammar/cst.ts";
import type {
  Block,
  Draw,
  Expression,
  Fun,
  If,
  Let,
  LetTuple,
  Statement,
  Type,
  Update,
  Var,
} from "../tree.ts";
import { at, type Context, declared, identifier, only, optional, spanOf } from "./context.ts";
import { expression, sum } from "./expressions.ts";
import { parameters, properties, type, typedName } from "./types.ts";

/** Builds `= e`. */
export function initial(context: Context, nodes: readonly InitialCstNode[] | undefined): Expression {
  return expression(context, only(only(nodes).children.expression));
}

function annotation(context: Context, nodes: readonly AnnotationCstNode[] | undefined): Type | null {
  return optional(nodes, (node) => type(context, only(node.children.type)));
}

/** Builds `{ ... }` with statements. */
export function block(context: Context, node: BlockCstNode): Block {
  const statements = (node.children.statement ?? []).map((one) => statement(context, one));
  return { kind: "block", span: spanOf(context, node), statements };
}

/** Builds `let`, of one name or of several. */
export function letBinding(context: Context, node: LetBindingCstNode): Let | LetTuple {
  const { children } = node;
  const shared = {
    ...declared(context, node),
    initial: initial(context, children.initial),
    properties: properties(context, children.properties),
    declaration: null,
  };
  const pattern = children.pattern?.[0];
  if (pattern !== undefined) {
    return {
      kind: "letTuple",
      ...shared,
      names: pattern.children.Name.map((name) => identifier(context, name)),
    };
  }
  return {
    kind: "let",
    ...shared,
    name: identifier(context, only(children.Name)),
    type: annotation(context, children.annotation),
  };
}

function varBinding(context: Context, node: VarBindingCstNode): Var {
  return {
    kind: "var",
    ...declared(context, node),
    name: identifier(context, only(node.children.Name)),
    type: annotation(context, node.children.annotation),
    initial: initial(context, node.children.initial),
    declaration: null,
  };
}

/** Builds `draw x from d`. */
export function drawBinding(context: Context, node: DrawBindingCstNode): Draw {
  return {
    kind: "draw",
    ...declared(context, node),
    name: identifier(context, only(node.children.Name)),
    type: annotation(context, node.children.annotation),
    distribution: expression(context, only(node.children.expression)),
    declaration: null,
  };
}

/** Builds a function, of a file, a program or a step. */
export function fun(context: Context, node: FunCstNode): Fun {
  const { children } = node;
  const signature = only(children.signature).children;
  const body = children.block?.[0];
  return {
    kind: "fun",
    ...declared(context, node),
    name: identifier(context, only(signature.Name)),
    parameters: parameters(context, signature.parameters),
    arguments: signature.typedName.map((argument) => typedName(context, argument)),
    result: optional(children.type, (result) => type(context, result)),
    body: body === undefined ? initial(context, children.initial) : block(context, body),
    declaration: null,
  };
}

function update(context: Context, node: UpdateCstNode): Update {
  return {
    kind: "update",
    ...declared(context, node),
    name: identifier(context, only(node.children.Name)),
    reference: null,
    indices: (node.children.sum ?? []).map((index) => sum(context, index)),
    value: expression(context, only(node.children.expression)),
  };
}

function ifStatement(context: Context, node: IfStatementCstNode): If {
  const { children } = node;
  return {
    kind: "if",
    ...declared(context, node),
    condition: expression(context, only(children.expression)),
    consequent: block(context, only(children.block)),
    alternative:
      optional(children.ifStatement, (next): Block | If => ifStatement(context, next)) ??
      optional(children.otherwise, (otherwise) => block(context, otherwise)),
  };
}

function statement(context: Context, { children }: StatementCstNode): Statement {
  if (children.letBinding !== undefined) return letBinding(context, at(children.letBinding, 0));
  if (children.varBinding !== undefined) return varBinding(context, at(children.varBinding, 0));
  if (children.fun !== undefined) return fun(context, at(children.fun, 0));
  if (children.update !== undefined) return update(context, at(children.update, 0));
  if (children.ifStatement !== undefined) return ifStatement(context, at(children.ifStatement, 0));
  if (children.drawBinding !== undefined) return drawBinding(context, at(children.drawBinding, 0));
  return loopOrResult(context, children);
}

function loopOrResult(context: Context, children: StatementCstNode["children"]): Statement {
  const [loop, repeat, report] = [
    children.whileStatement?.[0],
    children.repeatStatement?.[0],
    children.reportStatement?.[0],
  ];
  if (loop !== undefined) {
    return {
      kind: "while",
      ...declared(context, loop),
      condition: expression(context, only(loop.children.expression)),
      max: sum(context, only(loop.children.sum)),
      body: block(context, only(loop.children.block)),
    };
  }
  if (repeat !== undefined) {
    return {
      kind: "repeat",
      ...declared(context, repeat),
      count: sum(context, only(repeat.children.sum)),
      body: block(context, only(repeat.children.block)),
    };
  }
  if (report !== undefined) {
    return {
      kind: "report",
      ...declared(context, report),
      name: identifier(context, only(report.children.Name)),
      value: initial(context, report.children.initial),
      declaration: null,
    };
  }
  const result = only(children.returnStatement);
  return {
    kind: "return",
    ...declared(context, result),
    value: expression(context, only(result.children.expression)),
  };
}
