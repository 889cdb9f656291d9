import type { AdjointSolver, FixedPointSolver } from "../../../runtime/program/definition.ts";
import type { SettingValue } from "../../types/typing.ts";
import { defaultMethod } from "../calls/defaults.ts";

type Method = Extract<SettingValue, { kind: "method" }>;

function number(method: Method, setting: string): number {
  const value = method.settings[setting];
  if (value?.kind === "number") return value.value;
  const initial = defaultMethod("anderson").settings[setting];
  return initial?.kind === "number" ? initial.value : (FALLBACKS[setting] ?? 0);
}

/** Counts that a program makes depend on its data stand at their defaults here. */
const FALLBACKS: Readonly<Record<string, number>> = { tol: 1e-5, max: 100, restart: 20, terms: 1 };

/** How z = step(z) is solved. */
export function fixedPointSolver(value: SettingValue | undefined): FixedPointSolver {
  const method = value?.kind === "method" ? value : defaultMethod("anderson");
  switch (method.name) {
    case "picard":
      return { kind: "picard" };
    case "broyden":
      return { kind: "broyden", memory: number(method, "memory") };
    default:
      return anderson(method);
  }
}

function anderson(method: Method): Extract<FixedPointSolver, { kind: "anderson" }> {
  return {
    kind: "anderson",
    memory: number(method, "memory"),
    damping: number(method, "damping"),
    ridge: number(method, "ridge"),
  };
}

/** How w = g + J'w is solved. */
export function adjointSolver(value: SettingValue | undefined): AdjointSolver {
  const method = value?.kind === "method" ? value : defaultMethod("gmres");
  const limits = { tolerance: number(method, "tol"), maximum: number(method, "max") };
  switch (method.name) {
    case "bicgstab":
      return { kind: "bicgstab", ...limits };
    case "neumann":
      return { kind: "neumann", terms: number(method, "terms") };
    case "jacobian_free":
      return { kind: "jacobian_free" };
    case "anderson":
      return { ...anderson(method), ...limits };
    case "broyden":
      return { kind: "broyden", memory: number(method, "memory"), ...limits };
    default:
      return { kind: "gmres", restart: number(method, "restart"), ...limits };
  }
}
