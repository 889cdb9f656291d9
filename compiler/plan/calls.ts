import {
  type ElementwiseExpression,
  replaceInputs,
  type ResultEndings,
} from "../../runtime/arrays/expression.ts";
import type { LibraryOperatorName } from "../../runtime/operators/library.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { termsOf } from "../ir/solve.ts";
import type { Operation, OperationAttributes } from "../ir/operation.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type {
  Call,
  ClosureArgument,
  DimensionArgument,
  ListArgument,
  MethodCallOf,
  Method,
  Pattern,
  Result,
  SpaceArgument,
  VariableArgument,
  WordArgument,
} from "./call.ts";

/** What the rules ask of their surroundings. */
export interface CallContext {
  /** the number that a variable is known to be, or null */
  readonly literal: (variable: Variable) => number | null;
  readonly closure: (parameters: readonly Pattern[], block: Block, result: Result) => ClosureArgument;
  /** a call of a network: its arguments then its weights are given */
  readonly network: (name: string, inputs: readonly Variable[]) => Call;
}

type Rule<P extends Operation> = (equation: EquationOf<P>, context: CallContext) => Call;

/** The call that an equation becomes. */
export function callOf<P extends Operation>(equation: EquationOf<P>, context: CallContext): Call {
  return CALLS[equation.operation](equation, context);
}

/** How the result of the call of an equation is taken apart into the variables that `read` lets through. */
export function outputsOf(equation: Equation, read: (variable: Variable) => boolean): Pattern {
  const items = equation.outputs.map((variable) => (read(variable) ? variablePattern(variable) : null));
  const entry = (name: string, pattern: Pattern | null | undefined) => (pattern ? [{ name, pattern }] : []);
  const list = (part: readonly (Pattern | null)[]) =>
    part.some((item) => item !== null) ? ({ kind: "list", items: trimmed(part) } as const) : null;
  switch (equation.operation) {
    case "branch":
      return { kind: "list", items: trimmed(items) };
    case "loop": {
      const carried = items.slice(0, -1);
      return {
        kind: "record",
        entries: [...entry("carried", list(carried)), ...entry("capped", items.at(-1))],
      };
    }
    case "loopSaving": {
      const carried = entry("carried", list(items.slice(0, -2)));
      const rest = [...entry("capped", items.at(-2)), ...entry("trace", items.at(-1))];
      return { kind: "record", entries: [...carried, ...rest] };
    }
    case "loopAdjoint": {
      const carried = list(items.slice(0, equation.attributes.carried));
      const captured = list(items.slice(equation.attributes.carried));
      return { kind: "record", entries: [...entry("carried", carried), ...entry("captured", captured)] };
    }
    case "fused":
      return items.length === 1 && equation.attributes.endings === undefined
        ? (items[0] ?? { kind: "list", items: [] })
        : { kind: "record", entries: items.flatMap((item, index) => entry(resultName(index), item)) };
    case "call":
      return items.length === 1
        ? (items[0] ?? { kind: "list", items: [] })
        : { kind: "list", items: trimmed(items) };
    default:
      return items[0] ?? { kind: "list", items: [] };
  }
}

/** A list of patterns without the unread ones at its end. */
function trimmed(items: readonly (Pattern | null)[]): readonly (Pattern | null)[] {
  return items.slice(0, items.findLastIndex((item) => item !== null) + 1);
}

/** The operators whose codomain does not follow from domain and arrays. */
const CODOMAIN_GIVEN: ReadonlySet<LibraryOperatorName> = new Set([
  "patches",
  "over_channels",
  "over_pixels",
  "over_axes",
  "reshape",
  "crop",
  "min_coherence",
  "pinv",
  "downsample",
  "bicubic",
  "gaussian",
  "bernoulli",
  "radon",
  "fan_beam",
]);

/** The method of the runtime's operations, or the function, that each operation of the IR becomes. */
const CALLS: { readonly [P in Operation]: Rule<P> } = {
  constant: ({ attributes }) => method("number", [{ kind: "number", value: attributes.value }]),
  size: ({ attributes }) => method("number", [dimension(attributes.dimension)]),
  coordinate: ({ attributes }) => method("coordinate", [space(attributes.space), number(attributes.axis)]),
  fill: (equation, context) =>
    method("fill", [numberOrVariable(input(equation, 0), context), space(equation.attributes.space)]),
  elementwise: (equation, context) =>
    mapCall(
      equation,
      {
        results: {
          result: {
            kind: "apply",
            function: equation.attributes.function,
            arguments: equation.inputs.map((_, index) => ({ kind: "input", name: `v${index}` })),
          },
        },
        inputs: equation.inputs.map((_, index) => `v${index}`),
      },
      context,
    ),
  fused: (equation, context) => mapCall(equation, equation.attributes, context),
  product: ({ inputs }) => method("product", [list(inputs)]),
  part: (equation) => method("part", [first(equation), { kind: "number", value: equation.attributes.index }]),
  sum: (equation) => method("sum", [first(equation)]),
  maximum: (equation) => method("maximum", [first(equation)]),
  minimum: (equation) => method("minimum", [first(equation)]),
  dot: (equation) => method("dot", [first(equation), second(equation)]),
  norm2: (equation) => method("norm2", [first(equation)]),
  count: (equation) => method("count", [first(equation)]),
  cumulativeSum: (equation) => method("cumulativeSum", [first(equation)]),
  groupNorm: (equation) => method("groupNorm", [first(equation)]),
  channelMaximum: (equation) => method("channelMaximum", [first(equation)]),
  sumTo: (equation) => method("sumTo", [first(equation), space(equation.attributes.space)]),
  sumSamples: (equation) => method("sumSamples", [first(equation)]),
  slices: (equation) => method("slices", [first(equation), second(equation)]),
  joinSlices: (equation) =>
    method("joinSlices", [first(equation), dimension(equation.attributes.count), second(equation)]),
  repeatSlices: (equation) => method("repeatSlices", [first(equation), dimension(equation.attributes.count)]),
  sumSlices: (equation) =>
    method("sumSlices", [first(equation), dimension(equation.attributes.count), second(equation)]),
  nuclearNorm: (equation) => method("nuclearNorm", [first(equation)]),
  shrinkSingular: (equation) => method("shrinkSingular", [first(equation), second(equation)]),
  shrinkSingularGradient: (equation) =>
    method("shrinkSingularGradient", [
      first(equation),
      second(equation),
      { kind: "variable", variable: input(equation, 2) },
    ]),
  samples: (equation) => method("samples", [first(equation)]),
  inTraining: (equation) => ({ kind: "same", variable: input(equation, 0) }),
  observed: (equation) => ({ kind: "same", variable: input(equation, 0) }),
  largest: (equation) => method("largest", [first(equation), second(equation)]),
  apply: (equation) => method(applyMethod(equation), [first(equation), second(equation)]),
  applyMap: (equation) => method("applyMap", [first(equation), second(equation)]),
  applyMapReverse: (equation) =>
    method("applyMapReverse", [
      first(equation),
      second(equation),
      { kind: "variable", variable: input(equation, 2) },
    ]),
  rows: (equation) => {
    const { axis } = equation.attributes;
    const [x, indices] = [first(equation), second(equation)];
    return axis === 0 ? method("rows", [x, indices]) : method("rows", [x, indices, number(axis)]);
  },
  placeRows: (equation) => {
    const { axis } = equation.attributes;
    const [y, indices, whole] = [first(equation), second(equation), space(equation.attributes.space)];
    return axis === 0
      ? method("placeRows", [y, indices, whole])
      : method("placeRows", [y, indices, whole, number(axis)]);
  },
  applyRows: (equation) =>
    method(equation.attributes.adjoint ? "applyRowsAdjoint" : "applyRows", [
      first(equation),
      second(equation),
      { kind: "variable", variable: input(equation, 2) },
    ]),
  rowNorms: (equation) => method("rowNorms", [first(equation)]),
  norm: (equation) => method(input(equation, 0).shared ? "norm" : "norms", [first(equation)]),
  gram: (equation) => method("gram", [first(equation)]),
  diagonalise: (equation) => {
    const weights = equation.inputs[1];
    return method("diagonalise", [
      first(equation),
      weights === undefined ? { kind: "nothing" } : { kind: "variable", variable: weights },
      { kind: "settings", settings: { alone: equation.attributes.alone } },
    ]);
  },
  composition: ({ attributes: { adjoints }, inputs }) =>
    method(
      "composition",
      adjoints.length === 0 ? [list(inputs)] : [list(inputs), { kind: "settings", settings: { adjoints } }],
    ),
  library: ({ attributes: { name, settings, domain, codomain }, inputs }) => {
    const head = [{ kind: "word", word: name }, { kind: "settings", settings }, space(domain)] as const;
    const arrays = list(inputs);
    return method(
      "library",
      CODOMAIN_GIVEN.has(name) ? [...head, arrays, space(codomain)] : [...head, arrays],
    );
  },
  filteredBackprojection: (equation) =>
    method("filteredBackprojection", [first(equation), { kind: "word", word: equation.attributes.filter }]),
  matvec: (equation) =>
    method(equation.attributes.transpose ? "matvecTransposed" : "matvec", [
      first(equation),
      second(equation),
      space(equation.attributes.space),
    ]),
  outerSum: (equation) => method("outerSum", [first(equation), second(equation)]),
  materialise: ({ attributes }, context) =>
    method("materialise", [space(attributes.domain), linearMap(attributes.map, context)]),
  frobenius: ({ attributes }, context) =>
    method("frobenius", [space(attributes.domain), linearMap(attributes.map, context)]),
  solve: (equation, context) => {
    const { map, started, terms, by, tolerance, maximum } = equation.attributes;
    const b = first(equation);
    const start = started ? second(equation) : ({ kind: "nothing" } as const);
    const apply = linearMap(map, context);
    const settings = { kind: "settings", settings: { by, tolerance, maximum } } as const;
    if (terms === 0) return method("solve", [b, start, apply, settings]);
    const { operators, factors } = termsOf(equation);
    return method("solveDiagonalised", [b, start, apply, settings, list(operators), list(factors)]);
  },
  convolve: (equation) =>
    method("convolve", [first(equation), second(equation), number(equation.attributes.stride)]),
  convolveInput: (equation) =>
    method("convolveInputGradient", [
      first(equation),
      second(equation),
      space(equation.attributes.space),
      number(equation.attributes.stride),
    ]),
  convolveFilter: (equation) =>
    method("convolveFilterGradient", [
      first(equation),
      second(equation),
      space(equation.attributes.space),
      number(equation.attributes.stride),
      ...apart(equation.attributes.apart),
    ]),
  maxPool: (equation) => method("maxPool", [first(equation), number(equation.attributes.q)]),
  maxPoolGradient: (equation) =>
    method("maxPoolGradient", [first(equation), second(equation), number(equation.attributes.q)]),
  depthwise: (equation) => method("depthwise", [first(equation), second(equation)]),
  depthwiseInput: (equation) => method("depthwiseInputGradient", [first(equation), second(equation)]),
  depthwiseFilter: (equation) =>
    method("depthwiseFilterGradient", [
      first(equation),
      second(equation),
      space(equation.attributes.space),
      ...apart(equation.attributes.apart),
    ]),
  shuffle: (equation) => method("shuffle", [first(equation), number(equation.attributes.q)]),
  unshuffle: (equation) => method("unshuffle", [first(equation), number(equation.attributes.q)]),
  concat: ({ inputs }) => method("concat", [list(inputs)]),
  channels: (equation) =>
    method("channels", [
      first(equation),
      dimension(equation.attributes.begin),
      dimension(equation.attributes.size),
    ]),
  placeChannels: (equation) =>
    method("placeChannels", [
      first(equation),
      dimension(equation.attributes.begin),
      dimension(equation.attributes.count),
    ]),
  extendImage: (equation) => method("extendImage", [first(equation), marginSettings(equation)]),
  foldImage: (equation) => method("foldImage", [first(equation), marginSettings(equation)]),
  padImage: (equation) => method("padImage", [first(equation), number(equation.attributes.multiple)]),
  cropImage: (equation) => method("cropImage", [first(equation), space(equation.attributes.space)]),
  padImageTo: (equation) => method("padImageTo", [first(equation), space(equation.attributes.space)]),
  reshape: (equation) => method("reshape", [first(equation), space(equation.attributes.space)]),
  branch: (equation, context) =>
    method("branch", [
      first(equation),
      context.closure([], equation.attributes.whenTrue, results(equation.attributes.whenTrue)),
      context.closure([], equation.attributes.whenFalse, results(equation.attributes.whenFalse)),
    ]),
  loop: (equation, context) => method("loop", loopArguments(equation, context)),
  loopSaving: (equation, context) => method("loopSaving", loopArguments(equation, context)),
  loopAdjoint: (equation, context) => {
    const { body, carried } = equation.attributes;
    const active = body.parameters.slice(2 * carried).map(variablePattern);
    const parameters = [
      listPattern(body.parameters.slice(0, carried)),
      listPattern(body.parameters.slice(carried, 2 * carried)),
      ...active,
    ];
    const closure = context.closure(parameters, body, {
      kind: "record",
      entries: [
        { name: "carried", result: { kind: "list", items: body.results.slice(0, carried) } },
        { name: "captured", result: { kind: "list", items: body.results.slice(carried) } },
      ],
    });
    return method("loopAdjoint", [
      first(equation),
      list(equation.inputs.slice(1, 1 + carried)),
      closure,
      list(equation.inputs.slice(1 + carried)),
    ]);
  },
  call: ({ attributes, inputs }, context) => context.network(attributes.function, inputs),
  stopGradient: (equation) => ({ kind: "same", variable: input(equation, 0) }),
  fixedPoint: (equation) => ({ kind: "same", variable: input(equation, 0) }),
};

/** A call of a method; its arguments are checked against the method's signature. */
function method<M extends Method>(name: M, values: MethodCallOf<M>["arguments"]): MethodCallOf<M> {
  return { kind: "method", method: name, arguments: values };
}

function input(equation: Equation, index: number): Variable {
  const variable = equation.inputs[index];
  if (variable === undefined) throw new Error(`${equation.operation} lacks its input ${index}`);
  return variable;
}

const variablePattern = (variable: Variable): Pattern => ({ kind: "variable", variable });
const listPattern = (variables: readonly Variable[]): Pattern => ({
  kind: "list",
  items: variables.map(variablePattern),
});
const first = (equation: Equation): VariableArgument => ({ kind: "variable", variable: input(equation, 0) });
const second = (equation: Equation): VariableArgument => ({ kind: "variable", variable: input(equation, 1) });
const number = (value: number) => ({ kind: "number", value }) as const;
const list = (variables: readonly Variable[]): ListArgument => ({ kind: "list", variables });
const space = (value: Space): SpaceArgument => ({ kind: "space", space: value });
const dimension = (value: Dimension): DimensionArgument => ({ kind: "dimension", dimension: value });
const apart = (is: boolean): readonly [] | readonly [WordArgument] =>
  is ? [{ kind: "word", word: "apart" }] : [];
const results = (block: Block): Result => ({ kind: "list", items: block.results });

function marginSettings({ attributes }: EquationOf<"extendImage" | "foldImage">) {
  const { boundary, before, after, only } = attributes;
  const axis = only === undefined ? {} : { only };
  return { kind: "settings", settings: { boundary, before, after, ...axis } } as const;
}

function numberOrVariable(variable: Variable, context: CallContext) {
  const value = context.literal(variable);
  return value === null ? ({ kind: "variable", variable } as const) : number(value);
}

function linearMap(block: Block, context: CallContext): ClosureArgument {
  return context.closure(block.parameters.map(variablePattern), block, single(block));
}

function single(block: Block): Result {
  const variable = block.results[0];
  if (variable === undefined) throw new Error("a block that stands for a value has no result");
  return { kind: "variable", variable };
}

function loopArguments(
  equation: EquationOf<"loop"> | EquationOf<"loopSaving">,
  context: CallContext,
): MethodCallOf<"loop">["arguments"] {
  const { condition, body, maximum } = equation.attributes;
  return [
    list(equation.inputs),
    context.closure([listPattern(condition.parameters)], condition, single(condition)),
    context.closure([listPattern(body.parameters)], body, results(body)),
    number(maximum),
  ];
}

/** The endings of results by the names that the call has for them. */
function endingsArgument(results: readonly string[], endings: ResultEndings) {
  const named = results.flatMap((name, index) => {
    const ending = endings[name];
    return ending === undefined ? [] : [[resultName(index), ending] as const];
  });
  return { kind: "settings", settings: Object.fromEntries(named) } as const;
}

/** Elementwise expressions in which numbers stand as numbers, and every variable once. */
function mapCall(
  equation: Equation,
  { results, inputs: names, endings }: OperationAttributes["fused"],
  context: CallContext,
): Call {
  const someArray = equation.inputs.some((variable) => context.literal(variable) === null);
  const replacements = new Map<string, ElementwiseExpression>();
  const entries = new Map<Variable, string>();
  names.forEach((name, index) => {
    const variable = input(equation, index);
    const value = someArray ? context.literal(variable) : null;
    if (value !== null) replacements.set(name, { kind: "constant", value });
    else {
      const known = entries.get(variable) ?? `v${entries.size}`;
      entries.set(variable, known);
      replacements.set(name, { kind: "input", name: known });
    }
  });
  const inputs = {
    kind: "inputs",
    entries: [...entries].map(([variable, name]) => ({ name, variable })),
  } as const;
  const replaced = Object.entries(results).map(([name, expression], index) => {
    const found = replaceInputs(expression, replacements);
    replacements.set(name, { kind: "input", name: resultName(index) });
    return [resultName(index), found] as const;
  });
  const all = { kind: "expressions", results: Object.fromEntries(replaced) } as const;
  if (endings !== undefined)
    return method("mapAll", [all, inputs, endingsArgument(Object.keys(results), endings)]);
  const [[, expression] = [], ...others] = replaced;
  return expression !== undefined && others.length === 0
    ? method("map", [{ kind: "expression", expression }, inputs])
    : method("mapAll", [all, inputs]);
}

/** The name of a result among several. */
const resultName = (index: number): string => `r${index}`;

function applyMethod({ attributes: { adjoint, within } }: EquationOf<"apply">) {
  if (within === true) return adjoint ? "appliedAdjoint" : "applied";
  return adjoint ? "applyAdjoint" : "apply";
}
