import type { LibraryOperatorName, LibrarySettings } from "../../runtime/operators/library.ts";
import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import { OPERATOR_NAMES } from "../library/names.ts";
import type { LibraryName } from "../library/names.ts";
import { OPERATORS, type SpecialOperatorName } from "../library/operators/table.ts";
import type { Span } from "../source/span.ts";
import { constant as constantDimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { SettingValue, Typed } from "../types/typing.ts";
import { lowerOperator, lowerValue } from "./recursion.ts";
import { Limitation } from "./limitation.ts";
import type { OperatorForm } from "./lowered.ts";
import { matrixOfForm } from "./operators.ts";
import type { Site } from "./site.ts";
import { spaceOfVariable } from "./values.ts";

type OperatorName = (typeof OPERATOR_NAMES)[number];
interface OperatorType {
  readonly domain: Space;
  readonly codomain: Space;
}

const NAMES: ReadonlySet<string> = new Set(OPERATOR_NAMES);

export function isOperatorName(name: LibraryName): name is OperatorName {
  return NAMES.has(name);
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
  const [first] = makers;
  switch (name) {
    case "I":
      return { kind: "identity", ...spaces };
    case "real":
    case "imag":
      return { kind: "part", of: name, ...spaces };
    case "diag":
    case "mask":
      return first === undefined
        ? boundOperator(site, "mask", settings, [], spaces, span)
        : { kind: "diagonal", entries: lowerValue(site, first), ...spaces };
    case "vstack":
    case "hstack":
      return {
        kind: "stack",
        direction: name === "vstack" ? "vertical" : "horizontal",
        parts: makers.map((maker) => lowerOperator(site, maker)),
        ...spaces,
      };
    case "min_coherence": {
      if (first === undefined) throw new Limitation("min_coherence without an operator", span);
      const matrix = matrixOfForm(site.builder, lowerOperator(site, first));
      return boundOperator(site, name, settings, [matrix], spaces, span);
    }
    case "wavelet":
      return boundOperator(site, name, withWord(settings, first), [], spaces, span);
    case "coils":
      if (first === undefined) throw new Limitation("coils without maps", span);
      return { kind: "coils", maps: lowerValue(site, first), ...spaces };
    case "fourier":
    case "gradient":
    case "downsample":
    case "bicubic":
    case "over_channels":
    case "over_pixels":
    case "reshape":
    case "blur":
    case "gaussian":
      return boundOperator(
        site,
        name,
        settings,
        makers.filter((_, index) => isArray(name, index)).map((maker) => lowerValue(site, maker)),
        spaces,
        span,
      );
    case "radon":
    case "filtered_backprojection":
    case "convolution":
    case "inv":
    case "pinv":
    case "patches":
      throw new Limitation(`the operator \`${name}\` inside a program`, span);
  }
}

/** Whether an array stands at a place between the brackets; counts are found from the spaces. */
function isArray(name: Exclude<OperatorName, SpecialOperatorName>, index: number): boolean {
  return OPERATORS[name].parameters[index]?.kind === "array";
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
