import type { ElementwiseExpression } from "../../arrays/expression.ts";
import { FUNCTIONS } from "../../kernels/encode/functions.ts";
import { callsLibrary, kernelOf, layoutOf } from "../../kernels/encode/kernel.ts";
import { type Program, programOf } from "../../kernels/encode/program.ts";
import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sameShape, sizeOf } from "../shape.ts";
import { bitsOf, type Runnable } from "./machine.ts";
import { ARGUMENT_WORDS } from "./places.ts";
import { rowsOf } from "./rows.ts";
import type { Store } from "./store.ts";

/** Entries of an item: so many that an item takes some 10 microseconds, fewer where there are functions to call. */
const MOST_ENTRIES = 32768;
const LEAST_ENTRIES = 8192;

/** About how many operations a call of a library function counts for. */
const CALL_WORK = 24;

/** Plans that are kept for an expression: shapes that come in turns. */
const PLANS = 8;

/** What is known of an expression. */
interface Analysis {
  readonly program: Program;
  /** plans by the shapes of inputs, the last made first */
  plans: readonly Plan[];
}

/** How an expression is computed for inputs of certain names and shapes. */
interface Plan {
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly shape: readonly number[];
  readonly kernel: Runnable;
  /** the arguments, but for the places of the arrays: the result's is the first, the inputs' stand from `offsets` on */
  readonly words: readonly number[];
  readonly offsets: number;
  readonly used: readonly string[];
  readonly items: number;
  readonly work: number;
}

/** Elementwise expressions, each as one kernel that is written when it is first met. */
export function elementwiseOf(store: Store): Pick<Engine, "elementwise"> {
  const analyses = new WeakMap<ElementwiseExpression, Analysis>();
  const kernels = new Map<string, Runnable>();

  const analysed = (expression: ElementwiseExpression): Analysis => {
    const before = analyses.get(expression);
    if (before !== undefined) return before;
    const found: Analysis = { program: programOf(expression), plans: [] };
    analyses.set(expression, found);
    return found;
  };
  const planned = (analysis: Analysis, inputs: Readonly<Record<string, Handle>>): Plan => {
    for (const plan of analysis.plans) if (fits(plan, inputs)) return plan;
    const plan = planOf(store, kernels, analysis.program, inputs);
    analysis.plans = [plan, ...analysis.plans.slice(0, PLANS - 1)];
    return plan;
  };

  return {
    elementwise(expression, inputs) {
      const plan = planned(analysed(expression), inputs);
      const { offsets, used } = plan;
      const words = plan.words.slice();
      for (let at = 0; at < used.length; at++) {
        words[offsets + at] = store.offsetOf(inputOf(store, inputs, used[at] ?? ""));
      }
      const result = store.make(plan.shape);
      words[0] = store.offsetOf(result);
      store.machine.run(plan.kernel, words, plan.items, plan.work);
      return result;
    },
  };
}

function inputOf(store: Store, inputs: Readonly<Record<string, Handle>>, name: string): Handle {
  const input = inputs[name];
  if (input === undefined) throw store.refuse("elementwise", Object.values(inputs), `no input ${name}`);
  return input;
}

function fits({ names, shapes }: Plan, inputs: Readonly<Record<string, Handle>>): boolean {
  let at = 0;
  for (const name in inputs) {
    const shape = shapes[at];
    if (names[at] !== name || shape === undefined || !sameShape(shape, inputs[name]?.shape ?? []))
      return false;
    at += 1;
  }
  return at === names.length;
}

function planOf(
  store: Store,
  kernels: Map<string, Runnable>,
  program: Program,
  inputs: Readonly<Record<string, Handle>>,
): Plan {
  const handles = Object.values(inputs);
  const shape = handles.reduce<readonly number[]>((left, right) => {
    const joint = broadcastShape(left, right.shape);
    if (joint === null) throw store.refuse("elementwise", handles, "the shapes do not align");
    return joint;
  }, []);
  for (const step of program.steps) {
    if (step.kind === "apply" && step.function === "pairNorm" && shape.at(-1) !== 2)
      throw store.refuse("elementwise", handles, "pairs have a last axis of 2");
    if (step.kind !== "apply" || FUNCTIONS[step.function].kind !== "none") continue;
    throw store.refuse("elementwise", handles, `engines know real numbers only: ${step.function}`);
  }
  const used = program.inputs.map((name) => inputOf(store, inputs, name).shape);
  const rows = rowsOf(shape, used);
  const entries = sizeOf(shape);
  const cut = cutOf(entries, rows.entries, callsLibrary(program));
  const pattern = { program, modes: rows.modes, axes: rows.extents.length };
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
    names: Object.keys(inputs),
    shapes: handles.map((handle) => [...handle.shape]),
    ...{ shape, words, offsets: layout.offsets, used: program.inputs },
    kernel: kernelFor(store, kernels, pattern),
    items: cut.items,
    work: entries * workOf(program),
  };
}

/** How rows are cut into items, or items joined of rows. */
function cutOf(
  entries: number,
  length: number,
  calls: boolean,
): {
  readonly tile: number;
  readonly tiles: number;
  readonly rows: number;
  readonly rowsOfItem: number;
  readonly items: number;
} {
  const most = calls ? LEAST_ENTRIES : MOST_ENTRIES;
  const size = Math.min(most, Math.max(LEAST_ENTRIES, 1024 * Math.ceil(entries / 8192)));
  const rows = entries === 0 ? 0 : entries / length;
  const tiles = Math.ceil(length / size);
  const tile = 16 * Math.ceil(length / tiles / 16);
  const rowsOfItem = tiles > 1 ? 1 : Math.max(1, Math.floor(size / length));
  return { tile, tiles, rows, rowsOfItem, items: tiles * Math.ceil(rows / rowsOfItem) };
}

/** What a step along an axis adds when the axis within has come to its end: that axis goes back. */
function carriesOf(
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
  return program.steps.length + 2 * (program.inputs.length + 1) + CALL_WORK * calls;
}

function kernelFor(
  store: Store,
  kernels: Map<string, Runnable>,
  pattern: Parameters<typeof kernelOf>[0],
): Runnable {
  const { program, modes, axes } = pattern;
  const key = `${program.structure}|${modes.join()}|${axes}`;
  const before = kernels.get(key);
  if (before !== undefined) return before;
  const library = callsLibrary(program) ? (["mathematics"] as const) : ([] as const);
  const found = store.machine.generate("elementwise", kernelOf(pattern), ...library);
  kernels.set(key, found);
  return found;
}
