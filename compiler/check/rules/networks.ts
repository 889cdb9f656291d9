import { statementsIn, valuesOf } from "../../ast/statements.ts";
import type { Block, Expression } from "../../ast/tree.ts";
import { LAYERS, type LayerName } from "../../library/layers/table.ts";
import { NETS, type NetName } from "../../library/nets/table.ts";
import type { Span } from "../../source/span.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";

/** One layer, or one network of the library, on the way through a network. */
export interface LayerUse {
  readonly name: string;
  readonly span: Span;
  readonly smooth: boolean;
  readonly mixesSamples: boolean;
  /** whether nothing is known of it: a network of a file */
  readonly opaque: boolean;
}

/** All layers that an expression reaches, through the networks of files, too. */
export function layersOf(knowledge: Knowledge, expression: Expression<Typed>): readonly LayerUse[] {
  switch (expression.kind) {
    case "pipe":
      return [...layersOf(knowledge, expression.value), ...layersOf(knowledge, expression.into)];
    case "name":
      return layersOfName(knowledge, expression);
    case "call": {
      const inner = expression.arguments.flatMap(({ value }) =>
        value.kind === "targetCall" ? [] : layersOf(knowledge, value),
      );
      return [...layersOfCall(knowledge, expression), ...inner];
    }
    case "sum":
    case "product":
      return [...layersOf(knowledge, expression.left), ...layersOf(knowledge, expression.right)];
    default:
      return [];
  }
}

function layersOfName(
  knowledge: Knowledge,
  expression: Extract<Expression<Typed>, { kind: "name" }>,
): readonly LayerUse[] {
  if (expression.reference.kind === "library")
    return libraryUse(expression.reference.name, {}, expression.span);
  if (expression.reference.kind !== "symbol") return [];
  const net = knowledge.nets.get(expression.reference.symbol);
  if (net === undefined) return [];
  if (net.body.kind !== "netFile") return layersOfBlock(knowledge, net.body);
  return [{ name: net.name.name, span: expression.span, smooth: false, mixesSamples: false, opaque: true }];
}

function layersOfCall(
  knowledge: Knowledge,
  expression: Extract<Expression<Typed>, { kind: "call" }>,
): readonly LayerUse[] {
  const { call, callee } = expression;
  if (call.kind === "library") {
    const setting = expression.arguments.find(({ name }) => name?.name === "normalise");
    return libraryUse(call.name, call.settings, setting?.span ?? expression.span);
  }
  return call.kind === "network" && callee.kind === "name" ? layersOfName(knowledge, callee) : [];
}

function libraryUse(
  name: string,
  settings: Readonly<Record<string, SettingValue>>,
  span: Span,
): readonly LayerUse[] {
  if (Object.hasOwn(LAYERS, name)) {
    const layer = LAYERS[name as LayerName];
    return [{ name, span, smooth: layer.smooth !== false, mixesSamples: layer.mixesSamples, opaque: false }];
  }
  if (!Object.hasOwn(NETS, name)) return [];
  const net = NETS[name as NetName];
  const word = (setting: string): string | null => {
    const value = settings[setting];
    if (value?.kind === "word") return value.value;
    const rule = net.settings[setting];
    return rule?.kind === "word" ? rule.initial : null;
  };
  const smooth =
    typeof net.smooth === "boolean" ? net.smooth : net.smooth.words.includes(word(net.smooth.setting) ?? "");
  return [{ name, span, smooth, mixesSamples: word("normalise") === "batch", opaque: false }];
}

function layersOfBlock(knowledge: Knowledge, block: Block<Typed>): readonly LayerUse[] {
  return statementsIn(block)
    .flatMap(valuesOf)
    .flatMap((value) => layersOf(knowledge, value));
}
