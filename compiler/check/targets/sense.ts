import { statementsIn } from "../../ast/statements.ts";
import type { Program, Target } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Members } from "../checkProgram.ts";
import { type Environment, report } from "../context.ts";
import { layersOf } from "../rules/networks.ts";

/** Reports targets that make no sense for a program, each with the reason. */
export function checkSense(environment: Environment, program: Pick<Program, "name">, members: Members): void {
  const seen = new Map<string, Target<Typed>>();
  for (const { tree } of members.targets) {
    const first = seen.get(tree.target);
    if (first !== undefined) {
      const args = { target: tree.target };
      report(environment, diagnose("IPX6006", tree.targetSpan, args, { first: first.targetSpan }));
      continue;
    }
    seen.set(tree.target, tree);
    if (members.steps.length === 0) {
      const args = { target: tree.target, program: program.name.name };
      if (!environment.run.partial) report(environment, diagnose("IPX6001", tree.targetSpan, args));
    } else if (tree.target === "equilibrium") checkEquilibrium(environment, tree, members);
    else if (tree.target === "converge") checkConverge(environment, tree, members);
  }
  checkBatchNormalisation(environment, members);
}

function perStepSymbols(members: Members): readonly Symbol[] {
  return [...members.givens, ...members.learnables].flatMap(({ perStep, declaration }) =>
    perStep && "name" in declaration ? [declaration] : [],
  );
}

function checkEquilibrium(environment: Environment, tree: Target<Typed>, members: Members): void {
  const [perStep] = perStepSymbols(members);
  if (perStep !== undefined) {
    const args = { name: perStep.name };
    report(environment, diagnose("IPX6002", tree.targetSpan, args, { perStep: perStep.span }));
    return;
  }
  const { counter } = members;
  if (counter !== null && isReadInStep(environment, counter)) {
    const args = { name: counter.name, word: "counter" } as const;
    report(environment, diagnose("IPX6004", tree.targetSpan, args, { source: counter.span }));
    return;
  }
  const draw = members.steps
    .flatMap(({ body }) => statementsIn(body))
    .find((statement) => statement.kind === "draw");
  if (draw !== undefined) {
    const args = { name: draw.name.name, word: "draw" } as const;
    report(environment, diagnose("IPX6004", tree.targetSpan, args, { source: draw.name.span }));
  }
}

/** A learnable `per step` may stand at its first values; a `given` one ends with its last step. */
function checkConverge(environment: Environment, tree: Target<Typed>, members: Members): void {
  const bound = members.givens.find(({ perStep }) => perStep);
  if (bound === undefined) return;
  const args = { name: bound.name.name };
  report(environment, diagnose("IPX6005", tree.targetSpan, args, { perStep: bound.name.span }));
}

/** Batch normalisation in a step makes a sample's result depend on the others of its batch. */
function checkBatchNormalisation(environment: Environment, members: Members): void {
  if (members.steps.length === 0) return;
  const { knowledge } = environment.run;
  for (const learn of members.learnables) {
    const mixing = layersOf(knowledge, learn.initial).find(({ mixesSamples }) => mixesSamples);
    const symbol = learn.declaration;
    if (mixing === undefined || !("name" in symbol) || !isReadInStep(environment, symbol)) continue;
    const args = { network: learn.name.name };
    const bound = symbol.typing.facts.find(({ property }) => BOUNDS.has(property));
    if (bound !== undefined) {
      const labels = { bound: bound.evidence };
      const setting = mixing.name === "batchnorm" ? null : "normalise";
      report(environment, diagnose("IPX7203", mixing.span, { setting }, labels));
      continue;
    }
    const solving = members.targets.filter(({ tree }) => tree.target !== "unroll");
    for (const { tree } of solving) {
      const texts = { ...args, target: tree.target };
      report(environment, diagnose("IPX6008", tree.targetSpan, texts, { network: mixing.span }));
    }
    if (solving.length === 0) report(environment, diagnose("IPX6009", mixing.span, args));
  }
}

/** Bounds that are kept by construction, which batch normalisation would void. */
const BOUNDS: ReadonlySet<string> = new Set(["lipschitz", "nonexpansive", "averaged", "residual_lipschitz"]);

function isReadInStep(environment: Environment, symbol: Symbol): boolean {
  return environment.run.reads.get(symbol)?.has("step") ?? false;
}
