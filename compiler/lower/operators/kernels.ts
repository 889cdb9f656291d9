import type { Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Expression } from "../../ast/tree.ts";
import type { LibraryName } from "../../library/names.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import { lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";

type KernelName = "gaussian_kernel" | "motion_kernel" | "disk_kernel";
type Settings = Readonly<Record<string, SettingValue>>;

/** Whether a name of the library makes a kernel for `blur`. */
export function isKernelName(name: LibraryName): name is KernelName {
  return Object.hasOwn(WEIGHTS, name);
}

/** A kernel R[n, n] by its name, its weights divided by their sum; runtime/operators/blur/kernels.ts has the formulas. */
export function lowerKernel(
  site: Site,
  name: KernelName,
  settings: Settings,
  expression: Expression<Typed>,
): Variable {
  const { builder } = site;
  const { type } = expression.note;
  if (type.kind !== "value") throw new Limitation("a kernel without a size", expression.span);
  const weights = WEIGHTS[name]({
    site,
    row: builder.coordinate(type.space, 0),
    column: builder.coordinate(type.space, 1),
    settings,
    expression,
  });
  return builder.elementwise("div", [weights, builder.sum(weights)]);
}

interface Use {
  readonly site: Site;
  readonly row: Variable;
  readonly column: Variable;
  readonly settings: Settings;
  readonly expression: Expression<Typed>;
}

const WEIGHTS: { readonly [N in KernelName]: (use: Use) => Variable } = {
  gaussian_kernel: (use) => {
    const { builder: b } = use.site;
    const square = b.elementwise("add", [squared(b, use.row), squared(b, use.column)]);
    const double = b.elementwise("mul", [b.constant(-2), squared(b, setting(use, "sigma"))]);
    return b.elementwise("exp", [b.elementwise("div", [square, double])]);
  },
  motion_kernel: (use) => {
    const { builder: b } = use.site;
    const angle = fixedSetting(use, "angle");
    const times = (x: Variable, factor: number): Variable => b.elementwise("mul", [b.constant(factor), x]);
    const along = b.elementwise("sub", [times(use.column, Math.cos(angle)), times(use.row, Math.sin(angle))]);
    const across = b.elementwise("add", [
      times(use.column, Math.sin(angle)),
      times(use.row, Math.cos(angle)),
    ]);
    const beyondOne = b.elementwise("sub", [setting(use, "length"), b.constant(1)]);
    const half = times(b.elementwise("max", [beyondOne, b.constant(0)]), 0.5);
    const past = b.elementwise("sub", [b.elementwise("abs", [along]), half]);
    const distance = hypotenuse(b, b.elementwise("max", [past, b.constant(0)]), across);
    return b.elementwise("max", [b.elementwise("sub", [b.constant(1), distance]), b.constant(0)]);
  },
  disk_kernel: (use) => {
    const { builder: b } = use.site;
    const reach = b.elementwise("add", [setting(use, "radius"), b.constant(0.5)]);
    const inside = b.elementwise("sub", [reach, hypotenuse(b, use.row, use.column)]);
    return b.elementwise("min", [b.elementwise("max", [inside, b.constant(0)]), b.constant(1)]);
  },
};

function squared(builder: IrBuilder, x: Variable): Variable {
  return builder.elementwise("square", [x]);
}

function hypotenuse(builder: IrBuilder, x: Variable, y: Variable): Variable {
  return builder.elementwise("sqrt", [
    builder.elementwise("add", [squared(builder, x), squared(builder, y)]),
  ]);
}

function setting({ site, settings, expression }: Use, name: string): Variable {
  const value = settings[name];
  if (value?.kind === "number") return site.builder.constant(value.value);
  if (value?.kind === "expression") return lowerValue(site, value.value);
  throw new Limitation(`the setting \`${name}\` of a kernel`, expression.span);
}

function fixedSetting({ settings, expression }: Use, name: string): number {
  const value = settings[name];
  if (value?.kind === "number") return value.value;
  throw new Limitation(
    `a setting \`${name}\` that is not known when the program is compiled`,
    expression.span,
  );
}
