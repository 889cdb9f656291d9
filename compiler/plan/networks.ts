import type { Block, IrFunction, Variable } from "../ir/block.ts";
import { blocksOf } from "../ir/variables.ts";
import type { Call, FunctionCall, Parameter, Result } from "./call.ts";
import { knownParameter, localFunction, type Setting } from "./function.ts";
import { uniqueIdentifier } from "./names.ts";
import type { PlanGroup, PlanNetwork } from "./plan.ts";
import { usesOfFunction } from "./uses.ts";

/** Calls of functions: the inputs of each place that calls one. */
type CallSites = ReadonlyMap<string, readonly (readonly Variable[])[]>;

/**
 * The weights of networks that are the same known variable wherever the network is called. Such a network reads them
 * from what is known; only its other parameters are handed over.
 */
export function boundWeights(
  functions: readonly IrFunction[],
  sections: readonly Block[],
  isDeclared: (variable: Variable) => boolean,
): ReadonlyMap<Variable, Variable> {
  const sites = callSites([...sections, ...functions.map((of) => of.body)]);
  const bound = new Map<Variable, Variable>();
  for (const of of callersFirst(functions)) {
    of.body.parameters.forEach((parameter, index) => {
      const inputs = (sites.get(of.name) ?? []).map((site) => site[index]);
      const known = new Set(inputs.map((input) => input && (bound.get(input) ?? input)));
      const [only] = known;
      if (known.size === 1 && only !== undefined && isDeclared(only)) bound.set(parameter, only);
    });
  }
  return bound;
}

/** The networks that `called` names, and those that they call, each after those that it calls. */
export function planNetworks(
  functions: readonly IrFunction[],
  setting: Omit<Setting, "network">,
): { readonly network: Setting["network"]; readonly all: readonly PlanNetwork[] } {
  const planned = new Map<string, PlanNetwork>();
  const byName = new Map(functions.map((of) => [of.name, of]));
  const network = (name: string, inputs: readonly Variable[]): Call => {
    const callee = planned.get(name);
    const parameters = byName.get(name)?.body.parameters;
    if (callee === undefined || parameters === undefined) throw new Error(`no function ${name}`);
    const handed = inputs.filter((_, index) => !isBound(parameters[index], setting));
    const readsKnown = callee.function.parameters.some((parameter) => parameter.role === "known");
    return functionCall(name, handed, readsKnown);
  };
  for (const of of [...callersFirst(functions)].reverse()) {
    planned.set(of.name, planNetwork(of, { ...setting, network }, byName));
  }
  return { network, all: [...planned.values()] };
}

function planNetwork(
  of: IrFunction,
  setting: Setting,
  functions: ReadonlyMap<string, IrFunction>,
): PlanNetwork {
  const parameters = of.body.parameters
    .filter((parameter) => !isBound(parameter, setting))
    .map((variable): Parameter => ({ role: "value", pattern: { kind: "variable", variable } }));
  const [only] = of.body.results;
  const result: Result =
    of.body.results.length === 1 && only !== undefined
      ? { kind: "variable", variable: only }
      : { kind: "list", items: of.body.results };
  const inner = localFunction(setting, parameters, of.body.equations, result);
  const uses = usesOfFunction(inner);
  const readsKnown = uses.known || uses.variables.size + uses.sizes.size + uses.spaces.size > 0;
  return {
    name: of.name,
    doc: of.doc,
    function: readsKnown ? { ...inner, parameters: [...parameters, knownParameter(uses, setting)] } : inner,
    taken: takenTogether(of, setting, functions),
    given: givenTogether(of, setting, functions),
  };
}

/** The values that an adjoint reads of those which the saving form keeps, as that calls them. */
function takenTogether(
  { body, reverses }: IrFunction,
  setting: Setting,
  functions: ReadonlyMap<string, IrFunction>,
): PlanGroup | null {
  const save = reverses?.kind === "adjoint" ? functions.get(reverses.save) : undefined;
  if (reverses?.kind !== "adjoint" || save === undefined || reverses.saved.length === 0) return null;
  const saved = savedNames(save);
  const start = body.parameters.slice(0, reverses.inputs).filter((each) => !isBound(each, setting)).length;
  const names = reverses.saved.map((index) => saved[index] ?? "");
  return { holds: "saved", network: reverses.original, start, names };
}

/** The values that a saving form keeps, or the cotangents of weights that an adjoint gives; not one value alone. */
function givenTogether(
  of: IrFunction,
  setting: Setting,
  functions: ReadonlyMap<string, IrFunction>,
): PlanGroup | null {
  const { reverses } = of;
  if (reverses === undefined || of.body.results.length < 2) return null;
  const { original: network } = reverses;
  if (reverses.kind === "save") {
    const names = savedNames(of);
    return names.length === 0 ? null : { holds: "saved", network, start: reverses.results, names };
  }
  const parameters = (functions.get(network) ?? functions.get(reverses.save))?.body.parameters ?? [];
  const known = reverses.of.map((index) => {
    const parameter = parameters[index];
    return parameter === undefined ? undefined : setting.same.get(parameter);
  });
  const start = known.findLastIndex((weight) => weight === undefined) + 1;
  const names = known
    .slice(start)
    .flatMap((weight) => (weight === undefined ? [] : [setting.nameOf(weight)]));
  return names.length === 0 ? null : { holds: "weights", network, start, names };
}

/** The names of what a saving form keeps, each once. */
function savedNames({ body, reverses }: IrFunction): readonly string[] {
  const names: string[] = [];
  const kept = reverses?.kind === "save" ? body.results.slice(reverses.results) : [];
  for (const { name } of kept) names.push(uniqueIdentifier(name, (candidate) => names.includes(candidate)));
  return names;
}

function isBound(parameter: Variable | undefined, setting: Pick<Setting, "same">): boolean {
  return parameter !== undefined && setting.same.has(parameter);
}

function functionCall(name: string, inputs: readonly Variable[], readsKnown: boolean): FunctionCall {
  const handed = inputs.map((variable) => ({ kind: "variable", variable }) as const);
  return { kind: "function", name, arguments: readsKnown ? [...handed, { kind: "known" }] : handed };
}

function callSites(blocks: readonly Block[]): CallSites {
  const sites = new Map<string, (readonly Variable[])[]>();
  const visit = (block: Block): void => {
    for (const equation of block.equations) {
      if (equation.operation === "call") {
        const name = equation.attributes.function;
        sites.set(name, [...(sites.get(name) ?? []), equation.inputs]);
      }
      blocksOf(equation).forEach(visit);
    }
  };
  blocks.forEach(visit);
  return sites;
}

/** The functions, each before those that it calls; networks call no cycles. */
function callersFirst(functions: readonly IrFunction[]): readonly IrFunction[] {
  const byName = new Map(functions.map((of) => [of.name, of]));
  const calleesFirst = new Set<IrFunction>();
  const visit = (of: IrFunction): void => {
    if (calleesFirst.has(of)) return;
    for (const name of callSites([of.body]).keys()) {
      const callee = byName.get(name);
      if (callee !== undefined) visit(callee);
    }
    calleesFirst.add(of);
  };
  functions.forEach(visit);
  return [...calleesFirst].reverse();
}
