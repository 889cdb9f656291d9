import type { Operations } from "../../runtime/arrays/operations.ts";
import { print } from "../../runtime/arrays/print.ts";
import { placed } from "../../runtime/operators/placed.ts";
import type { Variable } from "../ir/block.ts";
import type { Span } from "../source/span.ts";
import { evaluate, namesOf, type Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { Argument, Pattern, PlanFunction, Result, Statement } from "./call.ts";
import { fieldOf } from "./declare.ts";
import { lastReads } from "./lifetimes.ts";
import { noteShared, release, type Shared } from "./release.ts";
import { usesOfStatement, variablesOfPattern } from "./uses.ts";

/** A function of a plan that runs: the operations, then its arguments by position. */
export type Executable = (operations: Operations, ...given: readonly unknown[]) => unknown;

/**
 * The values of a function while it runs: a slot for what is known, one for what is shared, then one for every name that
 * it binds.
 */
type Frame = unknown[];
type Read = (frame: Frame, operations: Operations) => unknown;
type Act = (frame: Frame, operations: Operations) => void;
type Bind = (frame: Frame, value: unknown) => void;

const KNOWN = 0;
const SHARED = 1;

/** From so many calls on a function frees what it has read: fewer end soon, and their scope frees it at once. */
const WORTH_RELEASING = 10;

/** Where a function and its closures keep their values. Slots are given out once, when the function is prepared. */
class Slots {
  private readonly slots = new Map<Variable | string, number>();
  get count(): number {
    return this.slots.size + 2;
  }
  of(key: Variable | string): number {
    const slot = this.slots.get(key) ?? this.count;
    this.slots.set(key, slot);
    return slot;
  }
}

const sizeKey = (name: string): string => `size ${name}`;
const spaceKey = (name: string): string => `space ${name}`;

/** Prepares a function once, so that a call of it looks up no names but those of its arguments. */
export function executable(of: PlanFunction, networks: ReadonlyMap<string, Executable>): Executable {
  const slots = new Slots();
  const run = runner(of, slots, networks);
  const known = of.parameters.findIndex((parameter) => parameter.role === "known");
  return (operations, ...given) => {
    const frame: Frame = new Array<unknown>(slots.count);
    frame[KNOWN] = given[known];
    frame[SHARED] = new Set();
    return run(frame, operations, given);
  };
}

function runner(
  of: PlanFunction,
  slots: Slots,
  networks: ReadonlyMap<string, Executable>,
): (frame: Frame, operations: Operations, given: readonly unknown[]) => unknown {
  const binds = of.parameters.map((parameter) => binder(parameter.pattern, slots));
  const ended = lastReads(of);
  const acts = of.statements.map((statement, at) => {
    const act = actOf(statement, slots, networks);
    return of.statements.length < WORTH_RELEASING ? act : releasing(act, statement, ended[at] ?? [], slots);
  });
  const result = resultReader(of.result, slots);
  return (frame, operations, given) => {
    for (let i = 0; i < binds.length; i += 1) binds[i]?.(frame, given[i]);
    for (const act of acts) act(frame, operations);
    return result(frame, operations);
  };
}

/** The call, and then what nobody reads any more is freed. */
function releasing(act: Act, statement: Statement, ended: readonly Variable[], slots: Slots): Act {
  const slotsOf = (variables: Iterable<Variable>): readonly number[] =>
    Array.from(variables, (variable) => slots.of(variable));
  const [read, made, over] = [
    slotsOf(usesOfStatement(statement).variables),
    slotsOf(variablesOfPattern(statement.outputs)),
    slotsOf(ended),
  ];
  return (frame, operations) => {
    act(frame, operations);
    const shared = frame[SHARED] as Shared;
    noteShared(
      shared,
      read.map((slot) => frame[slot]),
      made.map((slot) => frame[slot]),
    );
    release(
      operations,
      shared,
      over.map((slot) => frame[slot]),
    );
  };
}

function actOf(statement: Statement, slots: Slots, networks: ReadonlyMap<string, Executable>): Act {
  const { call } = statement;
  const reads = call.arguments.map((argument) => reader(argument, slots, networks));
  const bind = binder(statement.outputs, slots);
  if (call.kind === "method") {
    const { method } = call;
    const act: Act = (frame, operations) => {
      const given = reads.map((read) => read(frame, operations));
      bind(frame, Reflect.apply(operations[method], operations, given));
    };
    return statement.span === null ? act : actAt(statement.span, act);
  }
  const network = networks.get(call.name);
  if (network === undefined) throw new Error(`no network ${call.name}`);
  return (frame, operations) => {
    bind(frame, network(operations, ...reads.map((read) => read(frame, operations))));
  };
}

/** The call with its place in the program in what it throws. */
function actAt(span: Span, act: Act): Act {
  return (frame, operations) => {
    try {
      act(frame, operations);
    } catch (error) {
      throw placed(error, span);
    }
  };
}

function reader(argument: Argument, slots: Slots, networks: ReadonlyMap<string, Executable>): Read {
  switch (argument.kind) {
    case "variable": {
      const slot = slots.of(argument.variable);
      return (frame) => frame[slot];
    }
    case "number":
      return always(argument.value);
    case "dimension":
      return dimensionReader(argument.dimension, slots);
    case "word":
      return always(argument.word);
    case "expression":
      return always(print(argument.expression));
    case "expressions":
      return always(
        Object.fromEntries(
          Object.entries(argument.results).map(([name, expression]) => [name, print(expression)]),
        ),
      );
    case "inputs": {
      const inputs = argument.entries.map(({ name, variable }) => [name, slots.of(variable)] as const);
      return (frame) => Object.fromEntries(inputs.map(([name, slot]) => [name, frame[slot]]));
    }
    case "space":
      return spaceReader(argument.space, slots);
    case "settings":
      return always(argument.settings);
    case "list": {
      const items = argument.variables.map((variable) => slots.of(variable));
      return (frame) => items.map((slot) => frame[slot]);
    }
    case "closure": {
      const run = runner(argument.function, slots, networks);
      return (frame, operations) =>
        (...given: readonly unknown[]) =>
          run(frame, operations, given);
    }
    case "nothing":
      return always(null);
    case "known":
      return (frame) => frame[KNOWN];
  }
}

function always(value: unknown): Read {
  return () => value;
}

function dimensionReader(dimension: Dimension, slots: Slots): (frame: Frame) => number {
  const fixed = evaluate(dimension, {});
  if (fixed !== null) return () => fixed;
  const sizes = namesOf(dimension).map((name) => [name, slots.of(sizeKey(name))] as const);
  return (frame) => {
    const value = evaluate(
      dimension,
      Object.fromEntries(sizes.map(([name, slot]) => [name, Number(frame[slot])])),
    );
    if (value === null || !Number.isFinite(value))
      throw new Error("a dimension reads a size that is not bound");
    return value;
  };
}

function spaceReader(space: Space, slots: Slots): Read {
  switch (space.kind) {
    case "array": {
      const field = fieldOf(space.element);
      const shape = space.dimensions.map((dimension) => dimensionReader(dimension, slots));
      return (frame) => ({ kind: "array", field, shape: shape.map((read) => read(frame)) });
    }
    case "named": {
      const slot = slots.of(spaceKey(space.name));
      return (frame) => frame[slot];
    }
    case "product": {
      const parts = space.parts.map((part) => spaceReader(part, slots));
      return (frame, operations) => ({
        kind: "product",
        parts: parts.map((read) => read(frame, operations)),
      });
    }
  }
}

function binder(pattern: Pattern, slots: Slots): Bind {
  switch (pattern.kind) {
    case "variable":
      return slotBinder(slots.of(pattern.variable));
    case "size":
      return slotBinder(slots.of(sizeKey(pattern.name)));
    case "space":
      return slotBinder(slots.of(spaceKey(pattern.name)));
    case "list": {
      if (pattern.items.length === 0) return () => undefined;
      const items = pattern.items.map((item) => (item === null ? null : binder(item, slots)));
      return (frame, value) => {
        if (!Array.isArray(value)) throw new Error("an operation returned no list");
        items.forEach((bind, index) => bind?.(frame, value[index]));
      };
    }
    case "record": {
      const entries = pattern.entries.map(({ name, pattern: part }) => [name, binder(part, slots)] as const);
      return (frame, value) => {
        for (const [name, bind] of entries) bind(frame, entryOf(value, name));
      };
    }
  }
}

function slotBinder(slot: number): Bind {
  return (frame, value) => {
    frame[slot] = value;
  };
}

function entryOf(record: unknown, name: string): unknown {
  if (typeof record !== "object" || record === null || !(name in record)) {
    throw new Error(`a function of the program was called without ${name}`);
  }
  const entry: unknown = Reflect.get(record, name);
  return entry;
}

function resultReader(result: Result, slots: Slots): Read {
  switch (result.kind) {
    case "variable": {
      const slot = slots.of(result.variable);
      return (frame) => frame[slot];
    }
    case "constant":
      return always(result.value);
    case "list": {
      const items = result.items.map((variable) => slots.of(variable));
      return (frame) => items.map((slot) => frame[slot]);
    }
    case "record": {
      const entries = result.entries.map((entry) => [entry.name, resultReader(entry.result, slots)] as const);
      return (frame, operations) =>
        Object.fromEntries(entries.map(([name, read]) => [name, read(frame, operations)]));
    }
  }
}
