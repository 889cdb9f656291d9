import type { Naming } from "./functionText.ts";

/** What a function does, as far as the names of its locals go. */
export type Purpose =
  "forward" | "step" | "adjoint" | "stepAdjoint" | "stepStateAdjoint" | "inputAdjoint" | "record" | "plain";

/**
 * How locals are named: states keep their names and become `x_next`; the cotangent of `x` is `x_bar`, so that the
 * adjoint of a step leads from `x_next_bar` to `x_bar`; at the last test of `until`, `x` was `x_before`.
 */
export function namingOf(purpose: Purpose): Naming {
  const steps = purpose === "stepAdjoint" || purpose === "stepStateAdjoint";
  return {
    parameter: (role, key, variable) => {
      switch (role) {
        case "previous":
          return `${key}_before`;
        case "cotangents":
          return steps ? `${key}_next_bar` : `${key}_bar`;
        case "value":
          return variable.name;
        case "known":
        case "state":
        case "reports":
        case "saved":
          return key;
      }
    },
    result: (path) => resultName(purpose, path),
  };
}

function resultName(purpose: Purpose, path: readonly string[]): string | null {
  const [group, key] = path;
  if (group === undefined || path.length > 2) return null;
  switch (purpose) {
    case "forward":
      return group === "values" || group === "reports" ? (key ?? null) : null;
    case "step":
      if (key === undefined) return group;
      return group === "values" ? `${key}_next` : group === "reports" ? key : null;
    case "adjoint":
    case "stepAdjoint":
      return key === undefined ? null : `${key}_bar`;
    case "stepStateAdjoint":
    case "inputAdjoint":
      return key === undefined ? `${group}_bar` : null;
    case "record":
      return key === undefined ? group : null;
    case "plain":
      return null;
  }
}
