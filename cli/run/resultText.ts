import type { EncodedFile } from "../../runtime/io/format.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import type { Reason, SolveResult } from "../../runtime/solve/result.ts";

/** How a run went, for machines: scalars for one sample, lists for a batch. */
export function resultJson(result: SolveResult, single: boolean): Readonly<Record<string, unknown>> {
  const entry = <T>(list: readonly T[] | null): T | readonly T[] | null =>
    list === null || !single ? list : (list[0] ?? null);
  return {
    iterations: entry(result.iterations),
    converged: entry(result.converged),
    residual: entry(result.residual),
    objective: entry(result.objective),
    reason: entry(result.reason),
    seconds: result.seconds,
  };
}

const REASONS: { readonly [R in Reason]: string } = {
  until: "converged",
  fixed_steps: "done",
  cap: "not converged",
  not_finite: "not finite any more",
};

/** How a run went, for people. */
export function resultText(
  { name, target }: ProgramDefinition,
  result: SolveResult,
  engine: string,
  files: readonly EncodedFile[],
): string {
  const { iterations, reason, residual, objective, samples } = result;
  const reasons = [...new Set(reason)].map((each) => REASONS[each]).join(", ");
  const steps = range(iterations, (count) => String(count));
  const parts = [
    target.kind === "direct" ? "evaluated" : `${reasons} after ${steps} iterations`,
    ...(target.kind === "direct" ? [] : [`last change ${range(residual, (each) => each.toExponential(1))}`]),
    ...(objective === null ? [] : [`objective ${range(objective, (each) => each.toPrecision(6))}`]),
  ];
  const of = samples === 1 ? "" : `, ${samples} samples`;
  const lines = [
    `${name} (${target.kind}${of}): ${parts.join(", ")}; engine ${engine}, ${result.seconds.toFixed(2)} s`,
  ];
  return [...lines, ...files.map(({ path }) => `wrote ${path}`), ""].join("\n");
}

function range(values: readonly number[], text: (value: number) => string): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high || Number.isNaN(low) ? text(low) : `${text(low)} to ${text(high)}`;
}

/** What is to be said of samples that did not converge; null if all did, or if that is not asked for. */
export function unconvergedSamples({
  converged,
  reason,
  samples,
}: Pick<SolveResult, "converged" | "reason" | "samples">): string | null {
  const open = (converged ?? []).flatMap((each, sample) => (each ? [] : [sample]));
  const lost = reason.flatMap((each, sample) => (each === "not_finite" ? [sample] : []));
  if (open.length === 0 && lost.length === 0) return null;
  const which = samples === 1 ? "The sample" : `${new Set([...open, ...lost]).size} of ${samples} samples`;
  const capped = open.filter((sample) => !lost.includes(sample)).length;
  const nan = "NaN or infinity came up; the last finite state was kept";
  const cap = "the cap was reached";
  if (lost.length === 0 || capped === 0) return `${which} did not converge: ${lost.length > 0 ? nan : cap}.`;
  return `${which} did not converge: in ${lost.length} of them ${nan}; in ${capped} ${cap}.`;
}
