import type { Variable } from "../ir/block.ts";
import type { Method, Statement } from "../plan/call.ts";

/** The longest name that is made up of others. */
const LONGEST = 24;

/** Names for what only bears the name of its operation, made up of the locals that the method is given. */
const MADE_UP: { readonly [M in Method]?: (first: string, second: string) => string } = {
  dot: (a, b) => (a === b ? `${a}_sq` : `${a}_dot_${b}`),
  norm2: (x) => `norm_${x}`,
  sum: (x) => `sum_${x}`,
  sumTo: (x) => `${x}_sum`,
  sumSamples: (x) => `${x}_total`,
  reshape: (x) => `${x}_reshaped`,
  convolveInputGradient: (cotangent) => `${cotangent}_images`,
  convolveFilterGradient: (_, cotangent) => `${cotangent}_filter`,
  depthwiseInputGradient: (cotangent) => `${cotangent}_images`,
  depthwiseFilterGradient: (_, cotangent) => `${cotangent}_filter`,
};

/** The names that the builder of the IR gives by itself, where they say less than what is read. */
const BY_OPERATION: ReadonlySet<string> = new Set([
  "dot",
  "norm2",
  "sum",
  "sumTo",
  "convolveInput",
  "convolveFilter",
  "depthwiseInput",
  "depthwiseFilter",
]);

/** The name for a variable that a call gives, where `read` are the locals that the call is given. */
export function outputHint(call: Statement["call"], variable: Variable, read: readonly string[]): string {
  const { name } = variable;
  if (call.kind !== "method") return name;
  if (call.method === "loopAdjoint") return name.endsWith("_bar") ? name : `${name}_bar`;
  if (call.method === "fill" && name === "fill") return filledName(call.arguments[0]);
  if (call.method === "number") return numberName(call.arguments[0], name);
  const [first, second = ""] = read;
  const made = MADE_UP[call.method];
  if (made === undefined || first === undefined || !BY_OPERATION.has(name)) return name;
  const hint = made(first, second);
  return hint.length <= LONGEST ? hint : name;
}

function numberName(value: { readonly kind: string; readonly value?: unknown }, name: string): string {
  if (value.value === 0) return "zero";
  return value.value === 1 && name === "1" ? "one" : name;
}

function filledName(value: { readonly kind: string; readonly value?: unknown }): string {
  if (value.value === 0) return "zeros";
  return value.value === 1 ? "ones" : "filled";
}
