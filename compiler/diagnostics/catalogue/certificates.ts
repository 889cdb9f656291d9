import { defineDiagnostic } from "../entry.ts";

/** IPX7xxx: certificates. Numbers are passed as they are to be read. */
export const certificates = {
  IPX7001: defineDiagnostic<{
    /** The constant, such as `lip(grad f)`, its bound, and where the bound comes from. */
    readonly constant: string;
    readonly bound: string;
    readonly provenance: string;
    readonly step: string;
    readonly limit: string;
  }>()({
    severity: "error",
    class: "user",
    title: () => "This step size is not admissible",
    mark: ({ step }) => `this step is ${step}`,
    labels: { bound: ({ constant, bound, provenance }) => `hence ${constant} <= ${bound} (${provenance})` },
    hint: ({ constant, limit }) =>
      `A convergent solver needs t < 2/${constant} = ${limit}. Write \`1/${constant}\`.`,
    fix: ({ constant }) => `Write \`1/${constant}\``,
  }),

  IPX7002: defineDiagnostic<{ readonly algorithm: string; readonly statement: string }>()({
    severity: "note",
    class: "user",
    title: ({ algorithm }) => `Convergence is proved: ${algorithm}`,
    mark: () => "this program",
    hint: ({ statement }) => `${statement.slice(0, 1).toUpperCase()}${statement.slice(1)}.`,
  }),

  IPX7003: defineDiagnostic<{ readonly algorithm: string | null; readonly obstruction: string }>()({
    severity: "warning",
    class: "user",
    title: () => "No proof of convergence was found",
    mark: ({ algorithm }) => (algorithm === null ? "this program" : `recognised as ${algorithm}`),
    hint: ({ obstruction }) =>
      `${obstruction.slice(0, 1).toUpperCase()}${obstruction.slice(1)}. No counterexample was found either; ` +
      "`proof = none` asks for nothing.",
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

  IPX7203: defineDiagnostic<{ readonly setting: string }>()({
    severity: "error",
    class: "user",
    title: () => "Batch normalisation voids the Lipschitz bound",
    mark: () => "max|gamma|/sqrt(var + eps) multiplies the bound of each layer",
    labels: { bound: () => "this bound is to be kept by construction" },
    hint: ({ setting }) =>
      `Write \`${setting} = spectral\`, or leave \`${setting}\` out. Without the bound, too, batch normalisation ` +
      "in a step is refused with `equilibrium` and `converge`.",
  }),
};
