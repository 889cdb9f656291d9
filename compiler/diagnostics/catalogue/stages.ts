import { defineDiagnostic } from "../entry.ts";

/** IPX4xxx: stages. */
export const stages = {
  IPX4002: defineDiagnostic<{
    /** What the sample brings. */
    readonly source: "operator" | "array";
    /** The factor and the varying part of the bound: "2" and "/lip(grad f)". */
    readonly factor: string;
    readonly varying: string;
  }>()({
    severity: "error",
    class: "user",
    title: () => "The interval of a learnable differs from sample to sample",
    mark: () => "this is different from sample to sample",
    labels: { source: ({ source }) => `each sample brings its own ${source}` },
    hint: ({ source, factor, varying }) => {
      const learned = `\`learn c : R in (0, ${factor}) = 1\`, and use \`c${varying}\` in the step.`;
      return source === "operator"
        ? `Give the operator a bound (\`with norm <= 1\`), or learn a factor: ${learned}`
        : `Learn a factor: ${learned}`;
    },
  }),

  IPX4003: defineDiagnostic<{
    readonly name: string;
    /** How it was declared: `state`, `var`, `draw`. */
    readonly word: string;
  }>()({
    severity: "error",
    class: "user",
    title: () => "A function cannot read what changes",
    mark: ({ name }) => `\`${name}\` changes while the program runs`,
    labels: { declared: ({ word }) => `a \`${word}\`` },
    hint: ({ name }) =>
      `Freeze it in the step, and declare the function there: \`let ${name}0 = ${name}\`, then \`fun ...\` with ` +
      `\`${name}0\`. Its \`grad\` and \`prox\` are then those of one function.`,
  }),

  IPX4001: defineDiagnostic<{ readonly what: string; readonly name: string; readonly source: string }>()({
    severity: "error",
    class: "user",
    title: ({ what }) => `${what} cannot depend on this`,
    mark: ({ name, source }) => `\`${name}\` is ${source}`,
    labels: { declared: ({ name }) => `\`${name}\` is declared here` },
  }),

  IPX4004: defineDiagnostic<{ readonly name: string; readonly place: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is another one in each step`,
    mark: ({ place }) => `read ${place}, outside the step`,
    labels: { declared: () => "declared `per step`" },
    hint: () => "Read it in the step, or remove `per step`.",
  }),

  IPX4005: defineDiagnostic<{ readonly name: string; readonly word: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` has no value here`,
    mark: () => "read before the first step",
    labels: { declared: ({ word }) => `this \`${word}\` changes while the program runs` },
    hint: () => "Compute it in the step, with `let`.",
  }),
};
