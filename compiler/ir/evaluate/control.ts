import { RESULT_ENDINGS, type ResultEnding } from "../../../runtime/arrays/expression.ts";
import type { Block, Variable } from "../block.ts";
import type { Operation, OperationAttributes } from "../operation.ts";
import {
  asArray,
  asNumber,
  arrayOf,
  countOf,
  entriesOf,
  numberArray,
  sizeOfValue,
  sumOf,
  unitsOf,
  type ReferenceValue,
} from "./array.ts";
import {
  asValue,
  chosen,
  expanded,
  itemAt,
  Lanes,
  type EvaluateBlock,
  type Item,
  type LaneValue,
  type ReferenceTrace,
  type Setting,
} from "./lanes.ts";
import { depthwiseFilter } from "./channelLayers.ts";
import { applyExpressions } from "./elementwise.ts";
import { convolveFilter } from "./layers.ts";
import { outer, solveLinear, sum, sumTo } from "./reductions.ts";
import { bindSpace, sizeOf, type SampleOperation } from "./rules.ts";
import { joinSlices, repeatSlices, slices, sumSlices } from "./slices.ts";

/** What an operation that sees all lanes may use. */
export interface LaneContext {
  readonly lanes: Lanes;
  readonly outputs: readonly Variable[];
  readonly setting: Setting;
  readonly evaluate: EvaluateBlock;
}

/** The outputs of an operation for all lanes at once. */
type LaneRule<P extends Operation> = (
  attributes: OperationAttributes[P],
  inputs: readonly LaneValue[],
  context: LaneContext,
) => readonly LaneValue[];

export type LaneOperation = Exclude<Operation, SampleOperation>;

export const LANE_RULES: { readonly [P in LaneOperation]: LaneRule<P> } = {
  fused: (attributes, inputs, { lanes }) => fused(attributes, inputs, lanes.count),
  sumSamples: (_, inputs, context) => [summed(inputs, context, ([x]) => valueOf(x))],
  samples: (_, [x], { lanes }) => [
    { shared: true, value: numberArray(x?.shared === true ? 1 : lanes.count) },
  ],
  slices: (_, [x, like]) => [slices(x, like)],
  joinSlices: ({ count }, [y, like], { setting }) => [joinSlices(y, like, sizeOf(count, setting))],
  repeatSlices: ({ count }, [v], { setting }) => [repeatSlices(v, sizeOf(count, setting))],
  sumSlices: ({ count }, [y, like], { setting }) => [sumSlices(y, like, sizeOf(count, setting))],
  outerSum: (_, inputs, context) => [summed(inputs, context, ([y, x]) => outer(valueOf(y), valueOf(x)))],
  convolveFilter: ({ stride, space, apart }, inputs, context) => {
    const filters = bindSpace(space, context.setting);
    if (filters.kind !== "array") throw new Error("filters are an array");
    return [
      (apart ? each : summed)(inputs, context, ([image, cotangent]) =>
        convolveFilter(asArray(valueOf(image)), asArray(valueOf(cotangent)), filters.shape, stride),
      ),
    ];
  },
  depthwiseFilter: ({ space, apart }, inputs, context) => {
    const filters = bindSpace(space, context.setting);
    if (filters.kind !== "array") throw new Error("filters are an array");
    return [
      (apart ? each : summed)(inputs, context, ([image, cotangent]) =>
        depthwiseFilter(asArray(valueOf(image)), asArray(valueOf(cotangent)), filters.shape),
      ),
    ];
  },
  materialise: ({ domain, map }, _, context) => [
    perLane(
      context,
      [],
      () => {
        const space = bindSpace(domain, context.setting);
        if (space.kind !== "array") throw new Error("the domain of a matrix is an array");
        return (apply) => {
          const count = countOf(space.shape);
          const columns = Array.from({ length: count }, (__, j) =>
            entriesOf(apply(arrayOf(space.shape, space.field, (i) => ({ re: i === j ? 1 : 0, im: 0 })))),
          );
          const rows = columns[0]?.length ?? 0;
          const complex =
            space.field === "complex" || columns.some((column) => column.some(({ im }) => im !== 0));
          return arrayOf([rows, count], complex ? "complex" : "real", (flat) => {
            const entry = columns[flat % count]?.[Math.floor(flat / count)];
            return entry ?? { re: Number.NaN, im: 0 };
          });
        };
      },
      map,
    ),
  ],
  frobenius: ({ domain, map }, _, context) => [
    perLane(
      context,
      [],
      () => {
        const space = bindSpace(domain, context.setting);
        return (apply) => numberArray(Math.hypot(...unitsOf(space).map((unit) => sizeOfValue(apply(unit)))));
      },
      map,
    ),
  ],
  solve: ({ map }, inputs, context) => [
    perLane(
      context,
      inputs,
      ([b]) =>
        (apply) =>
          solveLinear(apply, valueOf(b)),
      map,
    ),
  ],
  branch: (attributes, inputs, context) => branch(attributes, inputs, context),
  loop: (attributes, inputs, context) => loop(attributes, inputs, context).outputs,
  loopSaving: (attributes, inputs, context) => {
    const { outputs, trace } = loop(attributes, inputs, context);
    return [...outputs, { shared: true, value: trace }];
  },
  loopAdjoint: (attributes, inputs, context) => loopAdjoint(attributes, inputs, context),
  call: ({ function: name }, inputs, { lanes, setting, evaluate }) => {
    const called = setting.functions.get(name);
    if (called === undefined) throw new Error(`there is no function ${name}`);
    const together = inputs.every((input) => input.shared);
    const results = evaluate(called.body, inputs, new Lanes(together ? 1 : lanes.count));
    return together ? results.map((result) => ({ shared: true, value: itemAt(result, 0) })) : results;
  },
};

function fused(
  { results, inputs: names, endings = {} }: OperationAttributes["fused"],
  inputs: readonly LaneValue[],
  count: number,
): readonly LaneValue[] {
  const shared = inputs.every((input) => input.shared);
  const lanes = Array.from({ length: shared ? 1 : count }, (_, lane) => {
    const values = inputs.map((input, i) => [names[i] ?? "", asValue(itemAt(input, lane))] as const);
    return applyExpressions(results, new Map(values));
  });
  return Object.keys(results).map((name, i) => {
    const ending = endings[name];
    const values = lanes.map((lane) => {
      const value = valueOf(lane[i]);
      return ending === undefined ? value : ENDINGS[ending](value);
    });
    if (ending !== undefined && RESULT_ENDINGS[ending].over === "samples")
      return { shared: true, value: values.reduce(sumOf) };
    return shared ? { shared, value: valueOf(values[0]) } : { shared, values };
  });
}

/** What the values of one sample end in; those over the samples are summed after it. */
const ENDINGS: { readonly [W in ResultEnding]: (value: ReferenceValue) => ReferenceValue } = {
  sum,
  maximum: (value) => numberArray(Math.max(...entriesOf(value).map(({ re }) => re))),
  minimum: (value) => numberArray(Math.min(...entriesOf(value).map(({ re }) => re))),
  sumSamples: (value) => value,
  sumChannels: (value) =>
    sumTo(value, { kind: "array", shape: asArray(value).shape.slice(-1), field: "real" }),
};

function valueOf(item: Item | undefined): ReferenceValue {
  if (item === undefined) throw new Error("an input is missing");
  return asValue(item);
}

function summed(
  inputs: readonly LaneValue[],
  { lanes }: LaneContext,
  of: (items: readonly Item[]) => ReferenceValue,
): LaneValue {
  const inLane = (lane: number): ReferenceValue => of(inputs.map((input) => itemAt(input, lane)));
  if (inputs.every((input) => input.shared)) return { shared: true, value: inLane(0) };
  const values = Array.from({ length: lanes.count }, (_, lane) => inLane(lane));
  return { shared: true, value: values.reduce(sumOf) };
}

function each(
  inputs: readonly LaneValue[],
  { lanes }: LaneContext,
  of: (items: readonly Item[]) => ReferenceValue,
): LaneValue {
  const inLane = (lane: number): ReferenceValue => of(inputs.map((input) => itemAt(input, lane)));
  if (inputs.every((input) => input.shared)) return { shared: true, value: inLane(0) };
  return { shared: false, values: Array.from({ length: lanes.count }, (_, lane) => inLane(lane)) };
}

/** A result for each lane, or one for all, from the inputs and a linear map that may read variables of the lane. */
function perLane(
  { lanes, outputs, evaluate }: LaneContext,
  inputs: readonly LaneValue[],
  of: (items: readonly Item[]) => (apply: (x: ReferenceValue) => ReferenceValue) => ReferenceValue,
  map: Block,
): LaneValue {
  const inLane = (lane: number): ReferenceValue => {
    const alone = lanes.restricted([lane]);
    const apply = (x: ReferenceValue): ReferenceValue => {
      const [result] = evaluate(map, [{ shared: true, value: x }], alone);
      return valueOf(result && itemAt(result, 0));
    };
    return of(inputs.map((input) => itemAt(input, lane)))(apply);
  };
  if (outputs.every((output) => output.shared)) return { shared: true, value: inLane(0) };
  return { shared: false, values: Array.from({ length: lanes.count }, (_, lane) => inLane(lane)) };
}

function branch(
  { whenTrue, whenFalse }: OperationAttributes["branch"],
  [condition]: readonly LaneValue[],
  { lanes, evaluate }: LaneContext,
): readonly LaneValue[] {
  if (condition === undefined) throw new Error("a branch without a condition");
  if (condition.shared) return evaluate(holds(condition, 0) ? whenTrue : whenFalse, [], lanes);
  const taken = everyLane(lanes.count).map((lane) => holds(condition, lane));
  const results = whenTrue.results.map((): Item[] => []);
  for (const side of [true, false]) {
    const indices = everyLane(lanes.count).filter((lane) => taken[lane] === side);
    if (indices.length === 0) continue;
    const values = evaluate(side ? whenTrue : whenFalse, [], lanes.restricted(indices));
    values.forEach((value, i) => {
      indices.forEach((lane, place) => {
        (results[i] ?? [])[lane] = itemAt(value, place);
      });
    });
  }
  return results.map((values) => ({ shared: false, values }));
}

function loop(
  { condition, body, maximum }: OperationAttributes["loop"],
  inputs: readonly LaneValue[],
  { lanes, evaluate }: LaneContext,
): { readonly outputs: readonly LaneValue[]; readonly trace: ReferenceTrace } {
  let carried = inputs;
  let active = everyLane(lanes.count);
  let together = true;
  const rounds: { readonly carried: readonly LaneValue[]; readonly active: readonly number[] }[] = [];
  const running = (): readonly number[] => {
    const inside = lanes.restricted(active);
    const [test] = evaluate(
      condition,
      carried.map((value) => chosen(value, active)),
      inside,
    );
    if (test === undefined) throw new Error("a loop without a condition");
    together = test.shared;
    return active.filter((_, place) => holds(test, place));
  };
  active = running();
  while (active.length > 0 && rounds.length < maximum) {
    rounds.push({ carried, active });
    const inside = carried.map((value) => chosen(value, active));
    const results = evaluate(body, inside, lanes.restricted(active));
    carried = carried.map((value, i) => replaced(value, results[i], active, lanes.count));
    active = running();
  }
  const capped: LaneValue = together
    ? { shared: true, value: numberArray(active.length > 0 ? 1 : 0) }
    : {
        shared: false,
        values: everyLane(lanes.count).map((lane) => numberArray(active.includes(lane) ? 1 : 0)),
      };
  return { outputs: [...carried, capped], trace: { kind: "trace", rounds } };
}

/** The value with that of some lanes replaced; shared as long as all lanes share it. */
function replaced(
  old: LaneValue,
  update: LaneValue | undefined,
  active: readonly number[],
  count: number,
): LaneValue {
  if (update === undefined) throw new Error("a round has too few results");
  if (update.shared && active.length === count) return update;
  const values = [...expanded(old, count).values];
  active.forEach((lane, place) => {
    values[lane] = itemAt(update, place);
  });
  return { shared: false, values };
}

function loopAdjoint(
  { body, carried }: OperationAttributes["loopAdjoint"],
  inputs: readonly LaneValue[],
  { lanes, evaluate }: LaneContext,
): readonly LaneValue[] {
  const [first, ...rest] = inputs;
  const trace = first === undefined ? null : itemAt(first, 0);
  if (trace?.kind !== "trace") throw new Error("the reverse of a loop reads its trace");
  let cotangents = rest.slice(0, carried);
  let captured = rest.slice(carried);
  for (const round of [...trace.rounds].reverse()) {
    const { active } = round;
    const inside = [...round.carried, ...cotangents].map((value) => chosen(value, active));
    const one: LaneValue = { shared: true, value: numberArray(1) };
    const results = evaluate(body, [...inside, one], lanes.restricted(active));
    cotangents = cotangents.map((value, i) => replaced(value, results[i], active, lanes.count));
    captured = captured.map((value, i) => {
      const contribution = results[carried + i];
      if (contribution === undefined) throw new Error("a round has too few results");
      return body.results[carried + i]?.shared === true
        ? { shared: true, value: sumOf(valueOf(itemAt(value, 0)), valueOf(itemAt(contribution, 0))) }
        : added(value, contribution, active, lanes.count);
    });
  }
  return [...cotangents, ...captured];
}

function added(old: LaneValue, contribution: LaneValue, active: readonly number[], count: number): LaneValue {
  const values = [...expanded(old, count).values];
  active.forEach((lane, place) => {
    values[lane] = sumOf(valueOf(values[lane]), valueOf(itemAt(contribution, place)));
  });
  return { shared: false, values };
}

function holds(condition: LaneValue, lane: number): boolean {
  return asNumber(valueOf(itemAt(condition, lane))) !== 0;
}

function everyLane(count: number): readonly number[] {
  return Array.from({ length: count }, (_, lane) => lane);
}
