import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { add, constant, type Dimension } from "../../types/dimension.ts";
import { type Interval, hull, NONNEGATIVE, POSITIVE } from "../../types/interval.ts";
import { arraySpace, numberSpace, type Space, spaceText } from "../../types/space.ts";
import { attempt, resolveSpace, unifyAxes } from "../../types/substitution.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { describe, expectValue } from "../expectations.ts";
import { checkRange } from "../indices.ts";
import { reportNoSize, sizeOf } from "../sizes.ts";
import { intervalOf, resolveType, unknownTyping, valueTyping } from "../typed.ts";
import type { ArrayRule } from "../../library/arrays/signature.ts";
import type { ArrayCall } from "./arrays.ts";
import { poolingOf } from "../layers/pooling.ts";

type ArrayOf = Extract<Space, { kind: "array" }>;

/** An image with its channels on the last axis; without any it has one. */
export function asImage(space: Space): ArrayOf | null {
  if (space.kind !== "array") return null;
  if (space.dimensions.length === 2) return { ...space, dimensions: [...space.dimensions, constant(1)] };
  return space.dimensions.length >= 3 ? space : null;
}

/** `concat(a, b, ...)`: images of one size joined on channels. */
export function checkConcat({ environment, name, callee, args, level }: ArrayCall): Typing {
  let joined: ArrayOf | null = null;
  let interval: Interval | null = null;
  for (const argument of args.positional) {
    const space = expectValue(environment, argument, "An image");
    if (space === null) return unknownTyping(level);
    const image = asImage(resolveSpace(environment.run.substitution, space));
    if (image === null) {
      const wanted = "an image, R[h, w] or R[h, w, c]";
      const actual = describe(environment, argument.note.type);
      report(
        environment,
        diagnose("IPX2008", argument.span, { callee: name, parameter: "a", wanted, actual }),
      );
      return unknownTyping(level);
    }
    if (joined === null) joined = image;
    else {
      const both = joinImages(environment, joined, image);
      if (both === null) {
        reportSizes(environment, callee, args.positional, joined, image);
        return unknownTyping(level);
      }
      joined = both;
    }
    interval = interval === null ? intervalOf(argument) : hull(interval, intervalOf(argument));
  }
  return joined === null ? unknownTyping(level) : valueTyping(joined, level, interval);
}

function joinImages(environment: Environment, a: ArrayOf, b: ArrayOf): ArrayOf | null {
  const { substitution } = environment.run;
  const channels = [a, b].map((image) => image.dimensions[image.dimensions.length - 1] ?? constant(1));
  const [first = constant(1), second = constant(1)] = channels;
  if (
    !attempt(substitution, () =>
      unifyAxes(substitution, a.dimensions.slice(0, -1), b.dimensions.slice(0, -1)),
    )
  ) {
    return null;
  }
  const element = a.element === "complex" || b.element === "complex" ? "complex" : "real";
  return arraySpace(element, [...a.dimensions.slice(0, -1), add(first, second)]);
}

function reportSizes(
  environment: Environment,
  callee: ArrayCall["callee"],
  images: readonly Expression<Typed>[],
  first: Space,
  second: Space,
): void {
  const last = images[images.length - 1];
  const span = last === undefined ? callee.span : { ...callee.span, end: last.span.end + 1 };
  const pooling = images
    .map((image) => poolingOf(environment.run.knowledge, image))
    .find((text) => text !== null);
  const args = { first: spaceText(first), second: spaceText(second), pooling: pooling ?? null };
  report(environment, diagnose("IPX2005", span, args));
}

/** `channel(x, i)`: one channel as an image. */
export function checkChannel({ environment, name, args, level }: ArrayCall): Typing {
  const [x, index] = args.positional;
  const space = x === undefined ? null : expectValue(environment, x, "An image with channels");
  if (x === undefined || index === undefined || space === null) return unknownTyping(level);
  const last = space.kind === "array" ? space.dimensions[space.dimensions.length - 1] : undefined;
  if (space.kind !== "array" || space.dimensions.length < 3 || last === undefined) {
    const actual = describe(environment, x.note.type);
    const wanted = "an image with channels, R[h, w, c]";
    report(environment, diagnose("IPX2008", x.span, { callee: name, parameter: "x", wanted, actual }));
    return unknownTyping(level);
  }
  if (!isWhole(environment, index) || !checkRange(environment, x, index, last)) return unknownTyping(level);
  return valueTyping(arraySpace(space.element, space.dimensions.slice(0, -1)), level, intervalOf(x));
}

/** Asks for a whole number. */
export function isWhole(environment: Environment, value: Expression<Typed>): boolean {
  const type = resolveType(environment.run, value.note.type);
  if (type.kind === "unknown") return false;
  if (type.kind === "zero") return true;
  if (type.kind === "value" && type.space.kind === "array") {
    if (type.space.element === "int" && type.space.dimensions.length === 0) return true;
  }
  const args = { wanted: "A whole number", actual: describe(environment, type), hint: null };
  report(environment, diagnose("IPX2015", value.span, args));
  return false;
}

/** `mod(a, b)` of whole numbers, in [0, b - 1]. */
export function checkMod({ environment, args, level }: ArrayCall): Typing {
  const [a, b] = args.positional;
  if (a === undefined || b === undefined) return unknownTyping(level);
  const whole = [a, b].map((value) => isWhole(environment, value));
  if (whole.includes(false)) return unknownTyping(level);
  const { high } = intervalOf(b);
  const interval = { low: 0, high: high - 1, lowOpen: false, highOpen: high === Infinity };
  return valueTyping(numberSpace("int"), level, interval);
}

/** `gaussian_kernel(n; sigma)` and the like: R[n, n]. */
export function checkKernel(
  { environment, args, level }: ArrayCall,
  { positive }: Extract<ArrayRule, { kind: "kernel" }>,
): Typing {
  const [n] = args.positional;
  if (n === undefined || n.note.type.kind === "unknown") return unknownTyping(level);
  const size: Dimension | null = sizeOf(environment.run.knowledge, n);
  if (size === null) {
    reportNoSize(environment, n);
    return unknownTyping(level);
  }
  return valueTyping(arraySpace("real", [size, size]), level, positive ? POSITIVE : NONNEGATIVE);
}
