import { between, NONNEGATIVE, POSITIVE } from "../../types/interval.ts";
import type { MethodName, SettingRule, SettingRules } from "../signature.ts";

const TOLERANCE: SettingRule = { kind: "number", initial: 1e-6, within: POSITIVE };
const MAXIMUM: SettingRule = { kind: "count", initial: 100, least: 1 };
const KRYLOV: SettingRules = { tol: TOLERANCE, max: MAXIMUM };

/** The settings of the solvers and methods, and what they are when left out. */
export const METHODS: { readonly [M in MethodName]: SettingRules } = {
  picard: {},
  anderson: {
    memory: { kind: "count", initial: 5, least: 1 },
    damping: { kind: "number", initial: 1, within: { ...between(0, 1), lowOpen: true } },
    ridge: { kind: "number", initial: 1e-8, within: NONNEGATIVE },
  },
  broyden: { memory: { kind: "count", initial: 20, least: 1 } },
  gmres: {
    tol: { kind: "number", initial: 1e-5, within: POSITIVE },
    restart: { kind: "count", initial: 20, least: 1 },
    max: MAXIMUM,
  },
  bicgstab: KRYLOV,
  cg: KRYLOV,
  inner: KRYLOV,
  neumann: { terms: { kind: "count", initial: null, least: 1, required: true } },
  jacobian_free: {},
};
