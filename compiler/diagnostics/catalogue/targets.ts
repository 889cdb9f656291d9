import { defineDiagnostic } from "../entry.ts";

/** IPX6xxx: targets. */
export const targets = {
  IPX6002: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: () => "A map that changes from step to step has no fixed point",
    mark: () => "an equilibrium is asked for here",
    labels: { perStep: ({ name }) => `\`${name}\` is another one in each step` },
    hint: ({ name }) =>
      `Make \`${name}\` one value for all steps (remove \`per step\`), or keep \`unroll\` only.`,
  }),
};
