import type { CheckedProgram } from "../../check/program.ts";
import type { Instance } from "../../check/programs/instance.ts";
import type { IrFunction, Variable } from "../../ir/block.ts";
import { reshared } from "../../ir/reshare.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Span } from "../../source/span.ts";
import { arraySpace } from "../../types/space.ts";
import type { CallMeaning, Symbol } from "../../types/typing.ts";
import { lowerBindings } from "../program/bindings.ts";
import { learnableOf } from "../program/learnables.ts";
import { Limitation } from "../limitation.ts";
import { lowerNetwork, type LoweredNetwork } from "../networks/networks.ts";
import { lowerValue } from "../recursion.ts";
import { lowerSections } from "../program/sections.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";
import { calledSite, defineData, instanceOf } from "./context.ts";
import { runTarget, type StepValues } from "./targets.ts";
import { trainedWeights } from "./weights.ts";

/**
 * `P(A = A, y = y, weights = theta)`, written out where it stands: the program's constants, then its first declared
 * target, then its output. What it learns are the parts of `theta`, or its weights as trained.
 */
export function lowerProgramCall(
  site: Site,
  call: Extract<CallMeaning, { kind: "program" }>,
  span: Span,
): Variable {
  const instance = instanceOf(site, call.of, span);
  const { program } = instance;
  site.program.called.note(instance);
  refuseDraws(program, span);
  const networks = new Map<Symbol, LoweredNetwork>();
  const place = calledSite(site, site.builder, instance, networks);
  defineData(site, place, program, call.arguments);
  const weights = weightsIn(site, call, instance, span);
  const perStep = defineWeights(place, instance, networks, weights, call.weights !== null);
  lowerBindings(place, place, program);
  return runTarget(place, program, lowerSections(place, program), perStep);
}

/** What the call gives for the weights, part by part. */
function weightsIn(
  site: Site,
  call: Extract<CallMeaning, { kind: "program" }>,
  instance: Instance,
  span: Span,
): readonly Variable[] {
  if (instance.weights === null) return [];
  if (call.weights === null) {
    const early = [...call.arguments].filter(
      ([symbol, { note }]) => symbol.origin.kind === "given" && note.level <= 1,
    );
    return trainedWeights(site, instance, new Map(early), span);
  }
  const whole = lowerValue(site, call.weights, instance.weights);
  const { builder } = site;
  return instance.weights.kind === "product"
    ? instance.weights.parts.map((_, index) => builder.part(whole, index))
    : [whole];
}

/** Defines what the program learns, in the order of its weights; those of each step are values of the step. */
function defineWeights(
  place: Site,
  instance: Instance,
  networks: Map<Symbol, LoweredNetwork>,
  weights: readonly Variable[],
  vary: boolean,
): readonly StepValues[] {
  const perStep: StepValues[] = [];
  let next = 0;
  const take = (perStepName: boolean): Variable => {
    const whole = weights[next];
    next += 1;
    if (whole === undefined) throw new Error("the weights lack a part");
    if (!perStepName) return whole;
    const space = spaceOfVariable(whole);
    if (space.kind !== "array") throw new Error("what is learned in each step is an array");
    const value: Variable = {
      ...whole,
      type: { kind: "value", space: arraySpace(space.element, space.dimensions.slice(1)) },
    };
    perStep.push({ value, all: whole });
    return value;
  };
  for (const learn of instance.program.learnables) {
    const symbol = symbolOf(learn.declaration);
    const learnable = learnableOf(learn);
    if (learnable !== null) {
      place.scope.define(symbol, learnable.lowered(take(learn.perStep)));
      continue;
    }
    const network = lowerNetwork(place, learn);
    if (network.parameters.some(({ average }) => average !== undefined)) {
      throw new Limitation("batch normalisation in a program that is called", learn.span);
    }
    const own = network.weights.map(() => take(learn.perStep));
    const together = vary && own.every(({ shared }) => shared);
    networks.set(symbol, {
      ...network,
      weights: own,
      called: functionOf(place, instance, network, own),
      ...(together ? { writtenOut: true } : {}),
    });
  }
  return perStep;
}

/** A network of a called program as a function of the module, whose weights are those of each sample if they differ. */
function functionOf(
  place: Site,
  instance: Instance,
  { called, symbol, domain }: LoweredNetwork,
  weights: readonly Variable[],
): IrFunction {
  const { name: program } = instance.program.tree.name;
  const apart = weights.some(({ shared }) => !shared);
  const wanted = `${program}_${symbol.name}${apart ? "" : "_trained"}`;
  return place.program.called.network(instance, wanted, (name) => {
    const names = new Map(
      called.body.parameters
        .slice(domain.length)
        .map((each, index) => [each, { ...each, shared: weights[index]?.shared === true }] as const),
    );
    return { ...called, name, body: reshared(called.body, names, place.builder.functions) };
  });
}

function refuseDraws(program: CheckedProgram, span: Span): void {
  const { bindings, step } = program;
  const inStep = step?.body.statements.some(({ kind }) => kind === "draw") === true;
  if (inStep || bindings.some(({ kind }) => kind === "draw")) {
    throw new Limitation("a call of a program that draws random numbers", span);
  }
}
