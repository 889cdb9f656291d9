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
};
