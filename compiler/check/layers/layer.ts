import type { Argument, Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { LAYERS, type LayerName } from "../../library/layers/table.ts";
import type { LayerSignature } from "../../library/layers/signature.ts";
import { NETS, type NetName } from "../../library/nets/table.ts";
import {
  add,
  constant,
  constantValue,
  type Dimension,
  name as nameDimension,
} from "../../types/dimension.ts";
import { from, REALS } from "../../types/interval.ts";
import { arraySpace, type Space, spaceText } from "../../types/space.ts";
import { attempt, resolveSpace, unifyAxes, unifySpaces } from "../../types/substitution.ts";
import type { CallMeaning, SettingValue, Typed } from "../../types/typing.ts";
import { checkArguments, type CheckedArguments } from "../calls/arguments.ts";
import { asImage } from "../calls/images.ts";
import { defaultSettings } from "../calls/defaults.ts";
import { type Environment, recordRead, report } from "../context.ts";
import { checkExpression } from "../expression.ts";
import { expressionText } from "../expressionText.ts";
import { lookUp } from "../scope.ts";
import { checkDomain } from "../rules/requirements.ts";
import { reportNoSize, sizeOf } from "../sizes.ts";
import { spaceOf, unknownTyping, valueTyping } from "../typed.ts";
import { checkNetLayer } from "./netLayer.ts";
import { type Flowing, headOf, layerNote, layerTree, type Name, type PlacedLayer, textOf } from "./placed.ts";
import { indivisible, SHAPES } from "./shapes.ts";

/** Whether an expression is a layer by its head: of the library, or a network of a file. */
export function isLayerExpression(environment: Environment, expression: Expression): boolean {
  if (expression.kind === "pipe") {
    return (
      isLayerExpression(environment, expression.value) && isLayerExpression(environment, expression.into)
    );
  }
  const head = headOf(expression);
  if (head === null) return false;
  const found = lookUp(environment.scope, head.name);
  if (found !== null) return found.symbol.origin.kind === "net";
  return Object.hasOwn(LAYERS, head.name) || Object.hasOwn(NETS, head.name);
}

/** `u |> conv(16)` in a network. */
export function pipeIntoLayer(
  environment: Environment,
  expression: Extract<Expression, { kind: "pipe" }>,
  value: Expression<Typed>,
): Expression<Typed> {
  const space = spaceOf(environment.run, value.note.type);
  if (space === null && value.note.type.kind !== "unknown") {
    const args = { layer: expressionText(expression.into), wanted: "images", actual: "no array" };
    report(environment, diagnose("IPX2027", expression.into.span, args, { input: value.span }));
  }
  const layer = checkLayer(environment, expression.into, { space, expected: null, span: value.span });
  const note = layer.output === null ? unknownTyping(2) : valueTyping(layer.output, 2, layer.interval);
  return { ...expression, value, into: layer.tree, call: withInput(layer.call, value), note };
}

function withInput(call: CallMeaning, value: Expression<Typed>): CallMeaning {
  return call.kind === "library" || call.kind === "network"
    ? { ...call, arguments: [value, ...call.arguments] }
    : call;
}

/** Checks a layer, or a pipe of layers, on what flows into it. */
export function checkLayer(environment: Environment, expression: Expression, input: Flowing): PlacedLayer {
  if (expression.kind === "pipe") return checkLayerPipe(environment, expression, input);
  const head = headOf(expression);
  if (head !== null) {
    const found = lookUp(environment.scope, head.name);
    if (found?.symbol.origin.kind === "net") {
      recordRead(environment, found.symbol);
      return checkNetLayer(environment, expression, head, found.symbol, input);
    }
    if (found === null && Object.hasOwn(LAYERS, head.name)) {
      return checkLibraryLayer(environment, expression, head, head.name as LayerName, input);
    }
    if (found === null && Object.hasOwn(NETS, head.name)) {
      return checkLibraryNet(environment, expression, head, head.name as NetName, input);
    }
  }
  const tree = checkExpression(environment, expression);
  if (tree.note.type.kind !== "unknown") {
    const args = { name: expressionText(expression), what: "none", wanted: "A layer or a network" };
    report(environment, diagnose("IPX1017", expression.span, args));
  }
  return { tree, call: { kind: "unknown" }, output: null, interval: REALS };
}

function checkLayerPipe(
  environment: Environment,
  expression: Extract<Expression, { kind: "pipe" }>,
  input: Flowing,
): PlacedLayer {
  const first = checkLayer(environment, expression.value, { ...input, expected: null });
  const second = checkLayer(environment, expression.into, {
    space: first.output,
    expected: input.expected,
    span: expression.value.span,
  });
  const note = layerNote(input.space, second.output);
  const call = withInput(second.call, first.tree);
  return { ...second, tree: { ...expression, value: first.tree, into: second.tree, call, note }, call };
}

function checkLibraryLayer(
  environment: Environment,
  expression: Expression,
  head: Name,
  name: LayerName,
  input: Flowing,
): PlacedLayer {
  const signature: LayerSignature = LAYERS[name];
  if (signature.shape === "residual" || signature.shape === "skip" || signature.shape === "distance") {
    return checkCombinator(environment, expression, head, name, signature.shape, input);
  }
  const written = expression.kind === "call" ? expression.arguments : [];
  const rules = { name, variadic: false, ...signature };
  const args = checkArguments(environment, rules, head.span, written, (argument) =>
    checkExpression(environment, argument),
  );
  const count = countOf(environment, signature.parameters[0] ?? "", args);
  const call: CallMeaning = {
    kind: "library",
    name,
    arguments: args.positional,
    settings: args.settings,
    operator: null,
  };
  let output: Space | null = null;
  if (input.space !== null && args.sound && count !== null) {
    const settings = { ...defaultSettings(signature.settings), ...args.settings };
    const [stride, groups] = [wholeOf(settings["stride"]), wholeOf(settings["groups"])];
    const points = settings["points"]?.kind === "number" ? settings["points"].value : null;
    const shaped = SHAPES[signature.shape]({ space: input.space, count, stride, groups, points });
    if (shaped.kind === "gives") output = shaped.space;
    else {
      const texts = { layer: expressionText(expression), wanted: shaped.wanted, actual: textOf(input) };
      report(environment, diagnose("IPX2027", expression.span, texts, { input: input.span }));
    }
  }
  const note = layerNote(input.space, output);
  const tree = layerTree(expression, head, { kind: "library", name }, args.tree, call, note);
  return { tree, call, output, interval: signature.range ?? REALS };
}

/** The whole number of a layer's first argument; 1 if it takes none; null after an error. */
function countOf(environment: Environment, name: string, args: CheckedArguments): Dimension | null {
  const [first] = args.positional;
  if (first === undefined) return constant(1);
  const size = sizeOf(environment.run.knowledge, first);
  if (size === null && first.note.type.kind !== "unknown") reportNoSize(environment, first);
  return size === null || checkDomain(environment, name, first, from(1), size) ? size : null;
}

/** A whole number from 1; 1 if it is not set. */
function wholeOf(setting: SettingValue | undefined): number {
  return setting?.kind === "number" && setting.value >= 1 ? setting.value : 1;
}

function checkLibraryNet(
  environment: Environment,
  expression: Expression,
  head: Name,
  name: NetName,
  input: Flowing,
): PlacedLayer {
  const signature = NETS[name];
  const written = expression.kind === "call" ? expression.arguments : [];
  const rules = { name, parameters: [], optional: 0, variadic: false, settings: signature.settings };
  const args = checkArguments(environment, rules, head.span, written, (argument) =>
    checkExpression(environment, argument),
  );
  const settings = expression.kind === "call" ? args.settings : defaultSettings(signature.settings);
  const call: CallMeaning = { kind: "library", name, arguments: args.positional, settings, operator: null };
  const image = input.space === null ? null : asImage(input.space);
  let output: Space | null = null;
  const wanted =
    image === null
      ? "images, R[h, w] or R[h, w, c]"
      : indivisible(
          image,
          "height and width",
          divisorOf({ ...defaultSettings(signature.settings), ...settings }),
        )?.wanted;
  if (input.space !== null && wanted !== undefined) {
    const texts = { layer: name, wanted, actual: textOf(input) };
    report(environment, diagnose("IPX2027", expression.span, texts, { input: input.span }));
  } else if (image !== null && args.sound) {
    output =
      signature.result === "number"
        ? arraySpace("real", [constant(1)])
        : sameSize(environment, head, image, input);
  }
  const note = layerNote(input.space, output);
  const tree = layerTree(expression, head, { kind: "library", name }, args.tree, call, note);
  return { tree, call, output, interval: REALS };
}

/** What has to divide the sizes of images in a network that halves them at each level and does not pad them. */
function divisorOf({ padded, levels }: Readonly<Record<string, SettingValue>>): number {
  const isPlain = padded?.kind === "truth" && !padded.value;
  return isPlain ? 2 ** (wholeOf(levels) - 1) : 1;
}

/** An image of the same size, with the channels that are expected. */
function sameSize(
  environment: Environment,
  head: Name,
  image: Extract<Space, { kind: "array" }>,
  input: Flowing,
): Space {
  const channels = nameDimension(`?${head.span.start}-${head.span.end}:c`);
  const output = arraySpace("real", [...image.dimensions.slice(0, -1), channels]);
  const { substitution } = environment.run;
  const { expected } = input;
  if (expected !== null) attempt(substitution, () => unifySpaces(substitution, output, expected));
  return resolveSpace(substitution, output);
}

/** `residual(l)`, `skip(l)` and `gradient_step(l)`, whose argument is a layer. */
function checkCombinator(
  environment: Environment,
  expression: Expression,
  head: Name,
  name: LayerName,
  shape: Combinator,
  input: Flowing,
): PlacedLayer {
  const written = expression.kind === "call" ? expression.arguments : [];
  const [argument] = written;
  if (argument === undefined || written.length > 1 || argument.value.kind === "targetCall") {
    const args = { callee: name, parameters: ["l"], count: written.length, atLeast: false };
    report(environment, diagnose("IPX1010", head.span, args));
    const tree = layerTree(
      expression,
      head,
      { kind: "library", name },
      [],
      { kind: "unknown" },
      unknownTyping(2),
    );
    return { tree, call: { kind: "unknown" }, output: null, interval: REALS };
  }
  const inner = checkLayer(environment, argument.value, {
    ...input,
    expected: shape === "skip" ? null : input.space,
  });
  const output = combine(environment, expression, shape, input, inner.output);
  const call: CallMeaning = { kind: "library", name, arguments: [inner.tree], settings: {}, operator: null };
  const note = layerNote(input.space, output);
  const args: readonly Argument<Typed>[] = [{ ...argument, value: inner.tree }];
  const tree = layerTree(expression, head, { kind: "library", name }, args, call, note);
  return { tree, call, output, interval: REALS };
}

type Combinator = "residual" | "skip" | "distance";

function combine(
  environment: Environment,
  expression: Expression,
  shape: Combinator,
  input: Flowing,
  inner: Space | null,
): Space | null {
  if (input.space === null || inner === null) return null;
  const { substitution } = environment.run;
  const outer = asImage(input.space) ?? input.space;
  const image = asImage(inner) ?? inner;
  if (outer.kind !== "array" || image.kind !== "array") return null;
  const keep = shape === "residual" || (shape === "distance" && !takesFirstChannels(outer, image)) ? 0 : 1;
  const axes = (space: Extract<Space, { kind: "array" }>): readonly Dimension[] =>
    space.dimensions.slice(0, space.dimensions.length - keep);
  if (!attempt(substitution, () => unifyAxes(substitution, axes(outer), axes(image)))) {
    const args = { first: spaceText(outer), second: spaceText(image), pooling: null };
    report(environment, diagnose("IPX2005", expression.span, args));
    return null;
  }
  if (shape === "residual") return outer;
  if (shape === "distance") return arraySpace("real", [constant(1)]);
  const channels = [outer, image].map(
    (space) => space.dimensions[space.dimensions.length - 1] ?? constant(1),
  );
  return arraySpace("real", [...axes(outer), channels.reduce(add)]);
}

/** Whether there are less channels of an image than of another. */
function takesFirstChannels(
  outer: Extract<Space, { kind: "array" }>,
  image: Extract<Space, { kind: "array" }>,
): boolean {
  const [all, some] = [outer, image].map(({ dimensions }) => {
    const channels = dimensions.length === 3 ? dimensions[2] : undefined;
    return channels === undefined ? null : constantValue(channels);
  });
  return typeof all === "number" && typeof some === "number" && some < all;
}
