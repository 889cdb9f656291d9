import { diagnose } from "../../diagnostics/diagnose.ts";
import type { ArrayRule } from "../../library/arrays/signature.ts";
import { arraySpace, numberSpace, type Space } from "../../types/space.ts";
import { valueType } from "../../types/type.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { intervalText, isWithin, NONNEGATIVE } from "../../types/interval.ts";
import { describe, expectRealNumber, expectValue } from "../expectations.ts";
import { sizeOf } from "../sizes.ts";
import { intervalOf, resolveType, typing, unknownTyping } from "../typed.ts";
import type { ArrayCall } from "./arrays.ts";
import { suits } from "./functions.ts";
import { isWhole } from "./images.ts";

/** `index(m)`, after `draw`. */
export function checkIndexDraw({ environment, args, level }: ArrayCall): Typing {
  const [m] = args.positional;
  if (m === undefined || !isWhole(environment, m)) return unknownTyping(level);
  const weights = args.values["weights"];
  if (weights !== undefined && !checkWeights(environment, m, weights)) return unknownTyping(level);
  return typing({ kind: "distribution", space: numberSpace("int") }, level);
}

/** Weights are real and not negative, one for each index; reports where they are not. */
function checkWeights(environment: Environment, m: Expression<Typed>, weights: Expression<Typed>): boolean {
  const space = expectValue(environment, weights, "An array of weights");
  if (space === null) return false;
  const size = sizeOf(environment.run.knowledge, m);
  const wanted = valueType(arraySpace("real", size === null ? [] : [size]));
  if (size === null || suits(environment, weights.note.type, wanted)) {
    const interval = intervalOf(weights);
    if (isWithin(interval, NONNEGATIVE)) return true;
    const asked = {
      callee: "index",
      wanted: intervalText(NONNEGATIVE),
      actual: intervalText(interval),
    };
    report(environment, diagnose("IPX3105", weights.span, asked));
    return false;
  }
  const args = {
    wanted: describe(environment, wanted),
    actual: describe(environment, weights.note.type),
    hint: "An index has a weight for each of its values.",
  };
  report(environment, diagnose("IPX2015", weights.span, args));
  return false;
}

/** `batch(m, size = b)`, after `draw`. */
export function checkBatch({ environment, args, level }: ArrayCall): Typing {
  const [m] = args.positional;
  if (m === undefined || !isWhole(environment, m)) return unknownTyping(level);
  const size = args.settings["size"];
  if (size?.kind !== "dimension" && size?.kind !== "number") return unknownTyping(level);
  const dimension =
    size.kind === "dimension"
      ? size.value
      : { terms: [{ numerator: size.value, denominator: 1, powers: [] }] };
  const space: Space = { kind: "array", element: "int", dimensions: [dimension] };
  return typing({ kind: "distribution", space }, level);
}

/** `uniform(a, b)`; `normal` and `rademacher` stand without brackets. */
export function checkNoise({ environment, args, level }: ArrayCall): Typing {
  const ends = args.positional.map((end) => expectRealNumber(environment, end));
  if (ends.some((end) => end.note.type.kind === "unknown")) return unknownTyping(level);
  return typing({ kind: "distribution", space: null }, level);
}

/** `array("y.npy")`, `image("x.png")`, `matrix("A.npy")`: in bindings only, where the file's shape is read. */
export function checkFile(
  { environment, name, callee, args, level }: ArrayCall,
  rule: Extract<ArrayRule, { kind: "file" }>,
): Typing {
  if (environment.place !== "binding") {
    report(
      environment,
      diagnose("IPX5009", callee.span, { word: name, place: "a program: it stands in bindings" }),
    );
    return unknownTyping(level);
  }
  const [file] = args.positional;
  if (file === undefined || resolveType(environment.run, file.note.type).kind !== "file")
    return unknownTyping(level);
  const key = `${callee.span.start}-${callee.span.end}`;
  const open = (letter: string): Space => ({ kind: "named", name: `?${key}:${letter}`, field: "any" });
  if (rule.gives === "operator")
    return typing({ kind: "operator", domain: open("T"), codomain: open("U") }, level);
  return typing({ kind: "value", space: open("T") }, level);
}
