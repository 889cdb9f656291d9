import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import { sameShape } from "../engine/shape.ts";
import type { Engine, Handle, Recorded, Recorder } from "../engine/engine.ts";
import type { Known, Values } from "../program/definition.ts";
import { drawnArrays, uploadDraw } from "../program/draws.ts";
import { drawsOfStep, type Batch } from "./batch.ts";
import { copyOf } from "./copies.ts";
import { handlesOfValues } from "./vector.ts";

/** A step from some states to the next. */
type Step = (known: Known, states: Values, mask: ArrayValue | null) => Values;

/** What is measured of two states that follow one another. */
type Test = (known: Known, current: Values, last: Values) => readonly ArrayValue[];

/** A step from the first place of the states to the second, and one from there back. */
type Stepping = readonly [forth: Recorded<unknown>, back: Recorded<unknown>];

/**
 * The steps of a batch as records of its engine: a step is asked for twice and repeated from then on, from one place
 * of the states to another and back, so that an iteration allocates nothing.
 */
export class Repetition {
  private readonly engine: Engine;
  private readonly recorder: Recorder;
  private readonly step: Step;
  private readonly known: Known;
  private readonly numbers: readonly StepNumbers[];
  private readonly places: readonly [Values, Values];
  private readonly all: Stepping;
  private masked: Stepping | null = null;
  private mask: ArrayValue | null = null;
  private marked: Values | null = null;
  private side: 0 | 1 = 0;
  private readonly tests = new Map<Values, Map<Values, Recorded<readonly ArrayValue[]>>>();

  private constructor(made: {
    readonly engine: Engine;
    readonly recorder: Recorder;
    readonly step: Step;
    readonly known: Known;
    readonly numbers: readonly StepNumbers[];
    readonly places: readonly [Values, Values];
    readonly all: Stepping;
  }) {
    this.engine = made.engine;
    this.recorder = made.recorder;
    this.step = made.step;
    this.known = made.known;
    this.numbers = made.numbers;
    this.places = made.places;
    this.all = made.all;
  }

  /**
   * The repetition of a step that begins at these states, or null: on engines that do not record, and for steps that
   * have parameters of their own, look at numbers while they run, or change the kind of a state.
   */
  static of(batch: Batch, states: Values, shared: Step): Repetition | null {
    const { definition, operations, program } = batch;
    const { engine } = operations;
    const step: Step = (...given) => batched(engine, shared(...given), batch.batch);
    const { recorder } = engine;
    const steady = program.stepGivens.size === 0 && !definition.parameters.some(({ perStep }) => perStep);
    if (recorder === null || !steady) return null;
    const { known, numbers } = numbersOfSteps(batch);
    const first = engine.scope(
      () => copies(engine, recorder, batched(engine, states, batch.batch)),
      handlesOfValues,
    );
    const forth = recorder.record(() =>
      engine.scope(() => distinct(engine, recorder, step(known, first, null), first), handlesOfValues),
    );
    const second = forth?.result ?? {};
    const back =
      forth !== null && alike(first, second)
        ? recorder.record(() => stepInto(engine, recorder, () => step(known, second, null), first))
        : null;
    if (forth === null || back === null) {
      const own = numbers.flatMap(({ handles }) => handles);
      engine.dispose([...[first, second].flatMap(handlesOfValues), ...own]);
      forth?.release();
      return null;
    }
    engine.scope(
      () => overwrite(recorder, first, batched(engine, states, batch.batch)),
      () => [],
    );
    const all = [forth, back] as const;
    return new Repetition({ engine, recorder, step, known, numbers, places: [first, second], all });
  }

  /** The states now, on handles whose numbers change with every second step. */
  get states(): Values {
    return this.places[this.side];
  }

  /** The states one step before, likewise. */
  get last(): Values {
    return this.places[this.side === 0 ? 1 : 0];
  }

  /** The handles of the repetition's own. */
  handles(): readonly Handle[] {
    return this.places.flatMap(handlesOfValues);
  }

  /** Takes step number `step`; samples that the lanes leave out stay as they are. */
  take(step: number, lanes: readonly boolean[]): void {
    for (const { at } of this.numbers) at(step).forEach((data, to) => this.recorder.write(to, data));
    const stepping = lanes.includes(false) ? this.maskedStepping(lanes) : this.all;
    stepping[this.side].replay();
    this.side = this.side === 0 ? 1 : 0;
  }

  /** Keeps the states for later; they stand until the next mark. */
  mark(): Values {
    if (this.marked === null) this.marked = this.snapshot();
    else overwrite(this.recorder, this.marked, this.states);
    return this.marked;
  }

  /** What `test` finds of the states now and earlier ones, `last` or marked; a record like the steps. */
  measure(test: Test, earlier: Values): readonly ArrayValue[] {
    const { states } = this;
    const known = this.tests.get(states) ?? new Map<Values, Recorded<readonly ArrayValue[]>>();
    this.tests.set(states, known);
    const before = known.get(earlier);
    if (before !== undefined) {
      before.replay();
      return before.result;
    }
    const made = this.recorder.record(() =>
      this.engine.scope(
        () => test(this.known, states, earlier).map((number) => copyOf(this.engine, this.recorder, number)),
        (numbers) => numbers.map(({ handle }) => handle),
      ),
    );
    if (made === null) throw new TypeError("a test of an iteration looks at numbers while it runs");
    known.set(earlier, made);
    return made.result;
  }

  /** Replaces the states. */
  assign(states: Values): void {
    overwrite(this.recorder, this.states, states);
  }

  /** The states now, on handles that the caller owns. */
  snapshot(): Values {
    return copies(this.engine, this.recorder, this.states);
  }

  /** Frees everything. */
  release(): void {
    const tests = [...this.tests.values()].flatMap((each) => [...each.values()]);
    this.engine.dispose([
      ...this.handles(),
      ...(this.marked === null ? [] : handlesOfValues(this.marked)),
      ...tests.flatMap(({ result }) => result.map(({ handle }) => handle)),
      ...this.numbers.flatMap(({ handles }) => handles),
      ...(this.mask === null ? [] : [this.mask.handle]),
    ]);
    for (const record of [...this.all, ...(this.masked ?? []), ...tests]) record.release();
  }

  private maskedStepping(lanes: readonly boolean[]): Stepping {
    const numbers = Float32Array.from(lanes, (lane) => (lane ? 1 : 0));
    const batch = numbers.length;
    this.mask ??= {
      kind: "array",
      field: "real",
      shape: [],
      batch,
      handle: this.engine.upload(numbers, [batch]),
    };
    this.recorder.write(this.mask.handle, numbers);
    this.masked ??= this.recordMasked(this.mask);
    return this.masked;
  }

  private recordMasked(mask: ArrayValue): Stepping {
    const { engine, recorder, step, known, places } = this;
    const [first, second] = places;
    const kept = places.map((values) => copies(engine, recorder, values));
    const forth = recorder.record(() => stepInto(engine, recorder, () => step(known, first, mask), second));
    const back = recorder.record(() => stepInto(engine, recorder, () => step(known, second, mask), first));
    places.forEach((values, index) => overwrite(recorder, values, kept[index] ?? values));
    engine.dispose(kept.flatMap(handlesOfValues));
    if (forth === null || back === null) throw new TypeError("a step looks at numbers for some samples only");
    return [forth, back];
  }
}

/** Arrays that hold other numbers in each step: its counter, or what it draws. */
interface StepNumbers {
  readonly handles: readonly Handle[];
  readonly at: (step: number) => ReadonlyMap<Handle, Float32Array>;
}

/** All names that the steps of a batch read, and the arrays among them that are written before each step. */
function numbersOfSteps({ definition, operations, known, drawing }: Batch): {
  readonly known: Known;
  readonly numbers: readonly StepNumbers[];
} {
  const names: Record<string, Known[string]> = { ...known };
  const numbers: StepNumbers[] = [];
  if (definition.counter !== undefined) {
    const counter = operations.number(0);
    const { handle } = counter;
    names[definition.counter] = counter;
    numbers.push({ handles: [handle], at: (step) => new Map([[handle, Float32Array.of(step)]]) });
  }
  for (const declaration of drawsOfStep(definition)) {
    const drawn = uploadDraw(operations, drawing, declaration, 0);
    const handles = handlesOf(drawn);
    names[declaration.name] = drawn;
    numbers.push({
      handles,
      at: (step) => {
        const arrays = drawnArrays(drawing, declaration, step);
        return new Map(handles.map((handle, index) => [handle, arrays[index]?.data ?? new Float32Array()]));
      },
    });
  }
  return { known: names, numbers };
}

/** The part of a body that ends in states which stand elsewhere. */
function stepInto(engine: Engine, recorder: Recorder, step: () => Values, to: Values): void {
  engine.scope(
    () => overwrite(recorder, to, step()),
    () => [],
  );
}

/** Whether states are of the same kind: fields, shapes and batches. */
function alike(some: Values, others: Values): boolean {
  const same = (a: Value, b: Value | undefined): boolean => {
    if (a.kind === "product" || b?.kind !== "array") {
      return (
        a.kind === "product" && b?.kind === "product" && a.parts.every((part, i) => same(part, b.parts[i]))
      );
    }
    return a.field === b.field && a.batch === b.batch && sameShape(a.handle.shape, b.handle.shape);
  };
  return Object.entries(some).every(([name, value]) => same(value, others[name]));
}

/** The values, none of them on a handle of another, nor on one of what they come from. */
function distinct(engine: Engine, recorder: Recorder, values: Values, from: Values): Values {
  const taken = new Set(handlesOfValues(from));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const handles = handlesOf(value);
      const isNew = handles.every((handle) => !taken.has(handle));
      for (const handle of handles) taken.add(handle);
      return [name, isNew ? value : copyOf(engine, recorder, value)];
    }),
  );
}

function copies(engine: Engine, recorder: Recorder, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, copyOf(engine, recorder, value)]),
  );
}

/** The values, those that all samples share repeated for each: samples that end are frozen one by one. */
function batched(engine: Engine, values: Values, batch: number | null): Values {
  if (batch === null) return values;
  const spread = (value: Value): Value => {
    if (value.kind === "product") return { kind: "product", parts: value.parts.map(spread) };
    if (value.batch !== null) return value;
    const { shape } = value.handle;
    const handle = engine.broadcast(engine.reshape(value.handle, [1, ...shape]), [batch, ...shape]);
    return { ...value, batch, handle };
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, spread(value)]));
}

/** Overwrites the entries of states by those of others, which stand elsewhere. */
function overwrite(recorder: Recorder, to: Values, from: Values): void {
  for (const [name, target] of Object.entries(to)) {
    const source = from[name];
    if (source === undefined) throw new TypeError(`there is no state ${name}`);
    const sources = handlesOf(source);
    handlesOf(target).forEach((handle, index) => {
      const own = sources[index];
      if (own !== undefined && own !== handle) recorder.copy(own, handle);
    });
  }
}
