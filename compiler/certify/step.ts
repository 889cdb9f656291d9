import type { Statement } from "../ast/tree.ts";
import type { CheckedProgram } from "../check/program.ts";
import { expressionText } from "../check/expressionText.ts";
import { symbolOf } from "../library/calculus/analyse.ts";
import { collectDefinitions } from "../lower/definitions.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { type Combination, of } from "./combination.ts";
import type { Context } from "./context.ts";
import { scalarOf } from "./numbers.ts";
import type { Scalar } from "./scalar.ts";
import { vectorOf } from "./vectors.ts";

/** The step of a program as equations between the state, data and oracles. */
export interface NormalStep {
  readonly context: Context;
  readonly states: readonly NormalState[];
}

export interface NormalState {
  readonly symbol: Symbol;
  /** the next value; null for numbers */
  readonly next: Combination | null;
  readonly nextNumber: Scalar | null;
}

/** Why a step is not a straight line of equations. */
export interface Obstruction {
  readonly reason: string;
}

/** Runs the step symbolically; an obstruction where it branches, loops or draws. */
export function normalStep(program: CheckedProgram): NormalStep | Obstruction {
  const { step } = program;
  if (step === null) return { reason: "there is no step" };
  const context: Context = {
    definitions: collectDefinitions(program),
    learnables: new Map(program.learnables.map((learn) => [symbolOf(learn.declaration), learn])),
    unknowns: new Map(),
    scalars: new Map(),
    vectors: new Map(),
    textOf: expressionText,
  };
  for (const state of program.states) {
    const symbol = symbolOf(state.declaration);
    if (!isNumberSymbol(symbol)) context.vectors.set(symbol, of({ kind: "state", symbol }));
  }
  for (const statement of step.body.statements) {
    const obstruction = run(context, statement);
    if (obstruction !== null) return obstruction;
  }
  const states = program.states.map((state): NormalState => {
    const symbol = symbolOf(state.declaration);
    return {
      symbol,
      next: context.vectors.get(symbol) ?? null,
      nextNumber: context.scalars.get(symbol) ?? null,
    };
  });
  return { context, states };
}

function run(context: Context, statement: Statement<Typed>): Obstruction | null {
  switch (statement.kind) {
    case "let":
    case "var":
      assign(context, symbolOf(statement.declaration), statement.initial);
      return null;
    case "update":
      if (statement.reference.kind === "symbol" && statement.index === null) {
        assign(context, statement.reference.symbol, statement.value);
        return null;
      }
      return { reason: "a part of a state is updated" };
    case "fun":
    case "report":
      return null;
    case "letTuple":
      return { reason: "several values are taken from one" };
    case "if":
      return { reason: "the step branches" };
    case "while":
    case "repeat":
      return { reason: "the step loops" };
    case "draw":
      return { reason: "the step draws at random" };
    case "return":
      return { reason: "the step returns" };
  }
}

function assign(context: Context, symbol: Symbol, value: Parameters<typeof vectorOf>[1]): void {
  const { type } = symbol.typing;
  if (type.kind !== "value") return;
  if (isNumberSymbol(symbol)) context.scalars.set(symbol, scalarOf(context, value));
  else context.vectors.set(symbol, vectorOf(context, value));
}

export function isNumberSymbol(symbol: Symbol): boolean {
  const { type } = symbol.typing;
  return type.kind === "value" && type.space.kind === "array" && type.space.dimensions.length === 0;
}
