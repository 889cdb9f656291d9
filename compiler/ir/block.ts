import type { Span } from "../source/span.ts";
import type { Space } from "../types/space.ts";
import type { Operation, OperationAttributes } from "./operation.ts";

/** The type of a variable: a value of a space, a linear operator, a map that is given, or the trace of a loop. */
export type VariableType =
  | { readonly kind: "value"; readonly space: Space }
  | {
      readonly kind: "operator";
      readonly domain: Space;
      readonly codomain: Space;
      readonly properties: readonly string[];
    }
  | {
      readonly kind: "map";
      readonly domain: Space;
      readonly codomain: Space;
      readonly properties: readonly string[];
    }
  | { readonly kind: "trace" };

/** A variable is assigned once. Identity is the object; `name` is a hint for printing. */
export interface Variable {
  readonly name: string;
  readonly type: VariableType;
  /** the same for all samples of a batch (stage <= 2) */
  readonly shared: boolean;
  /** what it is the cotangent of; names are made from that */
  readonly cotangent?: { readonly of: Variable; readonly isNegated: boolean };
}

/** One operation applied to variables. `span` is the place in the program that asked for it. */
export type Equation = { readonly [P in Operation]: EquationOf<P> }[Operation];

export interface EquationOf<P extends Operation> {
  readonly operation: P;
  readonly attributes: OperationAttributes[P];
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  readonly span: Span | null;
}

/** A straight line of equations. A block sees its parameters, and all variables of the blocks around it. */
export interface Block {
  readonly parameters: readonly Variable[];
  readonly equations: readonly Equation[];
  readonly results: readonly Variable[];
}

/** A closed function of the module: a network, its arguments then its weights. */
export interface IrFunction {
  readonly name: string;
  readonly doc: string;
  readonly body: Block;
  /** what a function that differentiation made is to the one that it reverses */
  readonly reverses?: ReversalOf;
}

/** A saving form returns the results of its function, then what it saves; an adjoint reads some of that. */
export type ReversalOf =
  | { readonly kind: "save"; readonly original: string; readonly results: number }
  | {
      readonly kind: "adjoint";
      readonly original: string;
      readonly save: string;
      /** how many arguments of the function come first */
      readonly inputs: number;
      /** then which of the values that are saved, in their order there */
      readonly saved: readonly number[];
      /** the results are the cotangents of these parameters of the function */
      readonly of: readonly number[];
    };
