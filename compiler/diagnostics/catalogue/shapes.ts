import { defineDiagnostic } from "../entry.ts";

/** IPX2xxx: kinds and shapes. Types and expressions are passed as the user would write them. */
export const shapes = {
  IPX2002: defineDiagnostic<{
    readonly takes: string;
    readonly actual: string;
    /** The adjoint and the corrected product, where the adjoint takes the argument. */
    readonly adjoint: { readonly operator: string; readonly product: string } | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "The operator does not take this",
    mark: ({ takes }) => `takes ${takes}`,
    labels: { argument: ({ actual }) => `this is ${actual}` },
    hint: ({ actual, adjoint }) =>
      adjoint && `\`${adjoint.operator}\`, the adjoint, takes ${actual}: write \`${adjoint.product}\`.`,
    fix: ({ adjoint }) => `Write \`${adjoint?.product ?? ""}\``,
  }),

  IPX2005: defineDiagnostic<{
    readonly first: string;
    readonly second: string;
    /** The layer that made one of them smaller, such as `maxpool(2)`. */
    readonly pooling: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "These images have different sizes",
    hint: ({ first, second, pooling }) =>
      `One is ${first}, the other ${second}.` +
      (pooling === null ? "" : ` After \`${pooling}\` an image is half as large; \`upconv\` doubles it.`),
  }),

  IPX2006: defineDiagnostic<{
    readonly name: string | null;
    readonly wanted: string;
    readonly actual: string;
    /** The complex part, such as `A'*r`. */
    readonly expression: string;
    /** A declaration that makes the operator one of real arrays. */
    readonly declaration: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "A complex value where a real one is wanted",
    mark: ({ actual }) => `this is ${actual}`,
    labels: {
      wanted: ({ name, wanted }) => (name === null ? `this is ${wanted}` : `\`${name}\` is ${wanted}`),
    },
    hint: ({ expression, declaration }) =>
      `Say \`real*(${expression})\` or \`abs(...)\`` +
      (declaration === null ? "." : `, or declare \`${declaration}\`.`),
  }),

  IPX2009: defineDiagnostic<{ readonly operator: string; readonly product: string }>()({
    severity: "error",
    class: "user",
    title: () => "A linear operator is multiplied, not applied",
    mark: ({ operator }) => `\`${operator}\` is linear`,
    hint: ({ product }) => `Write \`${product}\`.`,
    fix: ({ product }) => `Write \`${product}\``,
  }),

  IPX2013: defineDiagnostic<{
    readonly name: string;
    readonly gives: string;
    /** Whether the declared result is a single number. */
    readonly wantsNumber: boolean;
    readonly declared: string;
  }>()({
    severity: "error",
    class: "user",
    title: () => "The network does not give the declared result",
    mark: ({ gives }) => `this gives ${gives}`,
    labels: { declared: () => "declared here" },
    hint: ({ name, wantsNumber, declared }) =>
      wantsNumber
        ? `\`${name}\` gives one number: end with \`|> dense(1)\`.`
        : `\`${name}\` is declared to give ${declared}.`,
  }),

  IPX2017: defineDiagnostic<{ readonly left: string; readonly right: string }>()({
    severity: "error",
    class: "user",
    title: () => "Which product of two arrays?",
    hint: ({ left, right }) =>
      `\`${left} .* ${right}\` is entry by entry, \`dot(${left}, ${right})\` the inner product.`,
  }),
};
