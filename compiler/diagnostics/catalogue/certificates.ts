import { defineDiagnostic } from "../entry.ts";

/** Starts with a capital letter, unless it starts with a formula. */
function sentence(words: string): string {
  return /^[a-z]+[ ,]/u.test(words) && !words.startsWith("f ")
    ? `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
    : words;
}

/** IPX7xxx: certificates. Numbers are passed as they are to be read. */
export const certificates = {
  IPX7001: defineDiagnostic<{
    /** The constant, such as `lip(grad f)`, its bound, and where the bound comes from. */
    readonly constant: string;
    readonly bound: string | null;
    readonly provenance: string;
    /** The declared norm behind it, such as `norm(A)`. */
    readonly norm: string;
    readonly step: string;
    readonly limit: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "This step size is not admissible",
    mark: ({ step }) => `this step is ${step}`,
    labels: {
      bound: ({ constant, bound, norm, provenance }) =>
        bound === null
          ? `${norm} may be as large (${provenance})`
          : `hence ${constant} <= ${bound} (${provenance})`,
    },
    hint: ({ constant, limit }) =>
      `A convergent solver needs t < 2/${constant}${limit === null ? "" : ` = ${limit}`}. Write \`1/${constant}\`.`,
    fix: ({ constant }) => `Write \`1/${constant}\``,
  }),

  IPX7002: defineDiagnostic<{
    readonly algorithm: string;
    readonly statement: string;
    readonly conditions: readonly string[];
  }>()({
    severity: "note",
    class: "user",
    title: ({ algorithm }) => `Convergence is proved: ${algorithm}`,
    mark: () => "this program",
    hint: ({ statement, conditions }) =>
      `${sentence(statement)}.${conditions.length === 0 ? "" : ` It rests on: ${conditions.join("; ")}.`}`,
  }),

  IPX7003: defineDiagnostic<{ readonly algorithm: string | null; readonly obstruction: string }>()({
    severity: "warning",
    class: "user",
    title: () => "No proof of convergence was found",
    mark: ({ algorithm }) => (algorithm === null ? "this program" : `recognised as ${algorithm}`),
    hint: ({ obstruction }) =>
      `${sentence(obstruction)}. No counterexample was found either; ` + "`proof = none` asks for nothing.",
  }),

  IPX7004: defineDiagnostic<{ readonly product: string; readonly norm: string }>()({
    severity: "error",
    class: "user",
    title: () => "These step sizes are not admissible together",
    mark: ({ product }) => `tau*sigma*|K|^2 is ${product} here`,
    labels: { bound: () => "an operator of exactly this norm makes the step diverge" },
    hint: ({ norm }) => `A convergent solver needs tau*sigma*|K|^2 < 1. Write \`0.99/${norm}\` for both.`,
  }),

  IPX7005: defineDiagnostic<{ readonly state: string }>()({
    severity: "error",
    class: "user",
    title: () => "This step climbs",
    mark: () => "along the gradient, away from every minimiser",
    hint: ({ state }) =>
      `For a convex f, ${state} + t*grad f(${state}) with t > 0 diverges. Write ` +
      `\`${state} <- ${state} - t*grad f(${state})\`; for f = 1/2 |Ax - y|^2 that is ` +
      `\`${state} + t*A'*(y - A*${state})\`.`,
  }),

  IPX7101: defineDiagnostic<{
    /** The tested function, the one that the direction descends on, and the nonsmooth part. */
    readonly tested: string;
    readonly descends: string;
    readonly nonsmooth: string;
    /** The directional derivative of the test, the state and the direction. */
    readonly slope: string;
    readonly state: string;
    readonly direction: string;
  }>()({
    severity: "warning",
    class: "user",
    title: () => "This line search may find no step",
    mark: ({ tested }) => `tests ${tested} alone`,
    labels: { direction: ({ descends }) => `the direction descends on ${descends}` },
    hint: ({ descends, nonsmooth, slope, state, direction }) =>
      `Where ${slope} > 0, which happens, no c > 0 passes the test: the loop runs into its cap, and that sample ` +
      `does not converge. Test F = ${descends} against F(${state}) + beta*c*D with D = ${slope} + ` +
      `${nonsmooth}(${state} + ${direction}) - ${nonsmooth}(${state}).`,
  }),

  /** Terms with kinks that only the objective has, or only what the step minimises, as `lambda*norm1(x)`. */
  IPX7102: defineDiagnostic<{
    readonly algorithm: string;
    readonly missing: readonly string[];
    readonly added: readonly string[];
    /** Whether the two would agree without what stands for data. */
    readonly dataOnly: boolean;
  }>()({
    severity: "warning",
    class: "user",
    title: () => "The step and the objective do not agree",
    mark: () => "the step converges to a minimiser of another function",
    hint: ({ algorithm, missing, added, dataOnly }) => {
      if (missing.length > 0 && added.length === 0) {
        const g = missing.join(" + ");
        return (
          `As ${algorithm}, the step never applies the prox of ${g}, so that its limit does not depend on it. ` +
          `With g = ${g}: \`x <- prox(t*g)(x - t*grad f(x))\`.`
        );
      }
      if (added.length > 0 && missing.length === 0) {
        return `As ${algorithm}, the step minimises ${added.join(" + ")}, too, which this sum lacks.`;
      }
      if (dataOnly) {
        return `As ${algorithm}, the step differs from this sum in the data alone: look at the sign and the factor of each, as in \`A*x - y\`.`;
      }
      return (
        `As ${algorithm}, the step weighs the parts of this sum differently. With a step size t the prox is that of ` +
        "t*g: `prox(t*g)(x - t*grad f(x))`; splittings use one penalty for all parts."
      );
    },
  }),

  IPX7103: defineDiagnostic<{ readonly norm: string }>()({
    severity: "warning",
    class: "user",
    title: () => "This step size is over a norm, not over its square",
    mark: ({ norm }) => `the gradient grows as ${norm}^2`,
    hint: ({ norm }) =>
      `The Lipschitz constant of the gradient of 1/2 |Ax - y|^2 is ${norm}^2: with 1/${norm} the step ` +
      `diverges for norms above 2. Write \`1/${norm}^2\`.`,
    fix: ({ norm }) => `Write \`${norm}^2\``,
  }),

  /** `setting` is the setting of a network of the library that asks for it; null for a layer of the file. */
  IPX7203: defineDiagnostic<{ readonly setting: string | null }>()({
    severity: "error",
    class: "user",
    title: () => "Batch normalisation voids the Lipschitz bound",
    mark: () => "max|gamma|/sqrt(var + eps) multiplies the bound of each layer",
    labels: { bound: () => "this bound is to be kept by construction" },
    hint: ({ setting }) =>
      `${setting === null ? "Leave `batchnorm` out" : `Write \`${setting} = spectral\`, or leave \`${setting}\` out`}. Without the bound, too, batch normalisation ` +
      "in a step is refused with `equilibrium` and `converge`.",
  }),
};
