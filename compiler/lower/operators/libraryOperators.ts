import type { LibraryOperatorName, LibrarySettings } from "../../../runtime/operators/library.ts";
import { RAMP_WINDOWS } from "../../../runtime/operators/library.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import { OPERATOR_NAMES } from "../../library/names.ts";
import type { LibraryName } from "../../library/names.ts";
import { OPERATORS, type SpecialOperatorName } from "../../library/operators/table.ts";
import type { Span } from "../../source/span.ts";
import { constant as constantDimension } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { boundaryOf } from "./convolution.ts";
import { tapsOf } from "./kernelBlur.ts";
import { lowerOperator, lowerValue } from "../recursion.ts";
import { Limitation } from "../limitation.ts";
import type { OperatorForm } from "../lowered.ts";
import { matrixOfForm } from "./operators.ts";
import { solveSettings } from "../solveSettings.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";

type OperatorName = (typeof OPERATOR_NAMES)[number];
interface OperatorType {
  readonly domain: Space;
  readonly codomain: Space;
}

const NAMES: ReadonlySet<string> = new Set(OPERATOR_NAMES);

export function isOperatorName(name: LibraryName): name is OperatorName {
  return NAMES.has(name);
}

/** A use of an operator of the library, on the spaces that the checker inferred. */
interface Use {
  readonly site: Site;
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly makers: readonly Expression<Typed>[];
  readonly spaces: OperatorType;
  readonly span: Span;
}

/** An operator of the library on the spaces that the checker inferred. */
export function libraryOperator(
  site: Site,
  name: OperatorName,
  settings: Readonly<Record<string, SettingValue>>,
  makers: readonly Expression<Typed>[],
  type: OperatorType,
  span: Span,
): OperatorForm {
  const spaces = { domain: type.domain, codomain: type.codomain };
  return RULES[name]({ site, settings, makers, spaces, span });
}

/** An operator that is made when the program is bound, of its settings and of the arrays between its brackets. */
function bound(
  name: LibraryOperatorName & Exclude<OperatorName, SpecialOperatorName>,
): (use: Use) => OperatorForm {
  return ({ site, settings, makers, spaces, span }) => {
    const arrays = makers
      .filter((_, index) => OPERATORS[name].parameters[index]?.kind === "array")
      .map((maker) => lowerValue(site, maker));
    return boundOperator(site, name, settings, arrays, spaces, span);
  };
}

function later(name: OperatorName): (use: Use) => OperatorForm {
  return ({ span }) => {
    throw new Limitation(`the operator \`${name}\` inside a program`, span);
  };
}

const RULES: { readonly [N in OperatorName]: (use: Use) => OperatorForm } = {
  I: ({ spaces }) => ({ kind: "identity", ...spaces }),
  real: ({ spaces }) => ({ kind: "part", of: "real", ...spaces }),
  imag: ({ spaces }) => ({ kind: "part", of: "imag", ...spaces }),
  diag: diagonal,
  mask: diagonal,
  vstack: (use) => stack(use, "vertical"),
  hstack: (use) => stack(use, "horizontal"),
  blockdiag: (use) => stack(use, "diagonal"),
  inv: (use) => {
    const options = solveSettings(use.settings["by"] ?? null, use.span);
    return { kind: "inverse", of: operatorBetween(use), options, ...use.spaces };
  },
  pinv: (use) => {
    const { site, settings, spaces, span } = use;
    const { rank, ...others } = settings;
    const most = rank === undefined ? [] : [rankOf(site, rank, span)];
    const matrix = matrixOfForm(site.builder, operatorBetween(use));
    return boundOperator(site, "pinv", others, [matrix, ...most], spaces, span);
  },
  min_coherence: (use) => {
    const matrix = matrixOfForm(use.site.builder, operatorBetween(use));
    return boundOperator(use.site, "min_coherence", use.settings, [matrix], use.spaces, use.span);
  },
  wavelet: ({ site, settings, makers, spaces, span }) =>
    boundOperator(site, "wavelet", withWord(settings, makers[0]), [], spaces, span),
  coils: ({ site, makers, spaces, span }) => {
    const [maps] = makers;
    if (maps === undefined) throw new Limitation("coils without maps", span);
    return { kind: "coils", maps: lowerValue(site, maps), ...spaces };
  },
  fourier: bound("fourier"),
  gradient: bound("gradient"),
  downsample: bound("downsample"),
  bicubic: bound("bicubic"),
  over_channels: bound("over_channels"),
  over_pixels: bound("over_pixels"),
  over_axes: bound("over_axes"),
  reshape: bound("reshape"),
  crop: bound("crop"),
  blur,
  gaussian: bound("gaussian"),
  bernoulli: bound("bernoulli"),
  symmetrised_gradient: bound("symmetrised_gradient"),
  radon: (use) => projection(use, "radon"),
  fan_beam: (use) => projection(use, "fan_beam"),
  filtered_backprojection: filteredBackprojection,
  convolution: later("convolution"),
  patches: patchOperator,
};

/** Patches know their size by their codomain; the stride is a literal. */
function patchOperator(use: Use): OperatorForm {
  const [, stride] = use.makers;
  if (stride?.kind !== "number") throw new Limitation("patches whose stride is no literal", use.span);
  const settings: Use["settings"] = { ...use.settings, stride: { kind: "number", value: stride.value } };
  return bound("patches")({ ...use, settings });
}

function diagonal({ site, settings, makers, spaces, span }: Use): OperatorForm {
  const [entries] = makers;
  return entries === undefined
    ? boundOperator(site, "mask", settings, [], spaces, span)
    : { kind: "diagonal", entries: lowerValue(site, entries), ...spaces };
}

/**
 * A blur whose kernel is learned, moves, or is the argument of a function is an expression of it, so that it has
 * derivatives by the kernel.
 */
function blur(use: Use): OperatorForm {
  const { site, makers, settings, spaces } = use;
  const [maker] = makers;
  const kernel = maker !== undefined && mayVary(maker) ? lowerValue(site, maker) : null;
  return kernel === null || tapsOf(spaceOfVariable(kernel), spaces.domain) === null
    ? bound("blur")(use)
    : { kind: "kernelBlur", kernel, boundary: boundaryOf(settings), ...spaces };
}

/** Whether derivatives by a value may be asked for: data of a program have none. */
function mayVary({ note: { level }, ...expression }: Expression<Typed>): boolean {
  if (level === 2 || level === 4) return true;
  const { kind } = expression;
  if (kind !== "name" || expression.reference.kind !== "symbol") return false;
  return expression.reference.symbol.origin.kind === "argument";
}

function stack(
  { site, makers, spaces }: Use,
  direction: "vertical" | "horizontal" | "diagonal",
): OperatorForm {
  return { kind: "stack", direction, parts: makers.map((maker) => lowerOperator(site, maker)), ...spaces };
}

/** The operator between the brackets of `inv(M)` and the like. */
function operatorBetween({ site, makers, span }: Use): OperatorForm {
  const [operator] = makers;
  if (operator === undefined) throw new Limitation("an operator that is made of none", span);
  return lowerOperator(site, operator);
}

function rankOf(site: Site, rank: SettingValue, span: Span): Variable {
  switch (rank.kind) {
    case "number":
      return site.builder.constant(rank.value);
    case "dimension":
      return site.builder.size(rank.value);
    case "expression":
      return lowerValue(site, rank.value);
    default:
      throw new Limitation("this rank of a pseudo-inverse", span);
  }
}

/** An X-ray transform; its codomain tells the number of cells, too. */
function projection(use: Use, name: "radon" | "fan_beam"): OperatorForm {
  const others = Object.entries(use.settings).filter(([key]) => key !== "detectors");
  return bound(name)({ ...use, settings: Object.fromEntries(others) });
}

/** The inverse of an operator that is bound: its lines are known then. */
function filteredBackprojection(use: Use): OperatorForm {
  const { site, settings, spaces, span } = use;
  const of = operatorBetween(use);
  if (of.kind !== "bound") {
    throw new Limitation(
      "`filtered_backprojection` of what is no X-ray transform as it is",
      span,
      "Give the called program a `radon` or `fan_beam`, or a given operator: their multiples, parts and products have no filter.",
    );
  }
  const { filter } = settings;
  const window = RAMP_WINDOWS.find((each) => filter?.kind === "word" && each === filter.value) ?? "ramp";
  const variable = site.builder.filteredBackprojection(of.variable, window);
  return { kind: "bound", variable, declaredNorm: null, ...spaces };
}

/** The word that makes a wavelet, as a setting beside the others. */
function withWord(
  settings: Readonly<Record<string, SettingValue>>,
  first: Expression<Typed> | undefined,
): Readonly<Record<string, SettingValue>> {
  return first?.kind === "name" ? { ...settings, name: { kind: "word", value: first.name } } : settings;
}

function boundOperator(
  site: Site,
  name: LibraryOperatorName,
  settings: Readonly<Record<string, SettingValue>>,
  arrays: readonly Variable[],
  spaces: OperatorType,
  span: Span,
): OperatorForm {
  const plain: Record<string, LibrarySettings[string]> = {};
  for (const [key, setting] of Object.entries(settings)) plain[key] = plainSetting(setting, span);
  const variable = site.builder.library(name, plain, spaces.domain, spaces.codomain, arrays);
  return { kind: "bound", variable, declaredNorm: null, ...spaces };
}

function plainSetting(setting: SettingValue, span: Span): LibrarySettings[string] {
  switch (setting.kind) {
    case "number":
    case "word":
    case "truth":
      return setting.value;
    case "list":
      return setting.values;
    case "dimension":
    case "expression":
    case "method":
      throw new Limitation("a setting of an operator that is no plain number or word", span);
  }
}

/** The forward differences on the first two axes of an image: the operator inside `tv`. */
export function gradientOperator(site: Site, x: Variable): OperatorForm {
  const domain = spaceOfVariable(x);
  if (domain.kind !== "array") throw new Error("total variation of what is no image");
  const codomain: Space = { ...domain, dimensions: [...domain.dimensions, constantDimension(2)] };
  const variable = site.builder.library("gradient", {}, domain, codomain, []);
  return { kind: "bound", variable, declaredNorm: null, domain, codomain };
}
