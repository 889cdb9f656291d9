import { defineDiagnostic } from "../entry.ts";

/** Why a prox has no closed form. */
type ProxObstacle =
  | { readonly kind: "composition"; readonly part: string }
  | { readonly kind: "sum"; readonly first: string; readonly second: string }
  | { readonly kind: "unknown"; readonly part: string };

function proxObstacle(obstacle: ProxObstacle): string {
  switch (obstacle.kind) {
    case "composition":
      return `prox of ${obstacle.part}(M x) has a closed form only for M M' = c I.`;
    case "sum":
      return `prox of a sum is known only if one part is quadratic or constant: ${obstacle.first}, ${obstacle.second}.`;
    case "unknown":
      return `I have no rule for the prox of ${obstacle.part}.`;
  }
}

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
    title: () => "A step size must be positive",
    mark: ({ interval }) => `this is in ${interval}`,
    labels: { declared: () => "declared here" },
    hint: ({ declaration }) => {
      if (declaration === null) return null;
      return declaration.startsWith("state")
        ? `Declare the state's interval: \`${declaration}\`; it is then kept, and checked.`
        : `Declare the interval: \`${declaration}\`.`;
    },
  }),

  IPX3103: defineDiagnostic<{ readonly name: string; readonly obstacle: ProxObstacle }>()({
    severity: "error",
    class: "user",
    title: () => "I know no closed form for this prox",
    mark: ({ obstacle }) => proxObstacle(obstacle),
    labels: { part: () => "because of this part" },
    hint: ({ name }) =>
      `Ask for inner iterations, \`prox(${name}, by = inner(max = 50))\`, or dualise it: ` +
      "`prox(s*conjugate(g))`, as in tv_chambolle_pock.",
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
};
