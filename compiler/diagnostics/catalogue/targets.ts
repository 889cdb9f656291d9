import { defineDiagnostic, listing } from "../entry.ts";

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

  IPX6001: defineDiagnostic<{ readonly target: string; readonly program: string }>()({
    severity: "error",
    class: "user",
    title: () => "There is no step to repeat",
    mark: ({ target }) => `\`${target}\` is asked for here`,
    hint: ({ target }) =>
      `A program without \`step\` is evaluated once: remove \`${target}(...)\`, or write a step.`,
  }),

  IPX6003: defineDiagnostic<{ readonly name: string; readonly word: string; readonly place: string }>()({
    severity: "error",
    class: "user",
    title: ({ place }) => `\`${place}\` sees what lives on`,
    mark: ({ name, word }) => `\`${name}\` is a \`${word}\` of the step`,
    labels: { declared: () => "declared here" },
    hint: ({ name }) =>
      `Write \`report ${name}_ = ${name}\` in the step and test \`${name}_\`, or make it a state.`,
  }),

  IPX6004: defineDiagnostic<{ readonly name: string; readonly word: "counter" | "draw" }>()({
    severity: "error",
    class: "user",
    title: () => "This step is not one map",
    mark: () => "an equilibrium is asked for here",
    labels: {
      source: ({ name, word }) =>
        word === "counter" ? `\`${name}\` counts the iterations` : `\`${name}\` is drawn anew in each step`,
    },
    hint: ({ word }) =>
      word === "counter"
        ? "A fixed point belongs to one map: remove what depends on the iteration, or keep `unroll` or `converge`."
        : "Draw it as a member, once for each sample, or keep `unroll` or `converge`.",
  }),

  IPX6005: defineDiagnostic<{ readonly name: string }>()({
    severity: "error",
    class: "user",
    title: () => "A solver has no last step",
    mark: () => "a run to convergence is asked for here",
    labels: { perStep: ({ name }) => `\`${name}\` is bound for each step` },
    hint: ({ name }) => `Remove \`per step\` at \`${name}\`, or keep \`unroll\` only.`,
  }),

  IPX6006: defineDiagnostic<{ readonly target: string }>()({
    severity: "error",
    class: "user",
    title: ({ target }) => `\`${target}\` is asked for twice`,
    mark: () => "for the second time here",
    labels: { first: () => "for the first time" },
  }),

  IPX6007: defineDiagnostic<{ readonly threshold: string }>()({
    severity: "warning",
    class: "user",
    title: ({ threshold }) => `Single precision does not reach ${threshold}`,
    mark: () => "the run would end at `max`",
    hint: () => "A relative threshold is at least 1e-7 on a float32 engine; 1e-6 is usual.",
  }),

  IPX6008: defineDiagnostic<{ readonly target: string; readonly network: string }>()({
    severity: "error",
    class: "user",
    title: () => "Batch normalisation in a step that is repeated until it converges",
    mark: ({ target }) => `\`${target}\` is asked for here`,
    labels: { network: ({ network }) => `\`${network}\` normalises over the batch` },
    hint: () => "A sample's result would depend on the others. Use `instancenorm`, or none.",
  }),

  IPX6009: defineDiagnostic<{ readonly network: string }>()({
    severity: "warning",
    class: "user",
    title: () => "Batch normalisation in a step",
    mark: ({ network }) => `\`${network}\` normalises over the batch`,
    hint: () =>
      "While training, a sample's result depends on the others of its batch. Use `instancenorm`, or none.",
  }),

  IPX6010: defineDiagnostic<{ readonly target: string }>()({
    severity: "error",
    class: "user",
    title: ({ target }) => `\`${target}\` needs the number of steps`,
    mark: () => "how many steps?",
    hint: ({ target }) => `Write \`${target}(16)\`.`,
    fix: ({ target }) => `Write \`${target}(10)\``,
  }),

  IPX6011: defineDiagnostic<{ readonly program: string; readonly known: readonly string[] }>()({
    severity: "error",
    class: "user",
    title: ({ program }) => `\`${program}\` has a step, and is no direct evaluation`,
    mark: () => "`direct` is asked for",
    labels: { step: () => "this is to be repeated" },
    hint: ({ known }) =>
      `Choose ${listing(
        known.map((target) => `\`${target}\``),
        "or",
      )}.`,
  }),

  IPX6012: defineDiagnostic<{ readonly when: "always" | "never" | "moving" }>()({
    severity: "warning",
    class: "user",
    title: ({ when }) =>
      when === "never" ? "This test never ends the run" : "This test ends the run as soon as it begins",
    mark: ({ when }) =>
      ({
        always: "this always holds",
        never: "this never holds",
        moving: "this holds as long as the state moves",
      })[when],
    hint: ({ when }) =>
      when === "never"
        ? "The run would end at `max`. `until` says when to stop: `until = change(x) < 1e-6`."
        : "`until` says when to stop, not how long to go on: `until = change(x) < 1e-6`.",
  }),
};
