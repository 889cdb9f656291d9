import type { Net } from "../ast/tree.ts";
import type { SettingRules } from "../library/signature.ts";
import { type Interval, REALS } from "../types/interval.ts";
import type { Space } from "../types/space.ts";
import { UNKNOWN } from "../types/type.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Environment } from "./context.ts";
import { declareArguments } from "./funs.ts";
import { netSettings } from "./layers/netLayer.ts";
import { checkNetFile, type NetReading } from "./netFiles.ts";
import { declareParameters } from "./parameters.ts";
import { keepExtent } from "./rules/extent.ts";
import { nestedScope } from "./scope.ts";
import { checkBody } from "./statements/block.ts";
import { declare } from "./symbols.ts";
import { typing } from "./typed.ts";
import { checkType } from "./writtenTypes.ts";

/** How a network of a file is used: its sizes are solved at each use. */
export interface CheckedNet {
  readonly name: string;
  readonly sizes: readonly string[];
  readonly initial: Readonly<Record<string, number>>;
  readonly settings: SettingRules;
  readonly parameters: readonly Space[];
  readonly result: Space;
  readonly interval: Interval;
}

/**
 * `net f[h, w, c, out](u : R[h, w, c]) -> R[h, w, out] { ... }`; checked once, for all sizes. `read` is what the file
 * of a network holds that has one.
 */
export function checkNet(
  environment: Environment,
  tree: Net,
  read: NetReading,
): { readonly tree: Net<Typed>; readonly symbol: Symbol } {
  const inner: Environment = { ...environment, scope: nestedScope(environment.scope, true), place: "net" };
  const { run } = environment;
  run.later.set(tree.name.name, { span: tree.name.span, word: "self" });
  const parameters = declareParameters(inner, tree.parameters);
  const args = declareArguments(inner, tree.arguments);
  const result = checkType(inner, tree.result);
  const spaces = args.map(({ checked: { type } }) => (type.kind === "value" ? type.space : null));
  const body =
    tree.body.kind === "netFile"
      ? checkNetFile(environment, tree.body, read, spaces, result)
      : checkBody(inner, tree.body, { kind: "net", name: tree.name, result: result.type });
  run.later.delete(tree.name.name);
  const symbol = declare(environment, tree.name, { kind: "net", declaration: tree }, typing(UNKNOWN, 2));
  const checked: Net<Typed> = {
    ...tree,
    parameters,
    arguments: args.map((argument) => argument.tree),
    result: result.tree,
    body,
    declaration: symbol,
  };
  run.knowledge.nets.set(symbol, checked);
  if (body.kind !== "netFile") keepExtent(environment, tree.name, symbol, body);
  const known = spaces.filter((space): space is Space => space !== null);
  if (known.length === spaces.length && result.type.kind === "value") {
    const sizes = tree.parameters.filter((parameter) => parameter.kind === "sizeParameter");
    run.knowledge.netShapes.set(symbol, {
      name: tree.name.name,
      sizes: sizes.map(({ name }) => name.name),
      initial: Object.fromEntries(
        sizes.flatMap(({ name, initial }) => (initial === null ? [] : [[name.name, initial.value]])),
      ),
      settings: netSettings(sizes.map(({ name }) => name.name)),
      parameters: known,
      result: result.type.space,
      interval: body.kind === "netFile" ? REALS : (result.bounds?.outer ?? REALS),
    });
  }
  return { tree: checked, symbol };
}
