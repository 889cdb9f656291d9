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

  IPX2001: defineDiagnostic<{
    readonly left: string;
    readonly right: string;
    readonly hint: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "These two cannot be added",
    mark: ({ right }) => `this is ${right}`,
    labels: { left: ({ left }) => `this is ${left}` },
    hint: ({ hint }) => hint,
  }),

  IPX2003: defineDiagnostic<{ readonly sign: string; readonly corrected: string }>()({
    severity: "error",
    class: "user",
    title: () => "A number and an array",
    mark: ({ sign }) => `\`${sign}\` adds what is alike`,
    hint: ({ corrected }) => `To repeat the number in every entry write \`${corrected}\`.`,
    fix: ({ corrected }) => `Write \`${corrected}\``,
  }),

  IPX2004: defineDiagnostic<{
    readonly takes: string;
    readonly gives: string;
    readonly corrected: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "These operators do not fit together",
    mark: ({ takes }) => `takes ${takes}`,
    labels: { inner: ({ gives }) => `gives ${gives}` },
    hint: ({ corrected }) => (corrected === null ? null : `Do you mean \`${corrected}\`?`),
    fix: ({ corrected }) => `Write \`${corrected ?? ""}\``,
  }),

  IPX2007: defineDiagnostic<{
    readonly name: string;
    readonly declared: string;
    readonly actual: string;
    readonly hint: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` gets something else than was declared`,
    mark: ({ actual }) => `this is ${actual}`,
    labels: { declared: ({ name, declared }) => `\`${name}\` is ${declared}` },
    hint: ({ hint }) => hint,
  }),

  IPX2008: defineDiagnostic<{
    readonly callee: string;
    readonly parameter: string;
    readonly wanted: string;
    readonly actual: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ callee }) => `\`${callee}\` does not take this`,
    mark: ({ actual }) => `this is ${actual}`,
    hint: ({ callee, parameter, wanted }) => `The argument \`${parameter}\` of \`${callee}\` is ${wanted}.`,
  }),

  IPX2010: defineDiagnostic<{ readonly name: string; readonly isNet: boolean }>()({
    severity: "error",
    class: "user",
    title: () => "Layers stand in networks",
    mark: ({ name, isNet }) => `\`${name}\` is a ${isNet ? "network without weights" : "layer"}`,
    hint: ({ name }) =>
      `Declare a network with weights, \`learn N : net ... = ${name}(...)\`, and apply \`N\`.`,
  }),

  IPX2011: defineDiagnostic<{ readonly name: string; readonly call: string }>()({
    severity: "error",
    class: "user",
    title: () => "A function is applied, not multiplied",
    mark: ({ name }) => `\`${name}\` is a function`,
    hint: ({ call }) => `Write \`${call}\`.`,
    fix: ({ call }) => `Write \`${call}\``,
  }),

  IPX2012: defineDiagnostic<{
    readonly name: string;
    readonly actual: string;
    readonly product: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is no function`,
    mark: ({ actual }) => `this is ${actual}`,
    hint: ({ product }) => (product === null ? null : `For a product write \`${product}\`.`),
    fix: ({ product }) => `Write \`${product ?? ""}\``,
  }),

  IPX2014: defineDiagnostic<{
    readonly name: string;
    readonly type: string;
    /** of an operator of the library: a type that it may have, with its text */
    readonly suggested: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `The type of \`${name}\` is not determined`,
    mark: ({ type }) => (type === "_" ? "nothing says of which space" : `all that is known is ${type}`),
    hint: ({ name, suggested }) =>
      suggested === null
        ? `Declare it, \`let ${name} : ... = ...\`.`
        : `Give it a type, such as \`let D : ${suggested}\`, and write \`D\` here.`,
  }),

  IPX2015: defineDiagnostic<{
    readonly wanted: string;
    readonly actual: string;
    readonly hint: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ wanted }) => `${wanted} is wanted here`,
    mark: ({ actual }) => `this is ${actual}`,
    hint: ({ hint }) => hint,
  }),

  IPX2016: defineDiagnostic<{ readonly actual: string; readonly operand: string }>()({
    severity: "error",
    class: "user",
    title: () => "Only operators have an adjoint",
    mark: ({ actual }) => `this is ${actual}`,
    hint: ({ operand }) => `For the inner product with x write \`dot(${operand}, x)\`.`,
  }),

  IPX2018: defineDiagnostic<{ readonly callee: string; readonly space: string; readonly isSpace: boolean }>()(
    {
      severity: "error",
      class: "user",
      title: ({ callee }) => `\`${callee}\` asks for an order`,
      mark: ({ space, isSpace }) => (isSpace ? `the entries of ${space} may be complex` : `this is ${space}`),
      labels: { declared: ({ space }) => `\`${space}\` is declared here` },
      hint: ({ space, isSpace }) =>
        isSpace ? `Declare \`space ${space} in R\`.` : "Take `abs(...)` or the real part, `real*(...)`.",
      fix: ({ space }) => `Write \`space ${space} in R\``,
    },
  ),

  IPX2019: defineDiagnostic<{ readonly sign: string; readonly dotted: string }>()({
    severity: "error",
    class: "user",
    title: () => "Arrays have no order among each other",
    mark: ({ sign }) => `\`${sign}\` compares two numbers`,
    hint: ({ dotted }) => `Compare norms, or entry by entry: \`${dotted}\`.`,
  }),

  IPX2020: defineDiagnostic<{ readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: () => "A condition is wanted here",
    mark: ({ actual }) => `this is ${actual}`,
    hint: () => "A condition is a comparison, a `bool`, or several of them with `and`, `or`, `not`.",
  }),

  IPX2021: defineDiagnostic<{
    readonly names: number;
    readonly parts: number | null;
    readonly actual: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ names, parts }) => (parts === null ? "This has no parts" : `${names} names for ${parts} parts`),
    mark: ({ actual }) => `this is ${actual}`,
  }),

  IPX2022: defineDiagnostic<{ readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: () => "This has no rows",
    mark: ({ actual }) => `this is ${actual}`,
    hint: () => "Rows are taken of arrays, and of operators that give arrays: `A[i]`, `y[i]`.",
  }),

  IPX2023: defineDiagnostic<{ readonly sign: string; readonly left: string; readonly right: string }>()({
    severity: "error",
    class: "user",
    title: ({ sign }) => `\`${sign}\` works entry by entry`,
    mark: ({ right }) => `this is ${right}`,
    labels: { left: ({ left }) => `this is ${left}` },
    hint: () => "Both sides are arrays of one shape, or one of them is a number.",
  }),

  IPX2024: defineDiagnostic<{ readonly type: string; readonly hint: string | null }>()({
    severity: "error",
    class: "user",
    title: () => "This type cannot stand here",
    mark: ({ type }) => `this is ${type}`,
    hint: ({ hint }) => hint,
  }),

  IPX2025: defineDiagnostic<{ readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: () => "A size is wanted here",
    mark: ({ actual }) => actual,
    hint: () =>
      "Sizes are whole numbers and names of the program's head, with `+`, `-`, `*` and `/` by a number.",
  }),

  IPX2026: defineDiagnostic<{ readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: () => "Only functions to R have a gradient",
    mark: ({ actual }) => `this is ${actual}`,
  }),

  IPX2042: defineDiagnostic<{
    readonly callee: string;
    readonly domain: string;
    readonly why: string;
    readonly hint: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ callee, domain }) => `\`${callee}\` cannot act on ${domain} like this`,
    mark: ({ why }) => why,
    hint: ({ hint }) => hint,
  }),

  IPX2041: defineDiagnostic<{ readonly path: string; readonly why: string }>()({
    severity: "error",
    class: "user",
    title: ({ path }) => `The network \`${path}\` is not of this type`,
    mark: ({ why }) => why,
    hint: () =>
      "An array [1, c, h, w] of the file is an image R[h, w, c], or R[h, w] where c is 1; [1, n] is a vector R[n]. A range is declared where the network is learned.",
  }),

  IPX2027: defineDiagnostic<{ readonly layer: string; readonly wanted: string; readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: ({ layer }) => `\`${layer}\` does not take this`,
    mark: ({ wanted }) => `takes ${wanted}`,
    labels: { input: ({ actual }) => `this is ${actual}` },
  }),

  IPX2028: defineDiagnostic<{ readonly actual: string; readonly operator: string | null }>()({
    severity: "error",
    class: "user",
    title: () => "Only a number can be divided by",
    mark: ({ actual }) => `this is ${actual}`,
    hint: ({ operator }) =>
      operator === null
        ? "For a division entry by entry write `./`."
        : `For a solution write \`solve(${operator}, b)\`.`,
  }),

  IPX2029: defineDiagnostic<{
    readonly left: string;
    readonly right: string;
    readonly hint: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "These two have no product",
    mark: ({ right }) => `this is ${right}`,
    labels: { left: ({ left }) => `this is ${left}` },
    hint: ({ hint }) => hint,
  }),

  IPX2030: defineDiagnostic<{
    readonly base: string;
    readonly of: "array" | "operator" | "adjoint" | "inverse";
  }>()({
    severity: "error",
    class: "user",
    title: ({ of }) => (of === "array" ? "A power of an array" : "A power of an operator"),
    mark: () => "`^` is of numbers",
    hint: ({ base, of }) => {
      if (of === "adjoint") return `The adjoint is \`${base}'\`.`;
      if (of === "inverse")
        return `The inverse is \`inv(${base})\`; the solution of one equation is \`solve(${base}, b)\`.`;
      return of === "operator"
        ? `For the operator applied twice write \`${base}*${base}\`.`
        : `Entry by entry it is \`${base} .^ 2\`; the sum of squares is \`norm2sq(${base})\`.`;
    },
  }),

  IPX2031: defineDiagnostic<{ readonly consequent: string; readonly alternative: string }>()({
    severity: "error",
    class: "user",
    title: () => "The two branches differ in type",
    mark: ({ alternative }) => `this is ${alternative}`,
    labels: { consequent: ({ consequent }) => `this is ${consequent}` },
  }),

  IPX2032: defineDiagnostic<{ readonly declared: string; readonly inputs: string }>()({
    severity: "error",
    class: "user",
    title: () => "These inputs cannot be joined to one image",
    mark: ({ declared }) => `declared as ${declared}`,
    hint: () =>
      "A network with one argument gets all inputs joined on channels: they are images of one size, " +
      "or numbers beside images.",
  }),

  IPX2033: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: () => "A layer awaits its image",
    mark: ({ name }) => `\`${name}\` is a layer`,
    hint: ({ name }) => `Write \`u |> ${name}(...)\`.`,
  }),

  IPX2034: defineDiagnostic<{
    readonly problem: string;
    readonly method: string;
    readonly name: string;
    readonly actual: string;
    readonly wanted: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ problem, name, method }) => `\`${name}\` of \`${problem}\` is not what \`${method}\` asks for`,
    mark: ({ name, actual, wanted }) => `\`${name}\` is ${actual}, wanted is ${wanted}`,
    labels: { asked: () => "asked for here", supplied: () => "supplied here" },
  }),

  IPX2035: defineDiagnostic<{ readonly name: string; readonly wanted: "R" | "C"; readonly actual: string }>()(
    {
      severity: "error",
      class: "user",
      title: ({ name, wanted }) =>
        `The method asks for ${wanted === "R" ? "real" : "complex"} arrays in \`${name}\``,
      mark: ({ actual }) => `here it is \`${actual}\``,
      labels: { asked: () => "asked for here" },
      hint: ({ name, wanted }) =>
        `Declare the space of the problem so, as in \`space ${name} in ${wanted}\`.`,
    },
  ),

  IPX2036: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: () => "A derivative is taken at a point",
    mark: () => "at which?",
    hint: ({ name }) => `Write \`derivative(${name})(x)\`, a linear operator.`,
  }),

  IPX2037: defineDiagnostic<{ readonly program: string; readonly message: string }>()({
    severity: "error",
    class: "user",
    title: ({ program }) => `\`${program}\` cannot be called with these sizes and spaces`,
    mark: ({ message }) => `with them: ${message}`,
    hint: ({ program }) =>
      `The arguments decide what the sizes and spaces in the header of \`${program}\` are.`,
  }),

  IPX2038: defineDiagnostic<{ readonly program: string; readonly open: readonly string[] }>()({
    severity: "error",
    class: "user",
    title: ({ program, open }) =>
      open.length === 0
        ? `\`${program}\` learns nothing, so that it has no weights`
        : `The weights of \`${program}\` depend on ${open.map((name) => `\`${name}\``).join(", ")}`,
    mark: ({ open }) => (open.length === 0 ? "" : "which is not known here"),
    hint: ({ open }) =>
      open.length === 0
        ? null
        : `Declare ${open.map((name) => `\`${name}\``).join(", ")} in the header of this program, too, or a given of the same name and type.`,
  }),
};
