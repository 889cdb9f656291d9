import type { Expression, Learn } from "../../ast/tree.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { layersOf } from "../../check/rules/networks.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Span } from "../../source/span.ts";
import type { Typed } from "../../types/typing.ts";

const BOUNDS: ReadonlySet<string> = new Set(["lipschitz", "nonexpansive", "averaged", "residual_lipschitz"]);

/** IPX7203: networks whose bound is to be kept by construction, and which normalise over the batch. */
export function batchNormalisation(program: CheckedProgram): readonly Diagnostic[] {
  const nets = new Map([...program.nets.values()].map((net) => [symbolOf(net.declaration), net] as const));
  return program.learnables.flatMap((learn) => {
    const bound = learn.properties.find(({ name }) => BOUNDS.has(name.name));
    const layer = layersOf({ nets }, learn.initial).find(({ mixesSamples }) => mixesSamples);
    if (bound === undefined || layer === undefined) return [];
    const setting = settingIn(learn);
    const args = { setting: setting === null ? null : "normalise" };
    return [diagnose("IPX7203", setting ?? layer.span, args, { bound: withBound(learn, bound.span) })];
  });
}

/** `normalise = batch`, where it is written in the declaration. */
function settingIn({ initial }: Learn<Typed>): Span | null {
  const search = (expression: Expression<Typed>): Span | null => {
    if (expression.kind === "pipe") return search(expression.value) ?? search(expression.into);
    if (expression.kind !== "call") return null;
    const own = expression.arguments.find(
      ({ name, value }) => name?.name === "normalise" && value.kind === "name" && value.name === "batch",
    );
    return own?.span ?? null;
  };
  return search(initial);
}

/** The property with its word `with`, if it is the first one. */
function withBound(learn: Learn<Typed>, bound: Span): Span {
  const [first] = learn.properties;
  const gap = bound.start - learn.initial.span.end;
  const isFirst = first?.span.start === bound.start && gap >= WITH && gap <= WITH + 1;
  return isFirst ? { ...bound, start: bound.start - WITH } : bound;
}

/** The length of `with `. */
const WITH = 5;
