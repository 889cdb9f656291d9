import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { constant, type Dimension, name as nameDimension } from "../../types/dimension.ts";
import { REALS } from "../../types/interval.ts";
import { type Space, spaceText } from "../../types/space.ts";
import {
  attempt,
  hasUnknowns,
  resolveDimension,
  resolveSpace,
  unifySpaces,
} from "../../types/substitution.ts";
import type { SettingRules } from "../../library/signature.ts";
import type { CallMeaning, SettingValue, Symbol } from "../../types/typing.ts";
import { checkArguments } from "../calls/arguments.ts";
import { renameSpace } from "../calls/functions.ts";
import { asImage } from "../calls/images.ts";
import { type Environment, report } from "../context.ts";
import { checkExpression } from "../expression.ts";
import type { CheckedNet } from "../nets.ts";
import { type Flowing, layerNote, layerTree, type PlacedLayer } from "./placed.ts";

type Name = Extract<Expression, { kind: "name" }>;

/** A network of a file as a layer: its header sizes are found from shapes, given by name, or defaults. */
export function checkNetLayer(
  environment: Environment,
  expression: Expression,
  head: Name,
  symbol: Symbol,
  input: Flowing,
): PlacedLayer {
  return placeNet(environment, expression, head, symbol, input.space === null ? null : [input.space], input);
}

/** The same for a network with several arguments, which gets its inputs one by one. */
export function placeNet(
  environment: Environment,
  expression: Expression,
  head: Name,
  symbol: Symbol,
  inputs: readonly Space[] | null,
  flowing: Flowing,
): PlacedLayer {
  const net = environment.run.knowledge.netShapes.get(symbol) ?? null;
  const written = expression.kind === "call" ? expression.arguments : [];
  const rules = {
    name: head.name,
    parameters: [],
    optional: 0,
    variadic: false,
    settings: net?.settings ?? {},
  };
  const args = checkArguments(environment, rules, head.span, written, (argument) =>
    checkExpression(environment, argument),
  );
  const reference = { kind: "symbol", symbol } as const;
  if (net === null || inputs === null || !args.sound) {
    const call: CallMeaning = { kind: "unknown" };
    const tree = layerTree(expression, head, reference, args.tree, call, layerNote(null, null));
    return { tree, call, output: null, interval: REALS };
  }
  const key = `${head.span.start}-${head.span.end}`;
  fixSizes(environment, net, key, args.settings);
  const output = matchNet(environment, expression, net, key, inputs, flowing);
  const sizes = output === null ? {} : (sizesOf(environment, net, key, head, args.settings) ?? {});
  const call: CallMeaning = { kind: "network", net: symbol, arguments: [], sizes };
  const resolved = output === null ? null : resolveSpace(environment.run.substitution, output);
  const [first = null] = inputs;
  const note = layerNote(first, resolved);
  return {
    tree: layerTree(expression, head, reference, args.tree, call, note),
    call,
    output: resolved,
    interval: net.interval,
  };
}

function renamed(space: Space, net: CheckedNet, key: string): Space {
  return renameSpace(space, (name) => (net.sizes.includes(name) ? `?${key}:${name}` : null));
}

/** Sizes that are given by name. */
function fixSizes(
  environment: Environment,
  net: CheckedNet,
  key: string,
  settings: Readonly<Record<string, SettingValue>>,
): void {
  for (const size of net.sizes) {
    const value = settings[size];
    if (value?.kind === "dimension") environment.run.substitution.sizes.set(`?${key}:${size}`, value.value);
    if (value?.kind === "number")
      environment.run.substitution.sizes.set(`?${key}:${size}`, constant(value.value));
  }
}

/** Unifies inputs and, where they are declared, outputs; null where the network does not take them. */
function matchNet(
  environment: Environment,
  expression: Expression,
  net: CheckedNet,
  key: string,
  inputs: readonly Space[],
  flowing: Flowing,
): Space | null {
  const { substitution } = environment.run;
  const wanted = net.parameters.map((parameter) => renamed(parameter, net, key));
  const takes =
    wanted.length === inputs.length &&
    wanted.every((parameter, position) => {
      const own = inputs[position];
      return (
        own !== undefined &&
        attempt(substitution, () => unifySpaces(substitution, imageLike(own, parameter), parameter))
      );
    });
  if (!takes) {
    const args = {
      layer: net.name,
      wanted: wanted.map((space) => spaceText(resolveSpace(substitution, space))).join(", "),
      actual: flowing.declared ?? inputs.map(spaceText).join(", "),
    };
    report(environment, diagnose("IPX2027", expression.span, args, { input: flowing.span }));
    return null;
  }
  const result = renamed(net.result, net, key);
  const { expected } = flowing;
  if (expected !== null) attempt(substitution, () => unifySpaces(substitution, result, expected));
  return result;
}

/** An image without channels has one where channels are asked for. */
function imageLike(space: Space, wanted: Space): Space {
  if (space.kind !== "array" || wanted.kind !== "array") return space;
  return wanted.dimensions.length === 3 && space.dimensions.length === 2 ? (asImage(space) ?? space) : space;
}

/** Every header size of one use; null after a report of one that nothing determines. */
function sizesOf(
  environment: Environment,
  net: CheckedNet,
  key: string,
  head: Name,
  settings: Readonly<Record<string, SettingValue>>,
): Readonly<Record<string, Dimension>> | null {
  const { substitution } = environment.run;
  const sizes: Record<string, Dimension> = {};
  for (const size of net.sizes) {
    const unknown = `?${key}:${size}`;
    const initial = net.initial[size];
    if (!substitution.sizes.has(unknown) && initial !== undefined)
      substitution.sizes.set(unknown, constant(initial));
    const value = resolveDimension(substitution, nameDimension(unknown));
    const open = hasUnknowns({ kind: "array", element: "real", dimensions: [value] });
    if (open && !Object.hasOwn(settings, size)) {
      report(environment, diagnose("IPX1009", head.span, { callee: net.name, name: size }));
      return null;
    }
    sizes[size] = value;
  }
  return sizes;
}

/** The settings of a network: its header sizes. */
export function netSettings(sizes: readonly string[]): SettingRules {
  return Object.fromEntries(sizes.map((size) => [size, { kind: "count", initial: null, least: 1 }]));
}
