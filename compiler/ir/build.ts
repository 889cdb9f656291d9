import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { RampWindow } from "../../runtime/operators/library.ts";
import type { LibraryOperatorName, LibrarySettings } from "../../runtime/operators/library.ts";
import type { Span } from "../source/span.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { Block, Equation, IrFunction, Variable } from "./block.ts";
import { Functions } from "./functions.ts";
import { simplifiedLocally } from "./local.ts";
import { reshared, settledLoop } from "./reshare.ts";
import { outputTypes } from "./shape.ts";
import { outputSharing } from "./sharing.ts";
import type { FixedPointOptions } from "./fixedPoint.ts";
import type { ImageMargins, Operation, OperationAttributes } from "./operation.ts";
import type { SolveOptions, SolveTerms } from "./solve.ts";
import { equationOf, freeVariables, instantiated } from "./variables.ts";

/** Emits the equations of a block that takes one value. */
export type MapOf = (inner: IrBuilder, x: Variable) => Variable;

/** Emits the results of a block. */
export type BlockOf = (inner: IrBuilder, parameters: readonly Variable[]) => readonly Variable[];

/** A variable that a block takes. */
export function parameter(name: string, space: Space, shared: boolean): Variable {
  return { name, type: { kind: "value", space }, shared };
}

/**
 * A scope that collects equations. Every operation has a method that computes the type of its output; it throws a
 * ShapeFault where the operation has no meaning for its inputs, which is a fault of the compiler, never of the user.
 * A builder sees what its parents have defined.
 */
export class IrBuilder {
  /** the place in the program that asks for the equations that follow */
  span: Span | null;
  readonly functions: Functions;
  readonly #parent: IrBuilder | null;
  readonly #equations: Equation[] = [];
  readonly #definitions = new Map<Variable, Equation>();
  readonly #constants = new Map<number, Variable>();

  constructor(functions: Functions = new Functions(), parent: IrBuilder | null = null) {
    this.functions = functions;
    this.#parent = parent;
    this.span = parent?.span ?? null;
  }

  /** The equations so far. */
  get equations(): readonly Equation[] {
    return this.#equations;
  }

  /** The equation that defines a variable, here or in a scope around; null for parameters and declarations. */
  definition(variable: Variable): Equation | null {
    return this.#definitions.get(variable) ?? this.#parent?.definition(variable) ?? null;
  }

  /** The number that a variable is known to be, or null. */
  constantOf(variable: Variable): number | null {
    const definition = this.definition(variable);
    return definition?.operation === "constant" ? definition.attributes.value : null;
  }

  /** Appends an equation as it is; its outputs are its own. */
  append(equation: Equation): void {
    this.#equations.push(equation);
    for (const output of equation.outputs) this.#definitions.set(output, equation);
  }

  /** Appends an operation with types and sharing by the rules; `names` are hints for its outputs. */
  emit<P extends Operation>(
    operation: P,
    attributes: OperationAttributes[P],
    inputs: readonly Variable[],
    names: readonly string[] = [],
  ): readonly Variable[] {
    const lookup = (name: string): IrFunction | null => this.functions.get(name);
    const types = outputTypes(
      operation,
      attributes,
      inputs.map((input) => input.type),
      lookup,
    );
    const shared = outputSharing(operation, attributes, inputs, types.length, lookup);
    const outputs = types.map((type, i) => ({
      name: names[i] ?? names[0] ?? operation,
      type,
      shared: shared[i] === true,
    }));
    this.append(equationOf({ operation, attributes, inputs, outputs, span: this.span }));
    return outputs;
  }

  /** Gives the variable a name, if the last equation has just defined it; else the variable stays as it is. */
  named(variable: Variable, name: string): Variable {
    const last = this.#equations.at(-1);
    if (last === undefined || last.operation === "constant" || !last.outputs.includes(variable))
      return variable;
    const renamedVariable = { ...variable, name };
    const outputs = last.outputs.map((output) => (output === variable ? renamedVariable : output));
    this.#equations.pop();
    this.#definitions.delete(variable);
    this.append({ ...last, outputs });
    return renamedVariable;
  }

  /** Copies a block's equations here, with the arguments for its parameters; the results. */
  inline(block: Block, inputs: readonly Variable[]): readonly Variable[] {
    const { equations, results } = instantiated(block, inputs);
    equations.forEach((equation) => {
      this.append(equation);
    });
    return results;
  }

  /** The same, where some of the arguments are the same for all samples, and so is what depends on them alone. */
  inlineAs(block: Block, inputs: readonly Variable[]): readonly Variable[] {
    const names = new Map(
      block.parameters.map((each, i) => [each, { ...each, shared: inputs[i]?.shared === true }] as const),
    );
    return this.inline(reshared(block, names, this.functions), inputs);
  }

  /** A block with the parameters given, whose equations see what is defined here. */
  block(parameters: readonly Variable[], build: BlockOf): Block {
    const inner = new IrBuilder(this.functions, this);
    const results = build(inner, parameters);
    return { parameters, equations: inner.equations, results };
  }

  constant(value: number): Variable {
    const known = this.#knownConstant(value);
    if (known !== null) return known;
    const made = this.#one("constant", { value }, [], String(value));
    this.#constants.set(value, made);
    return made;
  }

  truth(value: boolean): Variable {
    return this.constant(value ? 1 : 0);
  }

  size(dimension: Dimension): Variable {
    return this.#one("size", { dimension }, [], "size");
  }

  /** Indices along an axis, counted from its middle. */
  coordinate(space: Space, axis: number): Variable {
    return this.#one("coordinate", { axis, space }, [], "coordinate");
  }

  fill(value: Variable, space: Space): Variable {
    return this.#one("fill", { space }, [value], "fill");
  }

  elementwise(name: ElementwiseFunction, inputs: readonly Variable[]): Variable {
    return (
      simplifiedLocally(this, name, inputs) ?? this.#one("elementwise", { function: name }, inputs, name)
    );
  }

  product(parts: readonly Variable[]): Variable {
    return this.#one("product", {}, parts, "product");
  }

  part(value: Variable, index: number): Variable {
    const definition = this.definition(value);
    const part = definition?.operation === "product" ? definition.inputs[index] : undefined;
    return part ?? this.#one("part", { index }, [value], `${value.name}_${index}`);
  }

  sum(x: Variable): Variable {
    return this.#one("sum", {}, [x], "sum");
  }

  maximum(x: Variable): Variable {
    return this.#one("maximum", {}, [x], "maximum");
  }

  minimum(x: Variable): Variable {
    return this.#one("minimum", {}, [x], "minimum");
  }

  dot(x: Variable, y: Variable): Variable {
    return this.#one("dot", {}, [x, y], "dot");
  }

  norm2(x: Variable): Variable {
    return this.#one("norm2", {}, [x], "norm2");
  }

  count(x: Variable): Variable {
    return this.#one("count", {}, [x], "count");
  }

  cumulativeSum(x: Variable): Variable {
    return this.#one("cumulativeSum", {}, [x], `sums_${x.name}`);
  }

  groupNorm(x: Variable): Variable {
    return this.#one("groupNorm", {}, [x], "groupNorm");
  }

  channelMaximum(x: Variable): Variable {
    return this.#one("channelMaximum", {}, [x], "peak");
  }

  sumTo(x: Variable, space: Space): Variable {
    return this.#one("sumTo", { space }, [x], "sumTo");
  }

  sumSamples(x: Variable): Variable {
    return this.#one("sumSamples", {}, [x], x.name);
  }

  /** The slices of x along its last axis as samples, for each sample of `like`. */
  slices(x: Variable, like: Variable): Variable {
    return this.#one("slices", {}, [x, like], `${x.name}_slices`);
  }

  joinSlices(y: Variable, count: Dimension, like: Variable): Variable {
    return this.#one("joinSlices", { count }, [y, like], y.name);
  }

  /** v for each of the slices of a sample of `like`; what all samples share stays as it is. */
  repeatSlices(v: Variable, count: Dimension, like: Variable): Variable {
    return this.#one("repeatSlices", { count }, [v, like], v.name);
  }

  sumSlices(y: Variable, count: Dimension, like: Variable): Variable {
    return this.#one("sumSlices", { count }, [y, like], y.name);
  }

  nuclearNorm(x: Variable): Variable {
    return this.#one("nuclearNorm", {}, [x], "nuclearNorm");
  }

  /** U max(S - t, 0) V' of the matrix U S V'. */
  shrinkSingular(x: Variable, t: Variable): Variable {
    return this.#one("shrinkSingular", {}, [x, t], "shrinkSingular");
  }

  /** The derivative of `shrinkSingular` by x, at a cotangent g. */
  shrinkSingularGradient(x: Variable, t: Variable, g: Variable): Variable {
    return this.#one("shrinkSingularGradient", {}, [x, t, g], "shrinkSingularGradient");
  }

  samples(x: Variable): Variable {
    return this.#one("samples", {}, [x], "samples");
  }

  inTraining(running: Variable, training: Variable): Variable {
    return this.#one("inTraining", {}, [running, training], running.name);
  }

  observed(x: Variable, average: Variable, statistic: Variable): Variable {
    return this.#one("observed", {}, [x, average, statistic], x.name);
  }

  largest(x: Variable, share: Variable): Variable {
    return this.#one("largest", {}, [x, share], "largest");
  }

  /** A x, or A' y. */
  apply(operator: Variable, x: Variable, adjoint: boolean): Variable {
    return this.#one("apply", { adjoint }, [operator, x], productName(operator, x, adjoint));
  }

  /** D(x) of a map that is given. */
  applyMap(map: Variable, x: Variable): Variable {
    return this.#one("applyMap", {}, [map, x], `${map.name}_${x.name}`);
  }

  /** The vector-Jacobian product of D at x. */
  applyMapReverse(map: Variable, x: Variable, cotangent: Variable): Variable {
    return this.#one("applyMapReverse", {}, [map, x, cotangent], `${map.name}_back`);
  }

  /** The rows of an array at indices along an axis, the first one by default. */
  rows(x: Variable, indices: Variable, axis = 0): Variable {
    return this.#one("rows", { axis }, [x, indices], `${x.name}_${indices.name}`);
  }

  /** The adjoint of `rows`. */
  placeRows(y: Variable, indices: Variable, space: Space, axis = 0): Variable {
    return this.#one("placeRows", { axis, space }, [y, indices], "placed");
  }

  /** A[i] x, or A[i]' y. */
  applyRows(operator: Variable, indices: Variable, x: Variable, adjoint: boolean): Variable {
    const name = productName({ ...operator, name: `${operator.name}${indices.name}` }, x, adjoint);
    return this.#one("applyRows", { adjoint, codomain: codomainOf(operator) }, [operator, indices, x], name);
  }

  rowNorms(operator: Variable): Variable {
    return this.#one(
      "rowNorms",
      { codomain: codomainOf(operator) },
      [operator],
      `row_norms_${operator.name}`,
    );
  }

  norm(operator: Variable): Variable {
    return this.#one("norm", {}, [operator], `norm_${operator.name}`);
  }

  /** A'A */
  gram(operator: Variable): Variable {
    return this.#one("gram", {}, [operator], `gram_${operator.name}`);
  }

  /** A'A, or W' diag(weights) W of an orthonormal W, with the basis in which it is diagonal. */
  diagonalise(operator: Variable, weights: Variable | null, alone: boolean): Variable {
    const inputs = weights === null ? [operator] : [operator, weights];
    return this.#one("diagonalise", { alone }, inputs, `basis_${operator.name}`);
  }

  /** The product of operators, the outermost first, with the adjoints of those at the places `adjoints`. */
  composition(factors: readonly Variable[], adjoints: readonly number[]): Variable {
    const name = factors.map((factor, place) => `${factor.name}${adjoints.includes(place) ? "t" : ""}`);
    const last = factors.at(-1);
    if (last?.type.kind !== "operator") throw new Error("a product without factors");
    const domain = adjoints.includes(factors.length - 1) ? last.type.codomain : last.type.domain;
    return this.#one("composition", { adjoints, domain }, factors, name.join("_"));
  }

  library(
    name: LibraryOperatorName,
    settings: LibrarySettings,
    domain: Space,
    codomain: Space,
    arrays: readonly Variable[],
  ): Variable {
    return this.#one("library", { name, settings, domain, codomain }, arrays, name);
  }

  filteredBackprojection(operator: Variable, filter: RampWindow): Variable {
    return this.#one("filteredBackprojection", { filter }, [operator], `inverse_${operator.name}`);
  }

  /** W x, or W' x, a value of `space`. */
  matvec(matrix: Variable, x: Variable, transpose: boolean, space: Space): Variable {
    return this.#one("matvec", { transpose, space }, [matrix, x], productName(matrix, x, transpose));
  }

  outerSum(y: Variable, x: Variable, space: Space): Variable {
    return this.#one("outerSum", { space }, [y, x], "outer");
  }

  materialise(domain: Space, map: MapOf): Variable {
    return this.#one("materialise", { domain, map: this.#mapBlock(domain, true, map) }, [], "matrix");
  }

  /** The Frobenius norm of a map that is linear over the reals. */
  frobenius(domain: Space, map: MapOf): Variable {
    return this.#one("frobenius", { domain, map: this.#mapBlock(domain, true, map) }, [], "frobenius");
  }

  /** The x with M x = b, for a definite M that the map applies; with its terms, where they are known. */
  solve(
    b: Variable,
    start: Variable | null,
    options: SolveOptions,
    map: MapOf,
    terms: SolveTerms = { operators: [], factors: [] },
  ): Variable {
    if (b.type.kind !== "value") throw new Error("the right side of a solve is a value");
    const inputs = [b, ...(start === null ? [] : [start]), ...terms.operators, ...terms.factors];
    const attributes = {
      map: this.#mapBlock(
        b.type.space,
        inputs.every((input) => input.shared),
        map,
      ),
      started: start !== null,
      terms: terms.operators.length,
      by: "cg",
      tolerance: options.tolerance,
      maximum: options.maximum,
    } as const;
    return this.#one("solve", attributes, inputs, "solve");
  }

  convolve(images: Variable, filters: Variable, stride: number): Variable {
    return this.#one("convolve", { stride }, [images, filters], "convolve");
  }

  convolveInput(cotangent: Variable, filters: Variable, space: Space, stride: number): Variable {
    return this.#one("convolveInput", { stride, space }, [cotangent, filters], "convolveInput");
  }

  convolveFilter(
    images: Variable,
    cotangent: Variable,
    space: Space,
    stride: number,
    apart = false,
  ): Variable {
    return this.#one("convolveFilter", { stride, space, apart }, [images, cotangent], "convolveFilter");
  }

  maxPool(images: Variable, q: number): Variable {
    return this.#one("maxPool", { q }, [images], "maxPool");
  }

  maxPoolGradient(images: Variable, cotangent: Variable, q: number): Variable {
    return this.#one("maxPoolGradient", { q }, [images, cotangent], "maxPoolGradient");
  }

  depthwise(images: Variable, filters: Variable): Variable {
    return this.#one("depthwise", {}, [images, filters], "depthwise");
  }

  depthwiseInput(cotangent: Variable, filters: Variable): Variable {
    return this.#one("depthwiseInput", {}, [cotangent, filters], "depthwiseInput");
  }

  depthwiseFilter(images: Variable, cotangent: Variable, space: Space, apart = false): Variable {
    return this.#one("depthwiseFilter", { space, apart }, [images, cotangent], "depthwiseFilter");
  }

  shuffle(images: Variable, q: number): Variable {
    return this.#one("shuffle", { q }, [images], "shuffle");
  }

  unshuffle(images: Variable, q: number): Variable {
    return this.#one("unshuffle", { q }, [images], "unshuffle");
  }

  concat(parts: readonly Variable[]): Variable {
    return this.#one("concat", {}, parts, "concat");
  }

  channels(x: Variable, begin: Dimension, size: Dimension): Variable {
    return this.#one("channels", { begin, size }, [x], "channels");
  }

  placeChannels(x: Variable, begin: Dimension, count: Dimension): Variable {
    return this.#one("placeChannels", { begin, count }, [x], "placeChannels");
  }

  extendImage(x: Variable, margins: ImageMargins): Variable {
    return this.#one("extendImage", margins, [x], "extendImage");
  }

  /** The adjoint of `extendImage`. */
  foldImage(x: Variable, margins: ImageMargins): Variable {
    return this.#one("foldImage", margins, [x], "foldImage");
  }

  padImage(x: Variable, multiple: number): Variable {
    return this.#one("padImage", { multiple }, [x], "padImage");
  }

  cropImage(x: Variable, space: Space): Variable {
    return this.#one("cropImage", { space }, [x], "cropImage");
  }

  padImageTo(x: Variable, space: Space): Variable {
    return this.#one("padImageTo", { space }, [x], "padImageTo");
  }

  reshape(x: Variable, space: Space): Variable {
    return this.#one("reshape", { space }, [x], x.name);
  }

  stopGradient(x: Variable): Variable {
    return this.#one("stopGradient", {}, [x], x.name);
  }

  /** z, known to be the fixed point of a block with one parameter; the options are those of the adjoint system. */
  fixedPoint(z: Variable, step: Block, options: FixedPointOptions): Variable {
    return this.#one("fixedPoint", { step, ...options }, [z], z.name);
  }

  /** The results of a function of the module; it is added to the module if it is not there yet. */
  call(called: IrFunction, inputs: readonly Variable[]): readonly Variable[] {
    if (this.functions.get(called.name) === null) this.functions.add(called);
    const names = called.body.results.map((result) => result.name);
    return this.emit("call", { function: called.name }, inputs, names);
  }

  /** The results of one of two blocks, per sample; `names` are hints for them. */
  branch(
    condition: Variable,
    whenTrue: BlockOf,
    whenFalse: BlockOf,
    names: readonly string[] = [],
  ): readonly Variable[] {
    const attributes = { whenTrue: this.block([], whenTrue), whenFalse: this.block([], whenFalse) };
    const hints = attributes.whenTrue.results.map((result, i) => names[i] ?? result.name);
    return this.emit("branch", attributes, [condition], hints);
  }

  /**
   * Repeats `body` while `condition` holds, per sample, at most `maximum` times. Each callback runs once. `hints` are
   * names for what is carried.
   */
  loop(
    carried: readonly Variable[],
    condition: (inner: IrBuilder, carried: readonly Variable[]) => Variable,
    body: BlockOf,
    maximum: number,
    hints: readonly string[] = [],
  ): { readonly carried: readonly Variable[]; readonly capped: Variable } {
    const copies = (): readonly Variable[] =>
      carried.map((each, i) => ({ ...each, name: hints[i] ?? each.name }));
    const attributes = {
      condition: this.block(copies(), (inner, parameters) => [condition(inner, parameters)]),
      body: this.block(copies(), body),
      maximum,
    };
    const { attributes: settled } = settledLoop(
      {
        operation: "loop",
        attributes,
        inputs: carried,
        outputs: [],
        span: this.span,
      },
      this.functions,
    );
    const names = [...carried.map((each, i) => hints[i] ?? each.name), "capped"];
    const outputs = this.emit("loop", settled, carried, names);
    const capped = outputs.at(-1);
    if (capped === undefined) throw new Error("a loop says whether its cap was hit");
    return { carried: outputs.slice(0, -1), capped };
  }

  #mapBlock(domain: Space, shared: boolean, map: MapOf): Block {
    const x = parameter("v", domain, shared);
    const block = this.block([x], (inner) => [map(inner, x)]);
    const together = freeVariables(block).every((variable) => variable.shared);
    return together ? block : reshared(block, new Map([[x, { ...x, shared: false }]]), this.functions);
  }

  #knownConstant(value: number): Variable | null {
    const known = this.#constants.get(value);
    if (known !== undefined) return known;
    return this.#parent === null ? null : this.#parent.#knownConstant(value);
  }

  #one<P extends Operation>(
    operation: P,
    attributes: OperationAttributes[P],
    inputs: readonly Variable[],
    name: string,
  ): Variable {
    const [output] = this.emit(operation, attributes, inputs, [name]);
    if (output === undefined) throw new Error(`${operation} has no output`);
    return output;
  }
}

function codomainOf(operator: Variable): Space {
  if (operator.type.kind !== "operator") throw new Error(`${operator.name} is no operator`);
  return operator.type.codomain;
}

/** The name that a product with an operator gets: `A_x`, `At_y`. */
export function productName(operator: Variable, x: Variable, adjoint: boolean): string {
  const name = `${operator.name}${adjoint ? "t" : ""}_${x.name}`;
  return name.length <= 16 ? name : `${operator.name}${adjoint ? "t" : ""}_v`;
}
