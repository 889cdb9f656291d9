import { LOWPASS, WAVELET_NAMES } from "../../../runtime/operators/wavelets/waveletFilters.ts";
import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { OperatorName, SpecialOperatorName } from "../../library/operators/table.ts";
import { constantValue, type Dimension } from "../../types/dimension.ts";
import { type ArraySpace, type Space, spaceText } from "../../types/space.ts";
import type { Definitions } from "../../library/calculus/analyse.ts";
import { hasUnknowns, resolveSpace } from "../../types/substitution.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { expressionText } from "../expressionText.ts";
import type { CheckedArguments } from "../calls/arguments.ts";
import { isExtent } from "../sizes.ts";

/** A use of an operator whose spaces are found. */
interface OperatorUse {
  readonly domain: ArraySpace;
  readonly codomain: ArraySpace;
  readonly args: CheckedArguments;
  readonly definitions: Definitions;
}

/** What is wrong with a use, and what to try. */
interface Misfit {
  readonly why: string;
  readonly hint: string;
}

/**
 * IPX2042: an operator and spaces of which numbers that are known say that they do not go together; where the program
 * further on says what they are, they are looked at once it is checked.
 */
export function checkFits(
  environment: Environment,
  expression: Expression,
  name: Exclude<OperatorName, SpecialOperatorName>,
  spaces: { readonly domain: Space; readonly codomain: Space },
  args: CheckedArguments,
): void {
  const { run } = environment;
  const check = (): boolean => {
    const domain = resolveSpace(run.substitution, spaces.domain);
    const codomain = resolveSpace(run.substitution, spaces.codomain);
    if (domain.kind !== "array" || codomain.kind !== "array") return true;
    const { definitions } = run.knowledge;
    return reportMisfit(environment, expression, name, { domain, codomain, args, definitions });
  };
  const isOpen = hasUnknowns(spaces.domain) || hasUnknowns(spaces.codomain);
  if (check() && isOpen) run.postponed.push(check);
}

function reportMisfit(
  environment: Environment,
  expression: Expression,
  name: Exclude<OperatorName, SpecialOperatorName>,
  use: OperatorUse,
): boolean {
  const found = MISFITS[name]?.(use) ?? fractions(use);
  if (found === null) return true;
  const words = { callee: name, domain: spaceText(use.domain), ...found };
  report(environment, diagnose("IPX2042", expression.span, words));
  return false;
}

const MISFITS: Partial<Record<OperatorName, (use: OperatorUse) => Misfit | null>> = {
  fourier: ({ domain, args }) => namedAxes(domain.dimensions.length, args),
  over_axes: ({ domain, args }) => namedAxes(domain.dimensions.length + namesOf(args).length, args),
  wavelet: (use) => countedAxes(use) ?? halvings(use.domain, use.args),
  symmetrised_gradient: countedAxes,
  patches: patchesBeside,
  downsample: pixelsBetween,
  reshape: otherEntries,
  crop: noPart,
  blur: kernelBeyondMirror,
  pinv: rankBeyondSides,
  filtered_backprojection: noProjection,
};

/** The filter is known for X-ray transforms as they are; what is given is known once it is bound. */
function noProjection({ args: { positional }, definitions }: OperatorUse): Misfit | null {
  const [of] = positional;
  if (of === undefined || mayBeProjection(of, definitions)) return null;
  return {
    why: `\`${expressionText(of)}\` is no \`radon\` or \`fan_beam\` as it is`,
    hint: "Name the X-ray transform itself, `radon(angles, detectors = d)`: its multiples, parts and products have no filter.",
  };
}

function mayBeProjection(of: Expression<Typed>, definitions: Definitions): boolean {
  if (of.kind === "call") return of.call.kind === "library" && PROJECTIONS.has(of.call.name);
  if (of.kind !== "name" || of.reference.kind !== "symbol") return false;
  const { symbol } = of.reference;
  const definition = definitions.get(symbol);
  if (definition?.kind === "let") return mayBeProjection(definition.initial, definitions);
  return symbol.origin.kind !== "learn";
}

const PROJECTIONS: ReadonlySet<string> = new Set(["radon", "fan_beam"]);

/** The setting as the program writes it; null where it has its default, which suits every domain. */
function written({ tree, settings }: CheckedArguments, name: string): SettingValue | null {
  return tree.some((argument) => argument.name?.name === name) ? (settings[name] ?? null) : null;
}

/** The axes that the program names. */
function namesOf(args: CheckedArguments): readonly number[] {
  const axes = written(args, "axes");
  return axes?.kind === "list" ? axes.values : [];
}

/** Axes of an array that has `rank` of them: that before a Fourier transform, that with the new axes of `over_axes`. */
function namedAxes(rank: number, args: CheckedArguments): Misfit | null {
  const axes = namesOf(args);
  const twice = axes.find((axis, at) => axes.indexOf(axis) !== at);
  if (twice !== undefined) return { why: `the axis ${twice} stands twice`, hint: "Name each axis once." };
  const beyond = axes.find((axis) => axis >= rank);
  if (beyond === undefined) return null;
  const hint = rank === 1 ? "There is one axis, 0." : `The axes are 0 to ${rank - 1}.`;
  return { why: `there is no axis ${beyond}`, hint };
}

function countedAxes({ domain, args }: OperatorUse): Misfit | null {
  const axes = written(args, "axes");
  const rank = domain.dimensions.length;
  if (axes?.kind !== "number" || axes.value <= rank) return null;
  const hint = rank === 1 ? "Write `axes = 1`." : `Write \`axes = ${rank}\` or less.`;
  return { why: `it has fewer than ${axes.value} axes`, hint };
}

/** Each level halves the extents of the image, less what symmetric boundaries add. */
function halvings({ dimensions }: ArraySpace, args: CheckedArguments): Misfit | null {
  const [levels, axes] = [args.settings["levels"], args.settings["axes"]];
  if (levels?.kind !== "number" || axes?.kind !== "number") return null;
  const factor = 2 ** levels.value;
  const added = addedByMirror(args);
  const extents = dimensions.slice(0, axes.value).map(constantValue);
  const odd = extents.find((extent) => extent !== null && (extent - added) % factor !== 0);
  if (odd === undefined) return null;
  const sizes = added === 0 ? "its sizes" : `its sizes less ${added}`;
  return {
    why: `with ${levels.value} levels ${factor} must divide ${sizes}, and ${odd} is one`,
    hint: "Crop or pad the image, or take fewer levels.",
  };
}

/** Patches begin at multiples of their stride, and the last one ends with the image unless it is periodic. */
function patchesBeside({ domain, args }: OperatorUse): Misfit | null {
  const [size, stride] = args.positional.map(countOf);
  if (typeof size !== "number" || typeof stride !== "number") return null;
  const extents = domain.dimensions.slice(0, 2).map(constantValue);
  const small = extents.find((extent) => extent !== null && extent < size);
  if (small !== undefined) {
    return { why: `a patch of ${size} pixels does not fit into ${small}`, hint: "Take smaller patches." };
  }
  const boundary = args.settings["boundary"];
  const own = boundary?.kind === "word" && boundary.value === "periodic" ? 0 : size;
  const odd = extents.find((extent) => extent !== null && (extent - own) % stride !== 0);
  if (odd === undefined) return null;
  return {
    why: `${stride} must divide ${own === 0 ? "its sizes" : `its sizes less ${own}`}, and ${odd} is one`,
    hint: "Crop the image, or choose another stride.",
  };
}

/** Spaces that a scheme gives where a factor does not divide a size. */
function fractions({ domain, codomain }: OperatorUse): Misfit | null {
  const isBroken = ({ dimensions }: ArraySpace): boolean =>
    dimensions.some((dimension) => !isExtent(constantValue(dimension) ?? 1));
  const [broken] = [domain, codomain].filter(isBroken);
  if (broken === undefined) return null;
  return {
    why: `it would map ${spaceText(domain)} to ${spaceText(codomain)}`,
    hint: "Arrays have whole sizes.",
  };
}

function otherEntries({ domain, codomain }: OperatorUse): Misfit | null {
  const [have, want] = [entriesOf(domain), entriesOf(codomain)];
  if (have === null || want === null || have === want) return null;
  return {
    why: `it has ${have} entries, and ${spaceText(codomain)} has ${want}`,
    hint: "Declare a shape with as many entries.",
  };
}

function noPart({ domain, codomain }: OperatorUse): Misfit | null {
  const isLonger = codomain.dimensions.some((dimension, axis) => {
    const [part, whole] = [constantValue(dimension), constantOf(domain.dimensions[axis])];
    return part !== null && whole !== null && part > whole;
  });
  const hasOtherAxes =
    !hasUnknowns(domain) && !hasUnknowns(codomain) && domain.dimensions.length !== codomain.dimensions.length;
  if (!hasOtherAxes && !isLonger) return null;
  return {
    why: `${spaceText(codomain)} is no part of it`,
    hint: "Zeros around an array are its adjoint, `crop'`.",
  };
}

/** Every q-th pixel of an image whose sizes q divides. */
function pixelsBetween({ domain, args }: OperatorUse): Misfit | null {
  const [q] = args.positional.map(countOf);
  if (typeof q !== "number") return null;
  const extents = domain.dimensions.slice(0, 2).map(constantValue);
  const odd = extents.find((extent) => extent !== null && extent % q !== 0);
  if (odd === undefined) return null;
  return { why: `${q} must divide its sizes, and ${odd} is one`, hint: "Crop or pad the image." };
}

/** The whole number of an argument; null where it depends on sizes. */
function countOf({ note: { interval } }: Expression<Typed>): number | null {
  return interval !== null && interval.low === interval.high ? interval.low : null;
}

/** A mirrored image of n points has n + F - 2 coefficients a level, for F taps. */
function addedByMirror({ settings, positional }: CheckedArguments): number {
  const [first] = positional;
  const boundary = settings["boundary"];
  const name = WAVELET_NAMES.find((each) => first?.kind === "name" && each === first.name);
  const isMirrored = boundary?.kind === "word" && boundary.value === "symmetric";
  return isMirrored && name !== undefined ? LOWPASS[name].length - 2 : 0;
}

/** A kernel of k taps reads floor(k/2) points beyond the border, where a mirrored image has as many as it is long. */
function kernelBeyondMirror({ domain, args }: OperatorUse): Misfit | null {
  const type = args.positional[0]?.note.type;
  if (type?.kind !== "value" || type.space.kind !== "array") return null;
  const taps = type.space.dimensions;
  const kernel = spaceText(type.space);
  if (taps.length > domain.dimensions.length) {
    return {
      why: `the kernel ${kernel} has more axes`,
      hint: "A kernel has as many axes as are blurred, the first ones.",
    };
  }
  const boundary = args.settings["boundary"];
  const mirrored =
    boundary?.kind === "word" && (boundary.value === "neumann" || boundary.value === "reflect");
  const repeated = boundary?.kind === "word" && boundary.value === "reflect" ? 1 : 0;
  const reaches = taps.some((tap, axis) => {
    const [count, extent] = [constantOf(tap), constantOf(domain.dimensions[axis])];
    return count !== null && extent !== null && Math.floor(count / 2) > extent - repeated;
  });
  if (!mirrored || !reaches) return null;
  return {
    why: `the kernel ${kernel} reaches beyond the mirrored image`,
    hint: "Take `boundary = periodic` or `zero`, or a smaller kernel.",
  };
}

function constantOf(dimension: Dimension | undefined): number | null {
  return dimension === undefined ? null : constantValue(dimension);
}

/** A matrix has as many singular values as its shorter side. */
function rankBeyondSides({ args }: OperatorUse): Misfit | null {
  const [type, rank] = [args.positional[0]?.note.type, args.settings["rank"]];
  if (type?.kind !== "operator" || rank === undefined) return null;
  const wanted =
    rank.kind === "number" ? rank.value : rank.kind === "dimension" ? constantValue(rank.value) : null;
  const sides = [entriesOf(type.domain), entriesOf(type.codomain)].filter((side) => side !== null);
  const most = Math.min(...sides);
  if (wanted === null || wanted <= most) return null;
  return {
    why: `the rank is ${wanted}, and there are at most ${most} singular values`,
    hint: `Write \`rank = ${most}\` or less, or leave it out.`,
  };
}

function entriesOf(space: Space): number | null {
  if (space.kind !== "array") return null;
  return space.dimensions.reduce<number | null>((product, dimension) => {
    const extent = constantValue(dimension);
    return product === null || extent === null ? null : product * extent;
  }, 1);
}
