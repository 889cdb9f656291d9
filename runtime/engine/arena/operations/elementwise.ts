import type { ElementwiseExpression, ElementwiseResults } from "../../../arrays/expression.ts";
import { FUNCTIONS } from "../../../kernels/encode/functions.ts";
import { kernelOf } from "../../../kernels/encode/kernel.ts";
import { callsLibrary, layoutOf, outputsOf, type Pattern } from "../../../kernels/encode/pattern.ts";
import { type Program, programOf } from "../../../kernels/encode/program.ts";
import { differenced, isDifferenced, sameDifferences, withDifferences } from "../../differences.ts";
import type { Ending, Engine, Handle } from "../../engine.ts";
import { reducedInTurn } from "../../reduced.ts";
import { broadcastShape, sameShape, sizeOf } from "../../shape.ts";
import { isPairPart, partInputs, type PartExpressions } from "../../pairs.ts";
import { differencesOf } from "./differences.ts";
import { type Cut, cutForEnds, cutsOf, type EndPlan, endPlansOf, withEnds } from "./endings.ts";
import { bitsOf, type Runnable } from "../machine.ts";
import { ARGUMENT_WORDS } from "../places.ts";
import { reductionsOf } from "./reductions.ts";
import { type Rows, rowsOf, rowsOfParts } from "./rows.ts";
import { stencilRowsOf } from "./stencilRows.ts";
import type { Store } from "../store.ts";

/** Entries of an item: so many that an item takes some 10 microseconds, fewer where there are functions to call. */
const MOST_ENTRIES = 32768;
const LEAST_ENTRIES = 8192;

/** About how many operations a call of a library function counts for. */
const CALL_WORK = 24;

/** Plans that are kept for an expression: shapes that come in turns. */
const PLANS = 8;

/** What is known of expressions. */
interface Analysis {
  readonly program: Program;
  /** plans by the shapes of inputs, the last made first */
  plans: readonly Planned[];
}

/**
 * A plan for inputs of certain names, shapes and differences, and for certain endings; null where differences are
 * computed before, or reductions afterwards.
 */
interface Planned {
  readonly endings: Endings;
  readonly names: readonly string[];
  readonly inputs: readonly Handle[];
  readonly plan: Plan | null;
}

type Endings = Readonly<Record<string, Ending>>;

/** How expressions are computed. */
interface Plan {
  readonly shape: readonly number[];
  /** by result */
  readonly ends: readonly EndPlan[];
  readonly kernel: Runnable;
  /** the arguments, but for the places of the arrays: the results' are the first, the inputs' stand from `offsets` on */
  readonly words: readonly number[];
  readonly offsets: number;
  readonly used: readonly string[];
  /** by input, bytes from its first entry to the one that is read first */
  readonly shifts: readonly number[];
  readonly items: number;
  readonly work: number;
}

/**
 * Elementwise expressions, those of one call as one kernel that is written when it is first met. Differences are read by
 * the kernel where it can, and computed before where it cannot; so are results joined by it, or reduced afterwards.
 */
export function elementwiseOf(
  store: Store,
): Pick<Engine, "elementwise" | "elementwiseAll" | "elementwisePairs" | "elementwiseReduced"> {
  const analyses = new WeakMap<ElementwiseExpression | ElementwiseResults | PartExpressions, Analysis>();
  const kernels = new Map<string, Runnable>();

  const analysed = (
    of: ElementwiseExpression | ElementwiseResults | PartExpressions,
    results: () => ElementwiseResults,
  ): Analysis => {
    const before = analyses.get(of);
    if (before !== undefined) return before;
    const found: Analysis = { program: programOf(results()), plans: [] };
    analyses.set(of, found);
    return found;
  };
  const planned = (
    analysis: Analysis,
    inputs: Readonly<Record<string, Handle>>,
    { runs, endings, names }: Wanted,
  ): Plan | null => {
    for (const known of analysis.plans)
      if (endsAlike(known.endings, endings) && fits(known, inputs)) return known.plan;
    const ends = names.map((name) => endings[name] ?? null);
    const plan = planOf(store, kernels, analysis.program, inputs, { runs, ends });
    const shapes = Object.values(inputs).map(shapeOnly);
    const made = { endings, names: Object.keys(inputs), inputs: shapes, plan };
    analysis.plans = [made, ...analysis.plans.slice(0, PLANS - 1)];
    return plan;
  };
  const elementwise: Engine["elementwise"] = (expression, inputs) => {
    const plan = planned(
      analysed(expression, () => ({ result: expression })),
      inputs,
      SINGLE,
    );
    if (plan === null) return apart.elementwise(expression, inputs);
    const result = store.make(plan.shape);
    computed(store, plan, inputs, [store.offsetOf(result)]);
    return result;
  };
  const allOf = (
    results: ElementwiseResults,
    endings: Endings,
    inputs: Readonly<Record<string, Handle>>,
  ): readonly Handle[] | null => {
    const plan = planned(
      analysed(results, () => results),
      inputs,
      { runs: runsOf, endings, names: Object.keys(results) },
    );
    if (plan === null) return null;
    const made = plan.ends.map(({ shape }) => store.make(shape));
    withEnds(store, plan.ends, made, (places) => {
      computed(store, plan, inputs, places);
    });
    return made;
  };
  const elementwiseAll: Engine["elementwiseAll"] = (results, inputs) =>
    allOf(results, NO_ENDINGS, inputs) ?? apart.elementwiseAll(results, inputs);
  const elementwiseReduced: Engine["elementwiseReduced"] = (results, endings, inputs) =>
    allOf(results, endings, inputs) ?? afterwards.elementwiseReduced(results, endings, inputs);
  const arrays = { ...differencesOf(store), dispose: store.dispose };
  const apart = {
    elementwise: withDifferences(elementwise, arrays),
    elementwiseAll: withDifferences(elementwiseAll, arrays),
  };
  const elementwisePairs: Engine["elementwisePairs"] = (parts, given) => {
    const { re, im } = parts;
    const inputs = partInputs(given);
    const analysis = analysed(parts, () => (im === null ? { ".re": re } : { ".re": re, ".im": im }));
    const plan = planned(analysis, inputs, im === null ? PARTS : PAIRS);
    if (plan === null)
      throw store.refuse("elementwise", Object.values(inputs), "no kernel for parts of pairs");
    const result = store.make(im === null ? plan.shape : [...plan.shape, 2]);
    computed(store, plan, inputs, [store.offsetOf(result)]);
    return result;
  };
  const afterwards = reducedInTurn({ elementwiseAll, ...reductionsOf(store), dispose: store.dispose });
  return { elementwise, elementwiseAll, elementwisePairs, elementwiseReduced };
}

const NO_ENDINGS: Endings = {};

/** What is wanted of expressions beside their values: how inputs run, and what results end in, by their names. */
interface Wanted {
  readonly runs: RowsFinder;
  readonly endings: Endings;
  readonly names: readonly string[];
}

/** Runs the kernel of a plan on inputs, for results whose places are given. */
function computed(
  store: Store,
  { offsets, used, shifts, ...plan }: Plan,
  inputs: Readonly<Record<string, Handle>>,
  results: readonly number[],
): void {
  const words = plan.words.slice();
  for (let at = 0; at < used.length; at++) {
    const input = inputOf(store, inputs, used[at] ?? "");
    const array = isDifferenced(input) || isPairPart(input) ? input.of : input;
    words[offsets + at] = store.offsetOf(array) + (shifts[at] ?? 0);
  }
  results.forEach((place, at) => (words[at] = place));
  store.machine.run(plan.kernel, words, plan.items, plan.work);
}

function endsAlike(a: Endings, b: Endings): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => {
      const [left, right] = [a[name], b[name]];
      return left?.by === right?.by && sameShape(left?.axes ?? [], right?.axes ?? []);
    })
  );
}

/** How inputs run along a shape, and what a kernel must know beside that; null where none can read them so. */
type RowsFinder = (
  shape: readonly number[],
  used: readonly Handle[],
  pairs: boolean,
  cuts: readonly number[],
) => ({ readonly rows: Rows } & Pick<Pattern, "stencil" | "interleaved">) | null;

const runsOf: RowsFinder = (shape, used, pairs, cuts) => {
  const shapes = used.map((input) => input.shape);
  if (!used.some(isDifferenced))
    return { rows: rowsOf(shape, shapes, pairs, cuts), stencil: null, interleaved: false };
  const found = stencilRowsOf(shape, used, pairs, cuts);
  return found && { ...found, interleaved: false };
};

const ofParts =
  (interleaved: boolean): RowsFinder =>
  (shape, used) => {
    const parts = used.map((input) => ({ shape: input.shape, part: isPairPart(input) ? input.part : null }));
    return { rows: rowsOfParts(shape, parts, interleaved), stencil: null, interleaved };
  };

const SINGLE: Wanted = { runs: runsOf, endings: NO_ENDINGS, names: ["result"] };
const PARTS: Wanted = { ...SINGLE, runs: ofParts(false) };
const PAIRS: Wanted = { ...SINGLE, runs: ofParts(true) };

/** What a plan depends on, of an input. */
function shapeOnly(input: Handle): Handle {
  return isDifferenced(input)
    ? differenced({ shape: [...input.of.shape] }, input.options)
    : { shape: [...input.shape] };
}

function inputOf(store: Store, inputs: Readonly<Record<string, Handle>>, name: string): Handle {
  const input = inputs[name];
  if (input === undefined) throw store.refuse("elementwise", Object.values(inputs), `no input ${name}`);
  return input;
}

function fits({ names, inputs: before }: Planned, inputs: Readonly<Record<string, Handle>>): boolean {
  let at = 0;
  for (const name in inputs) {
    const [known, input] = [before[at], inputs[name]];
    if (names[at] !== name || known === undefined || input === undefined || !alike(known, input))
      return false;
    at += 1;
  }
  return at === names.length;
}

function alike(a: Handle, b: Handle): boolean {
  if (!sameShape(a.shape, b.shape)) return false;
  if (!isDifferenced(a) || !isDifferenced(b)) return isDifferenced(a) === isDifferenced(b);
  return sameDifferences(a.options, b.options);
}

/** Null where differences among the inputs cannot be read by a kernel, or results not be joined. */
function planOf(
  store: Store,
  kernels: Map<string, Runnable>,
  program: Program,
  inputs: Readonly<Record<string, Handle>>,
  { runs, ends: endings }: { readonly runs: RowsFinder; readonly ends: readonly (Ending | null)[] },
): Plan | null {
  const handles = Object.values(inputs);
  const shape = handles.reduce<readonly number[]>((left, right) => {
    const joint = broadcastShape(left, right.shape);
    if (joint === null) throw store.refuse("elementwise", handles, "the shapes do not align");
    return joint;
  }, []);
  refuseOthers(store, program, handles, shape);
  const pairs = program.steps.some(
    (step) => step.kind === "apply" && FUNCTIONS[step.function].kind === "pair",
  );
  const used = program.inputs.map((name) => inputOf(store, inputs, name));
  const isEnded = endings.some((ending) => ending !== null);
  if (isEnded && sizeOf(shape) === 0) return null;
  const found = runs(shape, used, pairs, cutsOf(endings, shape.length));
  if (found === null) return null;
  const { rows, stencil, interleaved } = found;
  const { modes, planes } = rows;
  const entries = sizeOf(shape) * (interleaved ? planes : 1);
  const cut = cutOf(entries, rows, callsLibrary(program), isEnded ? { endings, rank: shape.length } : null);
  const ends = endPlansOf(shape, endings, rows, cut);
  if (ends === null) return null;
  const pattern: Pattern = {
    ...{ program, modes, axes: rows.extents.length, planes, stencil, interleaved },
    ends: ends.map(({ end }) => end),
  };
  const layout = layoutOf(pattern);
  if (layout.words > ARGUMENT_WORDS)
    throw store.refuse("elementwise", handles, "too many inputs of one expression");
  const words = new Array<number>(layout.words).fill(0);
  const write = (at: number, values: readonly number[]): void => {
    values.forEach((value, index) => (words[at + index] = value));
  };
  write(layout.entries, [rows.entries, cut.tile, cut.tiles, cut.rows, cut.rowsOfItem]);
  write(layout.constants, program.constants.map(bitsOf));
  write(layout.extents, rows.extents);
  write(layout.strides, rows.strides.flat());
  write(layout.carries, carriesOf(rows.extents, rows.strides).flat());
  return {
    ...{ shape, ends, words, offsets: layout.offsets, used: program.inputs },
    shifts: used.map((input, at) => {
      const repeats = modes[at] === "single" || modes[at] === "splat";
      return repeats && isPairPart(input) ? 4 * input.part : 0;
    }),
    kernel: kernelFor(store, kernels, pattern),
    items: cut.items,
    work: entries * workOf(program),
  };
}

function refuseOthers(
  store: Store,
  { steps }: Program,
  handles: readonly Handle[],
  shape: readonly number[],
): void {
  for (const step of steps) {
    const kind = step.kind === "apply" ? FUNCTIONS[step.function].kind : null;
    if (kind === "pair" && shape.at(-1) !== 2)
      throw store.refuse("elementwise", handles, "pairs have a last axis of 2");
    if (step.kind === "apply" && kind === "none")
      throw store.refuse("elementwise", handles, `engines know real numbers only: ${step.function}`);
  }
}

function cutOf(
  entries: number,
  { entries: length, planes }: Rows,
  calls: boolean,
  ended: { readonly endings: readonly (Ending | null)[]; readonly rank: number } | null,
): Cut {
  const most = calls ? LEAST_ENTRIES : MOST_ENTRIES;
  const size = Math.min(most, Math.max(LEAST_ENTRIES, 1024 * Math.ceil(entries / 8192))) / planes;
  const rows = entries === 0 ? 0 : entries / planes / length;
  if (ended !== null) return cutForEnds(rows, length, size, ended.endings, ended.rank);
  const tiles = Math.ceil(length / size);
  const tile = 16 * Math.ceil(length / tiles / 16);
  const rowsOfItem = tiles > 1 ? 1 : Math.max(1, Math.floor(size / length));
  return { tile, tiles, rows, rowsOfItem, items: tiles * Math.ceil(rows / rowsOfItem) };
}

/** What a step along an axis adds when the axis within has come to its end: that axis goes back. */
export function carriesOf(
  extents: readonly number[],
  strides: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return strides.map((along, axis) =>
    along.map((stride, at) => stride - (extents[axis - 1] ?? 0) * (strides[axis - 1]?.[at] ?? 0)),
  );
}

/** About how many operations an entry takes: a float moved counts for two. */
function workOf(program: Program): number {
  const calls = program.steps.filter(
    (step) => step.kind === "apply" && FUNCTIONS[step.function].kind === "call",
  ).length;
  return program.steps.length + 2 * (program.inputs.length + program.results.length) + CALL_WORK * calls;
}

function kernelFor(store: Store, kernels: Map<string, Runnable>, pattern: Pattern): Runnable {
  const { program, modes, axes, planes, stencil, interleaved, ends } = pattern;
  const kind = `${axes}|${planes}|${interleaved}`;
  const key = `${program.structure}|${modes.join()}|${kind}|${JSON.stringify([stencil, ends])}`;
  const before = kernels.get(key);
  if (before !== undefined) return before;
  const library = callsLibrary(program) ? "mathematics" : null;
  const of = { results: outputsOf(pattern), library, pattern } as const;
  const found = store.machine.generate("elementwise", kernelOf(pattern), of);
  kernels.set(key, found);
  return found;
}
