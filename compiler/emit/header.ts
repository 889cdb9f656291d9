import type { AdjointSolver, FixedPointSolver, Otherwise, Target } from "../../runtime/program/definition.ts";
import type { Plan } from "../plan/plan.ts";
import { commentLine } from "./text.ts";

/** What stands at the top of a module: the program's own words, where it is from, what it is, what is proved. */
export function headerText(plan: Plan, sourceName: string): string {
  const origin = `Compiled by ipc from ${commentLine(sourceName)}: ${targetText(plan.target)}.`;
  const paragraphs = [
    plan.doc,
    origin,
    ...(plan.certificate ? [certificateText(plan.certificate)] : []),
    ...plan.notes,
  ];
  const wrapped = paragraphs
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => paragraph.split("\n").map(wrap).join("\n"));
  return wrapped.join("\n\n");
}

const WIDTH = 105;

/** A line broken between words. */
function wrap(line: string): string {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current].join("\n");
}

function certificateText(certificate: NonNullable<Plan["certificate"]>): string {
  const conditions = certificate.conditions.map((condition) => `- ${condition}`);
  return [
    `Convergence: ${certificate.answer.replaceAll("_", " ")}. ${certificate.statement}`,
    ...conditions,
  ].join("\n");
}

/** A target with its settings in words. */
function targetText(target: Target): string {
  switch (target.kind) {
    case "direct":
      return "a formula that is evaluated once";
    case "solver": {
      const tested = target.every === 1 ? "" : `, tested every ${target.every}`;
      const accelerated =
        target.accelerate === null ? "" : `, accelerated by ${fixedPointText(target.accelerate)}`;
      return `a solver of at most ${target.maximum} steps${tested}${accelerated}`;
    }
    case "unrolled":
      return `an unrolled network of ${target.steps} steps`;
    case "equilibrium":
      return (
        `an equilibrium model, solved by ${fixedPointText(target.solver)} to ${target.tolerance} in at most ` +
        `${target.maximum} steps; gradients by ${adjointText(target.backward)}; ${otherwiseText(target.otherwise)}`
      );
  }
}

function fixedPointText(solver: FixedPointSolver): string {
  switch (solver.kind) {
    case "picard":
      return "picard";
    case "anderson":
      return `anderson(memory = ${solver.memory}, damping = ${solver.damping}, ridge = ${solver.ridge})`;
    case "broyden":
      return `broyden(memory = ${solver.memory})`;
  }
}

function adjointText(solver: AdjointSolver): string {
  switch (solver.kind) {
    case "gmres":
      return `gmres(tol = ${solver.tolerance}, restart = ${solver.restart}, max = ${solver.maximum})`;
    case "bicgstab":
      return `bicgstab(tol = ${solver.tolerance}, max = ${solver.maximum})`;
    case "neumann":
      return `neumann(terms = ${solver.terms})`;
    case "jacobian_free":
      return "jacobian_free";
    case "anderson":
    case "broyden":
      return `${fixedPointText(solver)} to ${solver.tolerance} in at most ${solver.maximum} steps`;
  }
}

function otherwiseText(otherwise: Otherwise): string {
  switch (otherwise.kind) {
    case "error":
      return "samples that do not converge are an error";
    case "drop":
      return "samples that do not converge are dropped";
    case "retry":
      return "samples that do not converge are tried again";
    case "unroll":
      return `samples that do not converge are unrolled for ${otherwise.steps} steps`;
  }
}
