import { diagnose } from "../../diagnostics/diagnose.ts";
import { constant, constantValue, type Dimension, divideByTerm, text } from "../../types/dimension.ts";
import { NONNEGATIVE } from "../../types/interval.ts";
import { arraySpace } from "../../types/space.ts";
import type { Typing } from "../../types/typing.ts";
import { report } from "../context.ts";
import { checkRange } from "../indices.ts";
import { sizeOf } from "../sizes.ts";
import { unknownTyping, valueTyping } from "../typed.ts";
import type { ArrayCall } from "./arrays.ts";
import { isWhole } from "./images.ts";

/** `interleaved(m, parts = s, part = i)`, `consecutive(...)`: m/s indices below m, where s divides m and i is below s. */
export function checkIndexSet({ environment, args, callee, level }: ArrayCall): Typing {
  const [m] = args.positional;
  const part = args.values["part"];
  const parts = countOf(args.settings["parts"]);
  if (m === undefined || part === undefined || parts === null) return unknownTyping(level);
  if (!isWhole(environment, m) || !isWhole(environment, part)) return unknownTyping(level);
  const size = sizeOf(environment.run.knowledge, m);
  const count = size === null ? null : quotient(size, parts);
  if (size === null || count === null) {
    const wanted = `a divisor of ${size === null ? "the number of indices" : text(size)}`;
    report(environment, diagnose("IPX3205", callee.span, { setting: "parts", actual: text(parts), wanted }));
    return unknownTyping(level);
  }
  if (!checkRange(environment, m, part, parts)) return unknownTyping(level);
  return valueTyping(arraySpace("int", [count]), level, NONNEGATIVE);
}

function countOf(setting: ArrayCall["args"]["settings"][string] | undefined): Dimension | null {
  if (setting?.kind === "dimension") return setting.value;
  return setting?.kind === "number" ? constant(setting.value) : null;
}

/** m/s where that is a dimension, and whole if it is a number. */
function quotient(m: Dimension, s: Dimension): Dimension | null {
  const [term, ...others] = s.terms;
  if (term === undefined || others.length > 0) return null;
  const result = divideByTerm(m, term);
  const known = result === null ? null : constantValue(result);
  return known === null || Number.isInteger(known) ? result : null;
}
