import type { Expression } from "../../ast/tree.ts";
import type { Instance } from "../../check/programs/instance.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrParameter } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { substitute } from "../../ir/variables.ts";
import { programHash } from "../../programHash.ts";
import type { Span } from "../../source/span.ts";
import { arraySpace } from "../../types/space.ts";
import type { CallMeaning, Symbol, Typed } from "../../types/typing.ts";
import { lowerBindings } from "../program/bindings.ts";
import { declareLearnable, parametersOf } from "../program/learnables.ts";
import { Limitation } from "../limitation.ts";
import { lowerNetwork } from "../networks/networks.ts";
import type { LoweredNetwork } from "../networks/networks.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";
import type { TrainedWeights } from "./programs.ts";
import { calledSite, defineData, instanceOf } from "./context.ts";
import { stepsOf } from "./defaultTarget.ts";

/** `weights(P)` as a value: the product of P's weights as initialised, or as trained; of one, that one. */
export function weightsOf(site: Site, call: Extract<CallMeaning, { kind: "weights" }>, span: Span): Variable {
  const parts = trainedWeights(site, instanceOf(site, call.of, span), call.arguments, span);
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : site.builder.product(parts);
}

/** The weights of an instance, which no optimiser of the caller moves. */
export function trainedWeights(
  site: Site,
  instance: Instance,
  given: ReadonlyMap<Symbol, Expression<Typed>>,
  span: Span,
): readonly Variable[] {
  const variables = site.program.called.trained(instance, () => parametersAsTrained(site, instance, given));
  if (variables !== null) return variables;
  const { name } = instance.program.tree.name;
  throw new Limitation(`the weights of \`${name}\` for two choices of its sizes or spaces`, span);
}

function parametersAsTrained(
  site: Site,
  instance: Instance,
  given: ReadonlyMap<Symbol, Expression<Typed>>,
): TrainedWeights {
  const { program, file } = instance;
  const networks = new Map<Symbol, LoweredNetwork>();
  const place = calledSite(site, site.program.called.constants, instance, networks);
  const early = { ...site, builder: place.builder };
  defineData(early, place, program, given);
  const learned = program.learnables.map((learn) => declareLearnable(place, learn));
  lowerBindings(place, null, program);
  for (const learn of program.learnables) {
    if (learn.type.kind === "netType") networks.set(symbolOf(learn.declaration), lowerNetwork(place, learn));
  }
  const { name } = program.tree.name;
  const hash = programHash(file, program);
  const declared = program.learnables.flatMap((learn, index) =>
    parametersOf(place, learn, learned[index] ?? null, networks),
  );
  const names = new Map(
    declared.map(({ variable }) => [variable, { ...variable, name: `${name}_${variable.name}` }] as const),
  );
  const parameters = declared.map((parameter) => asTrained(place, instance, parameter, names, hash));
  return { parameters, declared };
}

/** A parameter of a called program as one of the caller; that of each step has the steps on a leading axis. */
function asTrained(
  place: Site,
  { program }: Instance,
  parameter: IrParameter,
  names: ReadonlyMap<Variable, Variable>,
  hash: string,
): IrParameter {
  const { name, span } = program.tree.name;
  const { perStep, variable } = parameter;
  const initial =
    parameter.initial.kind === "block"
      ? { ...parameter.initial, block: substitute(parameter.initial.block, names) }
      : parameter.initial;
  const space = spaceOfVariable(variable);
  const own = names.get(variable) ?? variable;
  const trained: IrParameter = {
    doc: parameter.doc,
    initial,
    spectralBound: parameter.spectralBound,
    variable: own,
    name: `${name}.${parameter.name}`,
    perStep: false,
    via: "projection",
    interval: null,
    of: { program: name, hash, name: parameter.name },
  };
  if (!perStep) return trained;
  if (initial.kind !== "block" || space.kind !== "array") {
    throw new Limitation("`weights` of a network that is learned anew in each step", span);
  }
  const whole = arraySpace(space.element, [stepsOf(program), ...space.dimensions]);
  const block = place.builder.block([], (inner) => {
    const [start] = inner.inline(initial.block, []);
    if (start === undefined) throw new Error("a start has a value");
    return [inner.elementwise("add", [inner.fill(inner.constant(0), whole), start])];
  });
  return {
    ...trained,
    variable: { ...own, type: { kind: "value", space: whole } },
    initial: { kind: "block", block },
  };
}
