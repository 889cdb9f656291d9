import type { Operations } from "../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../runtime/arrays/value.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import type {
  Differentiable,
  Known,
  ProgramDefinition,
  StepExtras,
  Target,
  TypeDeclaration,
  Values,
} from "../../runtime/program/definition.ts";

const vector = (size: string): TypeDeclaration => ({ kind: "array", field: "real", dimensions: [size] });
const number: TypeDeclaration = { kind: "array", field: "real", dimensions: [] };

export interface IstaVariant {
  readonly target: Target;
  /** weights and thresholds anew in each step; else W y is prepared once */
  readonly perStep: boolean;
  /** the step's factor of x: below 1 the step contracts */
  readonly shrink?: number;
  readonly via?: "projection" | "softplus" | "log" | "sigmoid";
}

/**
 * x <- soft(shrink x + W (y - A x), theta) as a compiler would write it, with W learned from A'/|A|^2 and theta from
 * lambda/|A|^2; at the start it is ISTA where shrink = 1.
 */
export function istaProgram({
  target,
  perStep,
  shrink = 1,
  via = "projection",
}: IstaVariant): ProgramDefinition {
  return {
    name: "ista",
    doc: "",
    hash: `ista ${perStep} ${shrink}`,
    sizes: [
      { name: "m", initial: null },
      { name: "n", initial: null },
    ],
    spaces: [],
    givens: [
      {
        name: "A",
        type: { kind: "operator", domain: vector("n"), codomain: vector("m") },
        doc: "",
        perStep: false,
        interval: null,
        properties: [],
        initial: null,
      },
      {
        name: "lambda",
        type: number,
        doc: "",
        perStep: false,
        interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
        properties: [],
        initial: (operations) => operations.number(0.1),
      },
    ],
    inputs: [
      {
        name: "y",
        type: vector("m"),
        doc: "",
        perStep: false,
        interval: null,
        properties: [],
        initial: null,
      },
    ],
    parameters: [
      {
        name: "W",
        type: { kind: "operator", domain: vector("m"), codomain: vector("n") },
        doc: "",
        perStep,
        initial: { kind: "value", evaluate: startMatrix },
        interval: null,
        via: "projection",
        projection: null,
        spectralBound: null,
      },
      {
        name: "theta",
        type: number,
        doc: "",
        perStep,
        initial: {
          kind: "value",
          evaluate: (operations, known) =>
            operations.map("l/s", { l: array(known, "lambda"), s: array(known, "square") }),
        },
        interval: (operations) => ({
          low: operations.number(0),
          high: via === "sigmoid" ? operations.number(2) : null,
          lowOpen: true,
          highOpen: true,
        }),
        via,
        projection: null,
        spectralBound: null,
      },
    ],
    states: [{ name: "x", type: vector("n"), assumedInterval: null, carried: true }],
    output: { type: vector("n") },
    constants: (operations, known) => ({
      square: operations.map("a*a", { a: operations.norm(operator(known)) }),
    }),
    prepare: perStep ? null : preparation,
    initial: start,
    step: stepOf(perStep, shrink),
    finish,
    objective: (operations, known, { x }) => {
      const r = operations.map("a - y", {
        a: operations.apply(operator(known), of(x)),
        y: array(known, "y"),
      });
      const one = operations.sum(operations.map("abs(x)", { x: of(x) }));
      return operations.sum(
        operations.map("q/2 + l*o", { q: operations.dot(r, r), l: array(known, "lambda"), o: one }),
      );
    },
    until: (operations, _known, { x }, { x: before }) => {
      const d = operations.map("a - b", { a: of(x), b: of(before) });
      return operations.sum(
        operations.map("lessEqual(d, 1e-6*max(a, b))", {
          d: operations.norm2(d),
          a: operations.norm2(of(x)),
          b: operations.norm2(of(before)),
        }),
      );
    },
    target,
    certificate: null,
    notes: [],
    inputGradients: true,
  };
}

function of(value: Value | undefined): Value {
  if (value === undefined) throw new Error("a value is missing");
  return value;
}

function array(known: Known, name: string): ArrayValue {
  const value = known[name];
  if (typeof value !== "object" || value.kind !== "array" || !("handle" in value)) throw new Error(name);
  return value;
}

function operator(known: Known): Operator {
  const { A } = known;
  if (typeof A !== "object" || A.kind !== "operator") throw new Error("A");
  return A;
}

function startMatrix(operations: Operations, known: Known): Value {
  const A = operator(known);
  const matrix = operations.materialise(A.codomain, (y) => operations.applyAdjoint(A, y));
  return operations.map("w/s", { w: matrix, s: array(known, "square") });
}

const preparation: Differentiable = {
  run: (operations, known) => ({
    values: { Wy: operations.matvec(array(known, "W"), array(known, "y"), operator(known).domain) },
  }),
  reverse: {
    save: (operations, known) => ({
      values: { Wy: operations.matvec(array(known, "W"), array(known, "y"), operator(known).domain) },
      saved: { values: {}, traces: {} },
    }),
    adjoint: (operations, known, _saved, { Wy }) => ({
      state: {},
      known: {
        W: operations.outerSum(of(Wy), array(known, "y")),
        y: operations.matvecTransposed(array(known, "W"), of(Wy), operator(known).codomain),
      },
    }),
    stateAdjoint: null,
  },
};

const start: Differentiable = {
  run: (operations, known) => ({ values: { x: operations.fill(0, operator(known).domain) } }),
  reverse: {
    save: (operations, known) => ({
      values: { x: operations.fill(0, operator(known).domain) },
      saved: { values: {}, traces: {} },
    }),
    adjoint: () => ({ state: {}, known: {} }),
    stateAdjoint: null,
  },
};

const finish: Differentiable = {
  run: (_operations, _known, { x }) => ({ values: { output: of(x) } }),
  reverse: {
    save: (_operations, _known, { x }) => ({ values: { output: of(x) }, saved: { values: {}, traces: {} } }),
    adjoint: (_operations, _known, _saved, { output }) => ({ state: { x: of(output) }, known: {} }),
    stateAdjoint: null,
  },
};

function stepOf(perStep: boolean, shrink: number): Differentiable<StepExtras> {
  const forwards = (operations: Operations, known: Known, { x }: Values) => {
    const A = operator(known);
    const Ax = operations.apply(A, of(x));
    const W = array(known, "W");
    const r = perStep ? operations.map("y - a", { y: array(known, "y"), a: Ax }) : Ax;
    const Wr = operations.matvec(W, r, A.domain);
    const v = perStep
      ? operations.map(`${shrink}*x + w`, { x: of(x), w: Wr })
      : operations.map(`${shrink}*x + p - w`, { x: of(x), p: array(known, "Wy"), w: Wr });
    return { r, v, next: operations.map("soft(v, t)", { v, t: array(known, "theta") }) };
  };
  const back = (operations: Operations, known: Known, v: Value, cotangent: Value) => {
    const A = operator(known);
    const m = operations.map("c*positive(abs(v) - t)", { c: cotangent, v, t: array(known, "theta") });
    const Wm = operations.matvecTransposed(array(known, "W"), m, A.codomain);
    const x = operations.map(`${shrink}*m - a`, { m, a: operations.applyAdjoint(A, Wm) });
    return { m, Wm, x };
  };
  return {
    run: (operations, known, state) => ({
      values: { x: forwards(operations, known, state).next },
      reports: {},
      capped: null,
    }),
    reverse: {
      save: (operations, known, state) => {
        const { r, v, next } = forwards(operations, known, state);
        return { values: { x: next }, reports: {}, capped: null, saved: { values: { r, v }, traces: {} } };
      },
      adjoint: (operations, known, saved, cotangents) => {
        const { r, v } = saved.values;
        const { m, Wm, x } = back(operations, known, of(v), of(cotangents["x"]));
        const W = operations.outerSum(m, of(r));
        const theta = operations.sumSamples(operations.sum(operations.map("-sign(v)*m", { v: of(v), m })));
        const y = operations.map("1*w", { w: Wm });
        return {
          state: { x },
          known: perStep ? { W, theta, y } : { W: operations.map("-w", { w: W }), theta, Wy: m },
        };
      },
      stateAdjoint: (operations, known, saved, cotangents) => ({
        x: back(operations, known, of(saved.values["v"]), of(cotangents["x"])).x,
      }),
    },
  };
}
