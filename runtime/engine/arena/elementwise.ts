import type { ElementwiseExpression, ElementwiseResults } from "../../arrays/expression.ts";
import { FUNCTIONS } from "../../kernels/encode/functions.ts";
import { kernelOf } from "../../kernels/encode/kernel.ts";
import { callsLibrary, layoutOf, type Pattern } from "../../kernels/encode/pattern.ts";
import { type Program, programOf } from "../../kernels/encode/program.ts";
import { differenced, isDifferenced, sameDifferences, withDifferences } from "../differences.ts";
import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sameShape, sizeOf } from "../shape.ts";
import { differencesOf } from "./differences.ts";
import { bitsOf, type Runnable } from "./machine.ts";
import { ARGUMENT_WORDS } from "./places.ts";
import { type Rows, rowsOf } from "./rows.ts";
import { stencilRowsOf } from "./stencilRows.ts";
import type { Store } from "./store.ts";

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

/** A plan for inputs of certain names, shapes and differences; null where differences are computed before. */
interface Planned {
  readonly names: readonly string[];
  readonly inputs: readonly Handle[];
  readonly plan: Plan | null;
}

/** How expressions are computed. */
interface Plan {
  readonly shape: readonly number[];
  readonly kernel: Runnable;
  /** the arguments, but for the places of the arrays: the results' are the first, the inputs' stand from `offsets` on */
  readonly words: readonly number[];
  readonly offsets: number;
  readonly used: readonly string[];
  readonly items: number;
  readonly work: number;
}

/**
 * Elementwise expressions, those of one call as one kernel that is written when it is first met. Differences are read by
 * the kernel where it can, and computed before where it cannot.
 */
export function elementwiseOf(store: Store): Pick<Engine, "elementwise" | "elementwiseAll"> {
  const analyses = new WeakMap<ElementwiseExpression | ElementwiseResults, Analysis>();
  const kernels = new Map<string, Runnable>();

  const analysed = (
    of: ElementwiseExpression | ElementwiseResults,
    results: () => ElementwiseResults,
  ): Analysis => {
    const before = analyses.get(of);
    if (before !== undefined) return before;
    const found: Analysis = { program: programOf(results()), plans: [] };
    analyses.set(of, found);
    return found;
  };
  const planned = (analysis: Analysis, inputs: Readonly<Record<string, Handle>>): Plan | null => {
    for (const known of analysis.plans) if (fits(known, inputs)) return known.plan;
    const plan = planOf(store, kernels, analysis.program, inputs);
    const shapes = Object.values(inputs).map(shapeOnly);
    const made = { names: Object.keys(inputs), inputs: shapes, plan };
    analysis.plans = [made, ...analysis.plans.slice(0, PLANS - 1)];
    return plan;
  };
  const computed = (
    { offsets, used, ...plan }: Plan,
    inputs: Readonly<Record<string, Handle>>,
    results: readonly Handle[],
  ): void => {
    const words = plan.words.slice();
    for (let at = 0; at < used.length; at++) {
      const input = inputOf(store, inputs, used[at] ?? "");
      words[offsets + at] = store.offsetOf(isDifferenced(input) ? input.of : input);
    }
    results.forEach((result, at) => (words[at] = store.offsetOf(result)));
    store.machine.run(plan.kernel, words, plan.items, plan.work);
  };
  const elementwise: Engine["elementwise"] = (expression, inputs) => {
    const plan = planned(
      analysed(expression, () => ({ result: expression })),
      inputs,
    );
    if (plan === null) return apart.elementwise(expression, inputs);
    const result = store.make(plan.shape);
    computed(plan, inputs, [result]);
    return result;
  };
  const elementwiseAll: Engine["elementwiseAll"] = (results, inputs) => {
    const plan = planned(
      analysed(results, () => results),
      inputs,
    );
    if (plan === null) return apart.elementwiseAll(results, inputs);
    const made = Object.keys(results).map(() => store.make(plan.shape));
    computed(plan, inputs, made);
    return made;
  };
  const arrays = { ...differencesOf(store), dispose: store.dispose };
  const apart = {
    elementwise: withDifferences(elementwise, arrays),
    elementwiseAll: withDifferences(elementwiseAll, arrays),
  };
  return { elementwise, elementwiseAll };
}

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

/** Null where differences among the inputs cannot be read by a kernel. */
function planOf(
  store: Store,
  kernels: Map<string, Runnable>,
  program: Program,
  inputs: Readonly<Record<string, Handle>>,
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
  const shapes = used.map((input) => input.shape);
  const found = used.some(isDifferenced)
    ? stencilRowsOf(shape, used, pairs)
    : { rows: rowsOf(shape, shapes, pairs), stencil: null };
  if (found === null) return null;
  const { rows, stencil } = found;
  const { modes, planes } = rows;
  const pattern: Pattern = { program, modes, axes: rows.extents.length, planes, stencil };
  const layout = layoutOf(pattern);
  if (layout.words > ARGUMENT_WORDS)
    throw store.refuse("elementwise", handles, "too many inputs of one expression");
  const entries = sizeOf(shape);
  const cut = cutOf(entries, rows, callsLibrary(program));
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
    ...{ shape, words, offsets: layout.offsets, used: program.inputs },
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

/** How rows are cut into items, or items joined of rows. */
function cutOf(
  entries: number,
  { entries: length, planes }: Rows,
  calls: boolean,
): {
  readonly tile: number;
  readonly tiles: number;
  readonly rows: number;
  readonly rowsOfItem: number;
  readonly items: number;
} {
  const most = calls ? LEAST_ENTRIES : MOST_ENTRIES;
  const size = Math.min(most, Math.max(LEAST_ENTRIES, 1024 * Math.ceil(entries / 8192))) / planes;
  const rows = entries === 0 ? 0 : entries / planes / length;
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
  const { program, modes, axes, planes, stencil } = pattern;
  const key = `${program.structure}|${modes.join()}|${axes}|${planes}|${JSON.stringify(stencil)}`;
  const before = kernels.get(key);
  if (before !== undefined) return before;
  const library = callsLibrary(program) ? "mathematics" : null;
  const of = { results: program.results.length, library, pattern } as const;
  const found = store.machine.generate("elementwise", kernelOf(pattern), of);
  kernels.set(key, found);
  return found;
}
