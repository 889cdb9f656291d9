import type { Block, Expression, Net } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import { symbolOf } from "../library/calculus/analyse.ts";
import type { LibraryName } from "../library/names.ts";
import {
  add,
  constant,
  constantValue,
  multiply,
  name as sizeName,
  subtract,
  substitute,
} from "../types/dimension.ts";
import type { Dimension } from "../types/dimension.ts";
import type { CallMeaning, SettingValue, Typed } from "../types/typing.ts";
import { LayerContext } from "./layerContext.ts";
import * as layers from "./layers.ts";
import { dncnn, resnet, unet } from "./libraryNets.ts";
import { Limitation } from "./limitation.ts";
import { Scope } from "./scope.ts";
import type { Site } from "./site.ts";
import { within } from "./site.ts";
import { runStatements } from "./statements.ts";
import { asVariable, value } from "./values.ts";
import { lower } from "./recursion.ts";

type Settings = Readonly<Record<string, SettingValue>>;

/** A layer, a pipe of layers or a network, applied to u; `out` is the number of channels that is wanted at the end. */
export function applyLayers(
  site: Site,
  expression: Expression<Typed>,
  u: Variable,
  out: Dimension,
): Variable {
  if (expression.kind === "pipe") {
    const first = applyLayers(site, expression.value, u, constant(1));
    return applyLayers(site, expression.into, first, out);
  }
  if (expression.kind === "name" && expression.reference.kind === "library") {
    return applyLibraryLayer(site, expression.reference.name, [], {}, u, out, expression);
  }
  if (expression.kind === "name" && expression.reference.kind === "symbol") {
    const call = { net: expression.reference.symbol, sizes: {} };
    return applyNet(site, call, u, out, expression);
  }
  if (expression.kind === "call" && expression.call.kind === "library") {
    const { call } = expression;
    return applyLibraryLayer(site, call.name, call.arguments, call.settings, u, out, expression);
  }
  if (expression.kind === "call" && expression.call.kind === "network") {
    return applyNet(site, expression.call, u, out, expression);
  }
  throw new Limitation("this layer", expression.span);
}

/** Whether an expression denotes layers rather than a value. */
export function isLayers(expression: Expression<Typed>): boolean {
  return (
    expression.note.type.kind === "layer" ||
    (expression.kind === "call" && expression.call.kind === "network")
  );
}

function applyLibraryLayer(
  site: Site,
  name: LibraryName,
  makers: readonly Expression<Typed>[],
  settings: Settings,
  u: Variable,
  out: Dimension,
  expression: Expression<Typed>,
): Variable {
  const { builder: b } = site;
  const context = contextOf(site, expression);
  const activation = layers.ACTIVATIONS[name];
  if (activation !== undefined) return b.elementwise(activation, [u]);
  const first = (): Dimension => channelsOf(site, makers[0], settings["n"], expression);
  switch (name) {
    case "conv":
      return layers.convolution(b, context, u, first(), convolutionSettings(site, settings));
    case "upconv":
      return layers.upConvolution(
        b,
        context,
        u,
        first(),
        numberOf(site, settings["kernel"], 2),
        truthOf(settings["bias"], true),
      );
    case "dense":
      return layers.dense(b, context, u, first(), truthOf(settings["bias"], true));
    case "prelu":
      return layers.prelu(b, context, u);
    case "leaky_relu":
      return layers.leaky(b, u, b.constant(numberOf(site, settings["slope"], 0.01)));
    case "elu":
      return layers.elu(b, u);
    case "gelu":
      return layers.gelu(b, u);
    case "silu":
      return layers.silu(b, u);
    case "maxpool":
      return b.maxPool(u, constantOf(first(), expression));
    case "globalpool":
      return layers.globalPool(b, u);
    case "residual":
      return b.elementwise("add", [
        u,
        applyLayers(site, layerOf(makers[0], expression), u, layers.imageAxes(u)[2]),
      ]);
    case "skip":
      return b.concat([u, applyLayers(site, layerOf(makers[0], expression), u, layers.imageAxes(u)[2])]);
    case "unet":
      return unet(b, context, u, out, {
        levels: numberOf(site, settings["levels"], 4),
        width: dimensionSetting(site, settings["width"], 32),
        residual: truthOf(settings["residual"], false),
        padded: truthOf(settings["padded"], true),
      });
    case "dncnn":
      if (wordOf(settings["normalise"], "none") === "batch")
        throw new Limitation("batch normalisation", expression.span);
      return dncnn(b, context, u, out, {
        depth: numberOf(site, settings["depth"], 17),
        width: dimensionSetting(site, settings["width"], 64),
        residual: truthOf(settings["residual"], false),
      });
    case "resnet":
      return resnet(b, context, u, out, {
        blocks: numberOf(site, settings["blocks"], 8),
        width: dimensionSetting(site, settings["width"], 64),
      });
    default:
      throw new Limitation(`the layer \`${name}\``, expression.span);
  }
}

function contextOf(site: Site, expression: Expression<Typed>): LayerContext {
  const context = site.program.layers;
  if (context === null) throw new Limitation("a layer outside a network", expression.span);
  return context;
}

/** A `net` of the user, inlined: its layers have weights of their own at every occurrence. */
function applyNet(
  site: Site,
  call: Pick<Extract<CallMeaning, { kind: "network" }>, "net" | "sizes">,
  u: Variable,
  out: Dimension,
  expression: Expression<Typed>,
): Variable {
  const net = site.program.nets.get(call.net.name);
  if (net === undefined || net.body.kind !== "block")
    throw new Limitation(`the network \`${call.net.name}\``, expression.span);
  const outer = contextOf(site, expression);
  const sizes = headerSizes(site, net, call.sizes, u, out);
  const scope = new Scope(site.scope);
  const [argument] = net.arguments;
  if (argument === undefined || net.arguments.length !== 1) {
    throw new Limitation("a network with several arguments", expression.span);
  }
  scope.define(symbolOf(argument.declaration), value(u));
  const inner: Site = {
    ...within(site, site.builder, scope),
    program: { ...site.program, layers: new LayerContext(sizes, outer) },
  };
  return runNetBody(inner, net.body);
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
  u: Variable,
  out: Dimension,
): ReadonlyMap<string, Dimension> {
  const sizes = new Map<string, Dimension>();
  const type = net.arguments[0]?.type;
  if (type?.kind === "arrayType") {
    const actual = u.type.kind === "value" && u.type.space.kind === "array" ? u.type.space.dimensions : [];
    type.dimensions.forEach((dimension, index) => {
      const found = actual[index];
      if (dimension.kind === "name" && found !== undefined) sizes.set(dimension.name, found);
    });
  }
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

/** A dimension over the names of the network around, in terms of the program's sizes. */
function inTermsOf(site: Site, dimension: Dimension): Dimension {
  return substitute(dimension, (size) => site.program.layers?.sizes.get(size) ?? null);
}

function channelsOf(
  site: Site,
  maker: Expression<Typed> | undefined,
  setting: SettingValue | undefined,
  expression: Expression<Typed>,
): Dimension {
  if (maker !== undefined) return dimensionOf(site, maker);
  if (setting !== undefined) return dimensionSetting(site, setting, 1);
  throw new Limitation("a layer without its number of channels", expression.span);
}

/** A number of channels: literals, sizes and their sums and products. */
function dimensionOf(site: Site, expression: Expression<Typed>): Dimension {
  switch (expression.kind) {
    case "number":
      return constant(expression.value);
    case "name":
      return inTermsOf(site, sizeName(expression.name));
    case "sum": {
      const combine = expression.operator === "-" ? subtract : add;
      return combine(dimensionOf(site, expression.left), dimensionOf(site, expression.right));
    }
    case "product":
      if (expression.operator === "*") {
        return multiply(dimensionOf(site, expression.left), dimensionOf(site, expression.right));
      }
      break;
    default:
  }
  throw new Limitation("this number of channels", expression.span);
}

function dimensionSetting(site: Site, setting: SettingValue | undefined, fallback: number): Dimension {
  if (setting === undefined) return constant(fallback);
  if (setting.kind === "number") return constant(setting.value);
  if (setting.kind === "dimension") return inTermsOf(site, setting.value);
  if (setting.kind === "expression") return dimensionOf(site, setting.value);
  return constant(fallback);
}

function numberOf(site: Site, setting: SettingValue | undefined, fallback: number): number {
  return constantValue(dimensionSetting(site, setting, fallback)) ?? fallback;
}

function constantOf(dimension: Dimension, expression: Expression<Typed>): number {
  const known = constantValue(dimension);
  if (known === null)
    throw new Limitation("a pooling by a size that is not known when compiling", expression.span);
  return known;
}

function truthOf(setting: SettingValue | undefined, fallback: boolean): boolean {
  return setting?.kind === "truth" ? setting.value : fallback;
}

function wordOf(setting: SettingValue | undefined, fallback: string): string {
  return setting?.kind === "word" ? setting.value : fallback;
}

function convolutionSettings(site: Site, settings: Settings): layers.ConvolutionSettings {
  const init = wordOf(settings["init"], "he");
  return {
    kernel: numberOf(site, settings["kernel"], 3),
    stride: numberOf(site, settings["stride"], 1),
    bias: truthOf(settings["bias"], true),
    start: init === "xavier" || init === "zero" || init === "dct" ? init : "he",
  };
}

function layerOf(maker: Expression<Typed> | undefined, expression: Expression<Typed>): Expression<Typed> {
  if (maker === undefined) throw new Limitation("a layer without its inner layer", expression.span);
  return maker;
}
