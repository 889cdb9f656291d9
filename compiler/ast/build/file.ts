import type {
  FileCstNode,
  GivenCstNode,
  InputMemberCstNode,
  ItemCstNode,
  LearnCstNode,
  MemberCstNode,
  MembersCstNode,
  NetCstNode,
  ProblemCstNode,
  ProgramCstNode,
  StateCstNode,
  StepCstNode,
  TargetCstNode,
  WhereCstNode,
} from "../../../grammar/cst.ts";
import type {
  Expression,
  Given,
  Import,
  Input,
  Item,
  Learn,
  Member,
  Net,
  Problem,
  Program,
  ProgramFor,
  State,
  Step,
  Target,
} from "../tree.ts";
import { at, type Context, declared, identifier, only, optional, tokenSpan, unquoted } from "./context.ts";
import { block, drawBinding, fun, initial, letBinding } from "./declarations.ts";
import { callArguments, comparison, expression, targetName } from "./expressions.ts";
import { parameters, properties, type, typedName } from "./types.ts";

/** Builds the items of a file. */
export function items(context: Context, { children }: FileCstNode): readonly Item[] {
  return (children.item ?? []).map((node) => item(context, node));
}

function item(context: Context, { children }: ItemCstNode): Item {
  if (children.program !== undefined) return program(context, at(children.program, 0));
  if (children.problem !== undefined) return problem(context, at(children.problem, 0));
  if (children.net !== undefined) return net(context, at(children.net, 0));
  if (children.fun !== undefined) return fun(context, at(children.fun, 0));
  return importItem(context, only(children.importItem));
}

function importItem(
  context: Context,
  node: NonNullable<ItemCstNode["children"]["importItem"]>[number],
): Import {
  const path = only(node.children.String);
  return {
    kind: "import",
    ...declared(context, node),
    names: node.children.Name.map((name) => identifier(context, name)),
    path: unquoted(path),
    pathSpan: tokenSpan(context, path),
  };
}

function program(context: Context, node: ProgramCstNode): Program | ProgramFor {
  const { children } = node;
  const shared = {
    ...declared(context, node),
    name: identifier(context, only(children.Name)),
    declaration: null,
  };
  if (children.method !== undefined) {
    return {
      kind: "programFor",
      ...shared,
      method: identifier(context, only(children.method)),
      problem: identifier(context, only(children.problem)),
    };
  }
  return {
    kind: "program",
    ...shared,
    parameters: parameters(context, children.parameters),
    conditions: conditions(context, children.where),
    members: members(context, only(children.members)),
  };
}

function problem(context: Context, node: ProblemCstNode): Problem {
  const { children } = node;
  return {
    kind: "problem",
    ...declared(context, node),
    name: identifier(context, only(children.Name)),
    parameters: parameters(context, children.parameters),
    conditions: conditions(context, children.where),
    members: members(context, only(children.members)),
    declaration: null,
  };
}

function conditions(context: Context, nodes: readonly WhereCstNode[] | undefined): readonly Expression[] {
  return (nodes?.[0]?.children.comparison ?? []).map((condition) => comparison(context, condition));
}

function net(context: Context, node: NetCstNode): Net {
  const { children } = node;
  const signature = only(children.signature).children;
  const body = children.block?.[0];
  const path = children.String?.[0];
  return {
    kind: "net",
    ...declared(context, node),
    name: identifier(context, only(signature.Name)),
    parameters: parameters(context, signature.parameters),
    arguments: signature.typedName.map((argument) => typedName(context, argument)),
    result: type(context, only(children.type)),
    body:
      path === undefined
        ? block(context, only(body === undefined ? [] : [body]))
        : { kind: "netFile", span: tokenSpan(context, path), path: unquoted(path), network: null },
    declaration: null,
  };
}

function members(context: Context, { children }: MembersCstNode): readonly Member[] {
  return (children.member ?? []).map((node) => member(context, node));
}

function member(context: Context, { children }: MemberCstNode): Member {
  if (children.given !== undefined) return given(context, at(children.given, 0));
  if (children.inputMember !== undefined) return input(context, at(children.inputMember, 0));
  if (children.learn !== undefined) return learn(context, at(children.learn, 0));
  if (children.letBinding !== undefined) return letBinding(context, at(children.letBinding, 0));
  if (children.fun !== undefined) return fun(context, at(children.fun, 0));
  if (children.state !== undefined) return state(context, at(children.state, 0));
  if (children.drawBinding !== undefined) return drawBinding(context, at(children.drawBinding, 0));
  if (children.step !== undefined) return step(context, at(children.step, 0));
  if (children.target !== undefined) return target(context, at(children.target, 0));
  const output = children.output?.[0];
  if (output !== undefined) {
    const value = expression(context, only(output.children.expression));
    return { kind: "output", ...declared(context, output), value };
  }
  const objective = only(children.objective);
  const value = expression(context, only(objective.children.expression));
  return { kind: "objective", ...declared(context, objective), value };
}

function given(context: Context, node: GivenCstNode): Given {
  const { children } = node;
  const typed = typedName(context, only(children.typedName));
  return {
    kind: "given",
    ...declared(context, node),
    name: typed.name,
    type: typed.type,
    perStep: children.perStep !== undefined,
    initial: optional(children.initial, (start) => initial(context, [start])),
    properties: properties(context, children.properties),
    declaration: null,
  };
}

function input(context: Context, node: InputMemberCstNode): Input {
  const { name, type: declaredType } = typedName(context, only(node.children.typedName));
  return {
    kind: "input",
    ...declared(context, node),
    name,
    type: declaredType,
    properties: properties(context, node.children.properties),
    declaration: null,
  };
}

function learn(context: Context, node: LearnCstNode): Learn {
  const { children } = node;
  const typed = typedName(context, only(children.typedName));
  return {
    kind: "learn",
    ...declared(context, node),
    name: typed.name,
    type: typed.type,
    via: optional(children.via, (via) => identifier(context, only(via.children.Name))),
    perStep: children.perStep !== undefined,
    initial: initial(context, children.initial),
    properties: properties(context, children.properties),
    declaration: null,
  };
}

function state(context: Context, node: StateCstNode): State {
  const { name, type: declaredType } = typedName(context, only(node.children.typedName));
  return {
    kind: "state",
    ...declared(context, node),
    name,
    type: declaredType,
    initial: initial(context, node.children.initial),
    properties: properties(context, node.children.properties),
    declaration: null,
  };
}

function step(context: Context, node: StepCstNode): Step {
  return {
    kind: "step",
    ...declared(context, node),
    counter: optional(node.children.Name, (name) => identifier(context, name)),
    body: block(context, only(node.children.block)),
    declaration: null,
  };
}

function target(context: Context, node: TargetCstNode): Target {
  const word = only(node.children.target);
  return {
    kind: "target",
    ...declared(context, node),
    target: targetName(word),
    targetSpan: tokenSpan(context, word),
    arguments: callArguments(context, only(node.children.callArguments)),
  };
}
