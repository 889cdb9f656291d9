import type { Expression } from "../ast/tree.ts";
import type { SolveOptions } from "../ir/solve.ts";
import type { Block, Variable } from "../ir/block.ts";
import type { ImageMargins } from "../ir/operation.ts";
import type { LibraryName } from "../library/names.ts";
import type { Span } from "../source/span.ts";
import type { Space } from "../types/space.ts";
import type { SettingValue, Symbol, Typed } from "../types/typing.ts";
import type { EachPlace } from "./each.ts";
import type { Scope } from "./scope.ts";

/** What an expression of the language is while it is lowered: only values become variables of the IR. */
export type Lowered =
  | { readonly kind: "value"; readonly variable: Variable }
  /** a literal 0 whose space is not fixed yet */
  | { readonly kind: "zero" }
  | { readonly kind: "tuple"; readonly parts: readonly Lowered[] }
  | { readonly kind: "operator"; readonly operator: OperatorForm }
  | { readonly kind: "function"; readonly of: FunctionValue }
  | { readonly kind: "set"; readonly set: SetValue };

/** A linear operator as an algebraic expression over operators that are bound at run time. */
export type OperatorForm =
  | { readonly kind: "identity"; readonly domain: Space; readonly codomain: Space }
  | {
      readonly kind: "bound";
      readonly variable: Variable;
      /** a bound that the program declares is used as it stands */
      readonly declaredNorm: number | null;
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** a learned matrix of shape [entries of codomain, entries of domain] */
  | { readonly kind: "matrix"; readonly matrix: Variable; readonly domain: Space; readonly codomain: Space }
  /** x times `entries`, which align from the first axis */
  | {
      readonly kind: "diagonal";
      readonly entries: Variable;
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** the inverse of a definite operator, by a solve */
  | {
      readonly kind: "inverse";
      readonly of: OperatorForm;
      readonly options: SolveOptions;
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** learned filters [k, k, 1, n] on images, beyond whose borders `boundary` says what stands */
  | {
      readonly kind: "convolution";
      readonly filters: Variable;
      readonly boundary: ImageMargins["boundary"];
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** the convolution of images [h, w] or signals [n] with a real kernel that is not known before a run */
  | {
      readonly kind: "kernelBlur";
      readonly kernel: Variable;
      readonly boundary: ImageMargins["boundary"];
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** x times `maps` on a new last axis */
  | { readonly kind: "coils"; readonly maps: Variable; readonly domain: Space; readonly codomain: Space }
  | { readonly kind: "part"; readonly of: "real" | "imag"; readonly domain: Space; readonly codomain: Space }
  | { readonly kind: "adjoint"; readonly of: OperatorForm; readonly domain: Space; readonly codomain: Space }
  | {
      readonly kind: "compose";
      readonly left: OperatorForm;
      readonly right: OperatorForm;
      readonly domain: Space;
      readonly codomain: Space;
    }
  | {
      readonly kind: "scale";
      readonly by: Variable;
      readonly of: OperatorForm;
      readonly domain: Space;
      readonly codomain: Space;
    }
  | {
      readonly kind: "sum";
      readonly left: OperatorForm;
      readonly right: OperatorForm;
      readonly sign: 1 | -1;
      readonly domain: Space;
      readonly codomain: Space;
    }
  | {
      readonly kind: "stack";
      readonly direction: "vertical" | "horizontal" | "diagonal";
      readonly parts: readonly OperatorForm[];
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** A[i]: `of` restricted to indices along an axis of its codomain, the first one but for A[J, i] */
  | {
      readonly kind: "rows";
      readonly of: OperatorForm;
      readonly indices: Variable;
      readonly axis: number;
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** `of` on each slice along the last axis */
  | {
      readonly kind: "each";
      readonly of: OperatorForm;
      readonly place: EachPlace;
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** the derivative of a block with one result at the points that stand for its parameters */
  | {
      readonly kind: "derivative";
      readonly of: Block;
      readonly points: readonly Variable[];
      /** whether it is a Hessian, which its adjoint applies at less cost */
      readonly symmetric: boolean;
      readonly span: Span;
      readonly domain: Space;
      readonly codomain: Space;
    }
  /** a number as an operator from R: t |-> t*direction */
  | {
      readonly kind: "column";
      readonly direction: Variable;
      readonly domain: Space;
      readonly codomain: Space;
    };

/** A function, map or network while it is lowered. The expressions are read in the scope where they were written. */
export type FunctionValue =
  /** an expression that denotes a function: a name, t*g, f + g, prox(g), grad f, huber(delta = 1) */
  | { readonly kind: "expression"; readonly expression: Expression<Typed>; readonly scope: Scope }
  | {
      readonly kind: "library";
      readonly name: LibraryName;
      readonly settings: Readonly<Record<string, SettingValue>>;
    }
  | { readonly kind: "gradient"; readonly of: FunctionValue }
  | { readonly kind: "network"; readonly symbol: Symbol }
  /** a map that is bound at run time */
  | { readonly kind: "given"; readonly map: Variable }
  | { readonly kind: "operator"; readonly operator: OperatorForm };

export type SetValue =
  | { readonly kind: "nonnegative" }
  | { readonly kind: "box"; readonly low: Variable; readonly high: Variable }
  | { readonly kind: "ball" | "ball1" | "ball_inf"; readonly radius: Variable }
  /** dot(normal, x) <= offset */
  | { readonly kind: "halfspace"; readonly normal: Variable; readonly offset: Variable }
  /** A x = right, with A A' = multiple I, or null and a system to solve by `solve` */
  | {
      readonly kind: "affine";
      readonly operator: OperatorForm;
      readonly right: Variable;
      readonly multiple: Variable | null;
      readonly solve: SolveOptions;
    }
  | { readonly kind: "simplex" };
