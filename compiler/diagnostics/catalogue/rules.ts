import { defineDiagnostic } from "../entry.ts";

/** Why a prox is not found, as IPX3103 says it. */
export type ProxObstacle =
  | { readonly kind: "composition"; readonly part: string }
  | { readonly kind: "sum" | "overlap"; readonly first: string; readonly second: string }
  | { readonly kind: "unknown" | "concave" | "outweighed" | "method"; readonly part: string }
  | {
      readonly kind: "sign";
      readonly part: string;
      readonly interval: string;
      /** what to declare instead, `given c : R in (0, inf)` */
      readonly declaration: string | null;
    };

function proxObstacle(obstacle: ProxObstacle): string {
  switch (obstacle.kind) {
    case "composition":
      return `prox of ${obstacle.part}(M x) has a closed form only for M M' = c I.`;
    case "sum":
      return `prox of a sum is known only for squares, boxes and one further part: ${obstacle.first}, ${obstacle.second}.`;
    case "overlap":
      return `the groups of ${obstacle.first} and ${obstacle.second} overlap: shrinking one changes the other.`;
    case "unknown":
      return `I have no rule for the prox of ${obstacle.part}.`;
    case "concave":
      return `${obstacle.part} has a negative weight here: the prox may be several points, or none.`;
    case "outweighed":
      return `${obstacle.part} has a negative weight here, which nothing known outweighs: the prox may be several points, or none.`;
    case "sign":
      return `the weight of ${obstacle.part} is in ${obstacle.interval}: where it is negative, the prox may be several points, or none.`;
    case "method":
      return `\`${obstacle.part}\` solves linear systems, and this prox is no solution of one.`;
  }
}

function otherThanProx(obstacle: ProxObstacle): string {
  const inner = "Find it by inner iterations, `prox(..., by = inner(max = 100))`";
  const dualised =
    `${inner}, or dualise it: for h(M*x) keep a state p, and update it by \`prox(s*conjugate(h))\`, ` +
    "as in tv_chambolle_pock.";
  switch (obstacle.kind) {
    case "composition":
      return dualised;
    case "overlap":
      return `${inner}, or give each norm a copy of the array, as in admm_lasso.`;
    case "sum":
      return `${inner}, or split it, as in admm_lasso; a smooth part may go by its gradient, as in ista.`;
    case "concave":
      return "Proxes are those of convex functions. Check the sign in front of it.";
    case "outweighed":
      return (
        "Proxes are those of convex functions. Check the sign, or let other squares outweigh it: for the prox of " +
        "t*(g - a*norm2sq) the intervals of t and a must say that 2*t*a < 1, and its conjugate has none."
      );
    case "sign":
      return obstacle.declaration === null
        ? "Proxes are those of convex functions. Declare the intervals of the numbers in front of it, or let them be `exp(...)` or a square."
        : `Proxes are those of convex functions. Declare \`${obstacle.declaration}\`.`;
    case "method":
      return "Write `by = inner(...)`.";
    case "unknown":
      return obstacle.part === "`tv`"
        ? dualised.replace("for h(M*x)", "it is norm21(gradient*x);")
        : "A smooth function may go by its gradient, as in ista; section 9 of docs/language.md lists what has a prox.";
  }
}

/** Why the value of a conjugate has no closed form. */
const CONJUGATE_OBSTACLES = {
  sum: (part: string) => `it is known for one function and linear terms; \`${part}\` is a further one.`,
  unknown: (part: string) => `there is no rule for the conjugate of \`${part}\`.`,
  composition: (part: string) => `behind its operator or factor \`${part}\` has no rule.`,
  weight: (part: string) => `the weight of \`${part}\` must be in (0, inf).`,
} as const;

/** IPX3xxx: rules and intervals. */
export const rules = {
  IPX3003: defineDiagnostic<{
    readonly name: string;
    /** The function with the kink, such as `norm1`. */
    readonly part: string;
    /** What to write for a smooth one, such as `huber(delta = 1e-3)`. */
    readonly smooth: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` is not differentiable`,
    mark: () => "its gradient is asked for here",
    labels: { kink: () => "this part has a kink" },
    hint: ({ part, smooth }) =>
      `\`${part}\` has a kink. Use \`prox\`${smooth === null ? "." : `, or smooth it: \`${smooth}\`.`}`,
  }),

  IPX3004: defineDiagnostic<{ readonly operator: string; readonly smoothTerm: string | null }>()({
    severity: "error",
    class: "user",
    title: () => "A linear operator has a norm",
    mark: () => "`lip` is of maps",
    hint: ({ operator, smoothTerm }) =>
      `Write \`norm(${operator})\`. For the step size of 1/2 |${operator}x - y|^2 you want \`norm(${operator})^2\`` +
      (smoothTerm === null ? "." : `, or \`lip(grad ${smoothTerm})\`.`),
    fix: ({ operator }) => `Write \`norm(${operator})\``,
  }),

  IPX3102: defineDiagnostic<{
    readonly interval: string;
    /** The declaration to be narrowed, such as `state L : R in (0, inf) = ...`. */
    readonly declaration: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "The factor of a prox must be positive",
    mark: ({ interval }) => `this is in ${interval}`,
    labels: { declared: () => "declared here" },
    hint: ({ declaration }) => {
      if (declaration === null) return null;
      return declaration.startsWith("state")
        ? `Declare the state's interval: \`${declaration}\`; it is then kept, and checked.`
        : `Declare the interval: \`${declaration}\`.`;
    },
  }),

  IPX3103: defineDiagnostic<{ readonly obstacle: ProxObstacle }>()({
    severity: "error",
    class: "user",
    title: () => "I know no closed form for this prox",
    mark: ({ obstacle }) => proxObstacle(obstacle),
    labels: { part: () => "because of this part" },
    hint: ({ obstacle }) => otherThanProx(obstacle),
  }),

  IPX3108: defineDiagnostic<{
    readonly kind: "sum" | "unknown" | "composition" | "weight";
    readonly part: string;
    /** what to declare instead, `given c : R in (0, inf)`, where a weight may be 0 or negative */
    readonly declaration: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "I know no closed form for the value of this conjugate",
    mark: ({ kind, part }) => CONJUGATE_OBSTACLES[kind](part),
    labels: { part: () => "because of this part" },
    hint: ({ declaration }) =>
      declaration === null
        ? "Its prox needs no value: `prox(s*conjugate(f))` goes wherever f has a prox."
        : `Declare \`${declaration}\`.`,
  }),

  IPX3202: defineDiagnostic<{
    readonly name: string;
    readonly actual: string;
    readonly declared: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` may leave its interval`,
    mark: ({ actual }) => `this is in ${actual}`,
    labels: { interval: () => "its interval" },
    hint: ({ name, declared }) =>
      `\`${name}\` was declared in ${declared}. Use \`clip(..., low, high)\`, or widen the interval.`,
  }),

  IPX3005: defineDiagnostic<{
    readonly callee: string;
    readonly actual: string;
    readonly instead: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: ({ callee }) => (callee === "norm" ? "`norm` is of linear operators" : `\`${callee}\` is of maps`),
    mark: ({ actual }) => `this is ${actual}`,
    hint: ({ instead }) => (instead === null ? null : `Write \`${instead}\`.`),
    fix: ({ instead }) => `Write \`${instead ?? ""}\``,
  }),

  IPX3006: defineDiagnostic<{ readonly network: string; readonly layer: string }>()({
    severity: "warning",
    class: "user",
    title: ({ network }) => `\`${network}\` is differentiable almost everywhere only`,
    mark: () => "its gradient is asked for here",
    labels: { layer: ({ layer }) => `\`${layer}\` has a kink` },
    hint: () => "For a gradient that exists everywhere use a smooth layer, such as `softplus` or `silu`.",
  }),

  IPX3104: defineDiagnostic<{
    /** The operator, where it is positive and only a definite summand is missing. */
    readonly positive: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "I cannot see that this operator is definite",
    mark: ({ positive }) => (positive === null ? "this may be no positive operator" : "it may have a kernel"),
    hint: ({ positive }) =>
      positive === null
        ? "`solve` wants a sum of `A'*A`, `c*I`, `diag(v)` with v >= 0 and the like, one of them `c*I` with c > 0."
        : `Add a summand \`c*I\` with c > 0: \`${positive} + 1e-6*I\`.`,
    fix: ({ positive }) => `Write \`${positive ?? ""} + 1e-6*I\``,
  }),

  IPX3105: defineDiagnostic<{ readonly callee: string; readonly wanted: string; readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: ({ callee, wanted }) => `\`${callee}\` is of numbers in ${wanted}`,
    mark: ({ actual }) => `this is in ${actual}`,
    hint: ({ wanted }) =>
      wanted.startsWith("(")
        ? "Declare the interval of what stands here, or keep away from 0: `max(..., 1e-12)`."
        : `Declare the interval of what stands here, or write \`max(..., ${wanted.slice(1, 2)})\`.`,
  }),

  IPX3106: defineDiagnostic<{ readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: () => "A scaling must be positive",
    mark: ({ actual }) => `this is in ${actual}`,
    hint: () => "`scaling = d` takes d in (0, inf), entry by entry: it is the inverse of the metric.",
  }),

  IPX3107: defineDiagnostic<{ readonly name: string; readonly part: string }>()({
    severity: "error",
    class: "user",
    title: () => "A scaling needs a separable function",
    mark: ({ part }) => `${part} is not a sum over entries`,
    labels: { part: () => "because of this part" },
    hint: () => "`norm1`, `norm2sq`, `huber` and indicators of boxes are separable.",
  }),

  IPX3201: defineDiagnostic<{
    readonly actual: string;
    readonly last: string;
    readonly hint: string | null;
  }>()({
    severity: "error",
    class: "user",
    title: () => "This index may leave its range",
    mark: ({ actual }) => `this ${actual}`,
    labels: { operand: ({ last }) => `indices go from 0 to ${last}` },
    hint: ({ hint }) => hint,
  }),

  IPX3203: defineDiagnostic<{ readonly name: string; readonly actual: string; readonly declared: string }>()({
    severity: "error",
    class: "user",
    title: ({ name }) => `\`${name}\` does not begin in its interval`,
    mark: ({ actual }) => `this is ${actual}`,
    labels: { interval: ({ declared }) => `its interval is ${declared}` },
    hint: ({ declared }) => `Choose a value in ${declared}, or widen the interval.`,
  }),

  IPX3204: defineDiagnostic<{ readonly interval: string }>()({
    severity: "error",
    class: "user",
    title: () => "No number lies in this interval",
    mark: ({ interval }) => `${interval} is empty`,
    hint: () => "The smaller end stands first.",
  }),

  IPX3205: defineDiagnostic<{ readonly setting: string; readonly actual: string; readonly wanted: string }>()(
    {
      severity: "error",
      class: "user",
      title: ({ setting, wanted }) => `\`${setting}\` is in ${wanted}`,
      mark: ({ actual }) => `this is ${actual}`,
    },
  ),

  IPX3206: defineDiagnostic<{
    readonly callee: string;
    readonly parameter: string;
    readonly actual: string;
    readonly declared: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ callee, parameter, declared }) => `\`${parameter}\` of \`${callee}\` is in ${declared}`,
    mark: ({ actual }) => `this is in ${actual}`,
  }),

  IPX3207: defineDiagnostic<{ readonly what: "literal" | "quotient" }>()({
    severity: "error",
    class: "user",
    title: ({ what }) => (what === "literal" ? "This number is too large" : "A division by 0"),
    mark: ({ what }) => (what === "literal" ? "no float has this value" : "this is 0"),
    hint: ({ what }) => (what === "literal" ? "Numbers reach to about 1.8e308; infinity is `inf`." : null),
  }),

  IPX3208: defineDiagnostic<{ readonly setting: string; readonly method: string }>()({
    severity: "error",
    class: "user",
    title: ({ setting }) => `\`${setting}\` of an inner solve is a number`,
    mark: () => "this is not known when the program is compiled",
    hint: ({ setting, method }) =>
      `Write it out: \`${method}(${setting} = ${setting === "tol" ? "1e-6" : "100"})\`.`,
  }),

  IPX3301: defineDiagnostic<{ readonly property: string; readonly needed: string }>()({
    severity: "error",
    class: "user",
    title: () => "I cannot prove this",
    mark: ({ property }) => `\`${property}\` is asserted of what is computed`,
    hint: ({ needed }) => needed,
  }),

  IPX3302: defineDiagnostic<{ readonly property: string; readonly of: string; readonly actual: string }>()({
    severity: "error",
    class: "user",
    title: ({ property, of }) => `\`${property}\` is a property of ${of}`,
    mark: () => "stated here",
    labels: { declared: ({ actual }) => `this is ${actual}` },
  }),

  IPX3303: defineDiagnostic<{ readonly property: string; readonly wanted: string }>()({
    severity: "error",
    class: "user",
    title: ({ property, wanted }) =>
      wanted === "" ? `\`${property}\` has no bound` : `\`${property}\` needs a bound`,
    mark: ({ wanted }) => (wanted === "" ? "it holds, or does not" : `\`${wanted}\` is wanted`),
    hint: ({ property, wanted }) => `Write \`with ${wanted === "" ? property : wanted}\`.`,
  }),

  IPX3305: defineDiagnostic<{
    readonly kind: "place" | "via" | "together";
    readonly first: string;
    readonly second: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ kind, first, second }) => {
      if (kind === "place") return "Only numbers and arrays that are learned are kept in a set";
      if (kind === "via") return "`via` is for intervals";
      return `${first} and \`${second}\` cannot be kept together`;
    },
    mark: ({ kind, first }) => {
      if (kind === "via") return `\`${first}\` is kept by projection`;
      return kind === "place"
        ? `\`${first}\` is a set`
        : "one projection after the other would leave the first";
    },
    hint: ({ kind }) => {
      if (kind === "place")
        return "Here an interval may stand. In the step, `proj(C)(x)` is the nearest point of a set.";
      return kind === "via"
        ? "Leave `via` out."
        : "Together go `ball(r)` and `zero_mean`, `zero_mean` and `unit_norm`, `nonnegative` and `unit_norm`.";
    },
  }),

  IPX3310: defineDiagnostic<{ readonly property: string; readonly layer: string; readonly hint: string }>()({
    severity: "error",
    class: "user",
    title: ({ property }) => `This network cannot be kept \`${property}\``,
    mark: ({ layer }) => `\`${layer}\` breaks it`,
    labels: { declared: () => "declared here" },
    hint: ({ hint }) => hint,
  }),

  IPX3311: defineDiagnostic<{ readonly program: string; readonly learned: string; readonly why: string }>()({
    severity: "error",
    class: "user",
    title: ({ program, learned }) =>
      `A network that gives the weights of \`${program}\` cannot keep \`${learned}\``,
    mark: ({ learned, why }) => `\`${learned}\` ${why}`,
    hint: ({ program }) =>
      `In \`${program}\`, declare an interval with plain numbers, such as \`in (0, 1)\`, or none.`,
  }),

  IPX3312: defineDiagnostic<{ readonly network: string; readonly part: string }>()({
    severity: "error",
    class: "user",
    title: ({ network }) => `I know no Lipschitz constant of the gradient of \`${network}\``,
    mark: ({ part }) => `because of \`${part}\``,
    labels: { asked: () => "it is asked for here" },
    hint: () =>
      "Take layers of bounded curvature: `softplus`, `tanh`, `sigmoid` between linear ones, `icnn` or `ridges`; or learn a step length in an interval of plain numbers.",
  }),

  IPX3304: defineDiagnostic<{
    readonly problem: string;
    readonly method: string;
    readonly name: string;
    readonly property: string;
  }>()({
    severity: "error",
    class: "user",
    title: ({ problem, name, property }) =>
      `I cannot prove that \`${name}\` of \`${problem}\` is ${property}`,
    mark: ({ method, property }) => `\`${method}\` asks for \`${property}\``,
    labels: { asked: () => "asked for here", supplied: () => "supplied here" },
    hint: ({ property }) =>
      NEEDED[property] ?? "What a method asks for must be declared, or follow from the parts.",
  }),
};

/** What each property of a function follows from. */
const NEEDED: Readonly<Record<string, string>> = {
  convex:
    "Convex are sums of functions of the library at affine arguments, with factors that are not negative.",
  smooth: "A function is smooth where none of its parts has a kink: `huber` is a smooth `norm1`.",
  proximable:
    "A prox is known for the functions of the library, scaled, shifted, and behind orthonormal operators.",
  separable: "Separable are `norm1`, `norm2sq`, `huber` and the like, without an operator before them.",
  strongly_convex: "`m*norm2sq(x)` is strongly convex with constant 2*m.",
};
