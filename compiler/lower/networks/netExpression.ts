import type { Block, Expression, Net, NetFile } from "../../ast/tree.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { applyOnnx } from "../../onnx/apply.ts";
import { OnnxFault } from "../../onnx/fault.ts";
import { constant } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import type { CallMeaning, Typed } from "../../types/typing.ts";
import type { LayerContext } from "./layerContext.ts";
import { asImage } from "./layers.ts";
import { inTermsOf, type LibraryCall, LayerSettings } from "./layerSettings.ts";
import { applyLibraryLayer, isLibraryLayer, isLibraryNet } from "./libraryLayers.ts";
import { builtAt } from "../builtAt.ts";
import { Limitation } from "../limitation.ts";
import { lower } from "../recursion.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { runStatements } from "../statements.ts";
import { asVariable, spaceOfVariable, value } from "../values.ts";

type NetCall = Pick<Extract<CallMeaning, { kind: "network" }>, "net" | "sizes">;

/** A layer, a pipe of layers or a network, applied to u; `out` is the number of channels that is wanted at the end. */
export function applyLayers(
  site: Site,
  expression: Expression<Typed>,
  u: Variable,
  out: Dimension,
): Variable {
  return builtAt(site.builder, expression.span, () => layersHere(site, expression, u, out));
}

function layersHere(site: Site, expression: Expression<Typed>, u: Variable, out: Dimension): Variable {
  if (expression.kind === "pipe") {
    const first = applyLayers(site, expression.value, u, constant(1));
    return applyLayers(site, expression.into, first, out);
  }
  const library = libraryCallOf(expression);
  if (library !== null) {
    const context = contextOf(site, expression);
    const own = isLibraryNet(library.name) ? context.nextPlace(library.name) : context;
    return applyFromLibrary(site, library, u, out, expression, own);
  }
  if (expression.kind === "name" && expression.reference.kind === "symbol") {
    const call = { net: expression.reference.symbol, sizes: {} };
    return applyNet(site, call, [u], out, expression, placeOf(site, call, expression));
  }
  if (expression.kind === "call" && expression.call.kind === "network") {
    const { call } = expression;
    return applyNet(site, call, [u], out, expression, placeOf(site, call, expression));
  }
  throw new Limitation("this layer", expression.span);
}

/** Where the layers of a network inside of another have their weights: `double2.conv1`. */
function placeOf(site: Site, call: NetCall, expression: Expression<Typed>): LayerContext {
  return contextOf(site, expression).nextPlace(call.net.name);
}

/**
 * The layers of a whole network. One of the user with several arguments takes the inputs one by one; anything else
 * takes them joined by `join`.
 */
export function applyToInputs(
  site: Site,
  expression: Expression<Typed>,
  inputs: readonly Variable[],
  join: () => Variable,
  out: Dimension,
): Variable {
  const library = libraryCallOf(expression);
  if (library !== null) {
    return applyFromLibrary(site, library, join(), out, expression, contextOf(site, expression));
  }
  const call = netCallOf(expression);
  const net = call === null ? undefined : site.program.nets.get(call.net.name);
  if (call === null || net === undefined) return applyLayers(site, expression, join(), out);
  const given = net.arguments.length < 2 ? [join()] : inputs;
  return applyNet(site, call, given, out, expression, contextOf(site, expression));
}

function libraryCallOf(expression: Expression<Typed>): LibraryCall | null {
  if (expression.kind === "name" && expression.reference.kind === "library") {
    return { name: expression.reference.name, arguments: [], settings: {} };
  }
  return expression.kind === "call" && expression.call.kind === "library" ? expression.call : null;
}

function netCallOf(expression: Expression<Typed>): NetCall | null {
  if (expression.kind === "name" && expression.reference.kind === "symbol") {
    return { net: expression.reference.symbol, sizes: {} };
  }
  return expression.kind === "call" && expression.call.kind === "network" ? expression.call : null;
}

/** Whether an expression denotes layers rather than a value. */
export function isLayers(expression: Expression<Typed>): boolean {
  return (
    expression.note.type.kind === "layer" ||
    (expression.kind === "call" && expression.call.kind === "network")
  );
}

function applyFromLibrary(
  site: Site,
  call: LibraryCall,
  u: Variable,
  out: Dimension,
  expression: Expression<Typed>,
  context: LayerContext,
): Variable {
  const { name } = call;
  if (!isLibraryLayer(name)) throw new Limitation(`the layer \`${name}\``, expression.span);
  const settings = new LayerSettings(site, call, expression);
  const inner = (sort: string): Variable => {
    const [maker] = call.arguments;
    if (maker === undefined) throw settings.limitation("a layer without its inner layer");
    const place = { ...site, program: { ...site.program, layers: context.nextPlace(sort) } };
    return applyLayers(place, maker, u, lastAxis(u));
  };
  return applyLibraryLayer(name, { b: site.builder, context, u, settings, out, inner });
}

function lastAxis(u: Variable): Dimension {
  const space = spaceOfVariable(u);
  return (space.kind === "array" ? space.dimensions.at(-1) : undefined) ?? constant(1);
}

function contextOf(site: Site, expression: Expression<Typed>): LayerContext {
  const context = site.program.layers;
  if (context === null) throw new Limitation("a layer outside a network", expression.span);
  return context;
}

/** A `net` of the user, inlined: its layers have weights of their own at every occurrence. */
function applyNet(
  site: Site,
  call: NetCall,
  inputs: readonly Variable[],
  out: Dimension,
  expression: Expression<Typed>,
  outer: LayerContext,
): Variable {
  const net = site.program.nets.get(call.net.name);
  if (net === undefined) throw new Limitation(`the network \`${call.net.name}\``, expression.span);
  const given = inputs.map((input, index) => {
    const type = net.arguments[index]?.type;
    const wantsChannels = type?.kind === "arrayType" && type.dimensions.length === 3;
    return wantsChannels ? asImage(site.builder, input) : input;
  });
  if (net.body.kind === "netFile") {
    const axes = net.result.kind === "arrayType" ? net.result.dimensions.length : 0;
    return applyFile(site.builder, net.body, given, axes, outer);
  }
  const sizes = headerSizes(site, net, call.sizes, given, out);
  const scope = new Scope(site.scope);
  net.arguments.forEach((argument, index) => {
    const input = given[index];
    if (input === undefined) throw new Limitation("a network with fewer inputs", expression.span);
    scope.define(symbolOf(argument.declaration), value(input));
  });
  const inner: Site = {
    ...within(site, site.builder, scope),
    program: { ...site.program, layers: outer.withSizes(sizes) },
  };
  return runNetBody(inner, net.body);
}

function applyFile(
  builder: IrBuilder,
  { network, path, span }: NetFile<Typed>,
  inputs: readonly Variable[],
  axes: number,
  places: LayerContext,
): Variable {
  if (network === null) throw new Limitation(`the network \`${path}\``, span);
  try {
    return applyOnnx(builder, network, inputs, axes, places);
  } catch (error) {
    if (error instanceof OnnxFault) throw new Limitation(`the network \`${path}\`: ${error.message}`, span);
    throw error;
  }
}

function runNetBody(site: Site, body: Block<Typed>): Variable {
  for (const statement of body.statements) {
    if (statement.kind === "return")
      return asVariable(site.builder, lower(site, statement.value), null, statement.span);
    runStatements(site, [statement]);
  }
  throw new Limitation("a network without a `return` at its end", body.span);
}

/** The sizes of a net's header: as called, else from the shapes, else the defaults. */
function headerSizes(
  site: Site,
  net: Net<Typed>,
  called: Readonly<Record<string, Dimension>>,
  inputs: readonly Variable[],
  out: Dimension,
): ReadonlyMap<string, Dimension> {
  const sizes = new Map<string, Dimension>();
  net.arguments.forEach(({ type }, argument) => {
    if (type.kind !== "arrayType") return;
    const space = inputs[argument]?.type;
    const actual = space?.kind === "value" && space.space.kind === "array" ? space.space.dimensions : [];
    type.dimensions.forEach((dimension, index) => {
      const found = actual[index];
      if (dimension.kind === "name" && found !== undefined) sizes.set(dimension.name, found);
    });
  });
  const last = net.result.kind === "arrayType" ? net.result.dimensions.at(-1) : undefined;
  if (last?.kind === "name" && !sizes.has(last.name)) sizes.set(last.name, out);
  for (const parameter of net.parameters) {
    if (parameter.kind !== "sizeParameter") continue;
    const given = called[parameter.name.name];
    if (given !== undefined) sizes.set(parameter.name.name, inTermsOf(site, given));
    else if (!sizes.has(parameter.name.name) && parameter.initial !== null) {
      sizes.set(parameter.name.name, constant(parameter.initial.value));
    }
  }
  return sizes;
}
