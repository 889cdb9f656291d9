import { describe, expect, test } from "vitest";
import { gradient } from "../../compiler/differentiate/gradient.ts";
import type { Block, IrFunction, Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { evaluateBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { numberArray, realArray } from "../../compiler/ir/evaluate/array.ts";
import { asValue, itemAt, type LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import { Functions } from "../../compiler/ir/functions.ts";
import { printBlock } from "../../compiler/ir/print.ts";
import { verifyBlock } from "../../compiler/ir/verify.ts";
import { constant, name } from "../../compiler/types/dimension.ts";
import type { Space } from "../../compiler/types/space.ts";
import {
  COMPLEX,
  Dice,
  distance,
  lanesOf,
  NUMBER,
  randomLanes,
  randomValue,
  REAL,
  realsOf,
  setting,
  space,
  type Bindings,
} from "../ir/lab.ts";
import { expectGradients } from "./check.ts";

const LANES = 3;

/** Values for all variables; of each lane for those that are not shared. */
function randomBindings(variables: readonly Variable[], seed: number): Bindings {
  const dice = new Dice(seed);
  return new Map(
    variables.map((variable) => [variable, randomLanes(variable, LANES, dice, setting())] as const),
  );
}

const x = parameter("x", REAL, false);
const z = parameter("z", COMPLEX, false);
const s = parameter("s", NUMBER, true);
const t = parameter("t", REAL, true);
const W = parameter("W", space("real", "n", "n"), true);

/** A loop whose rounds differ from lane to lane: doubles until long, reading what all samples share and what not. */
function doubling(
  b: IrBuilder,
  start: Variable,
  inside: (inner: IrBuilder, v: Variable) => Variable,
): Variable {
  const { carried } = b.loop(
    [start, b.constant(0)],
    (inner, [v]) => inner.elementwise("less", [inner.dot(v!, v!), inner.constant(3)]),
    (inner, [v, k]) => [inside(inner, v!), inner.elementwise("add", [k!, inner.constant(1)])],
    9,
  );
  return carried[0]!;
}

function rounds(block: Block, bindings: Bindings): readonly number[] {
  const [count] = evaluateBlock(
    block,
    block.parameters.map((each) => bindings.get(each)!),
    lanesOf(LANES, bindings),
    setting(),
  );
  return realsOf(count!);
}

describe("the derivative of a loop", () => {
  test("follows each sample through its own rounds", () => {
    const block = new IrBuilder().block([x], (b) => [
      doubling(b, x, (inner, v) => {
        const push = inner.elementwise("mul", [s, inner.matvec(W, v, false, REAL)]);
        const sum = inner.elementwise("add", [inner.elementwise("mul", [inner.constant(1.6), v]), push]);
        return inner.elementwise("add", [
          sum,
          inner.elementwise("mul", [t, inner.elementwise("sigmoid", [x])]),
        ]);
      }),
    ]);
    const counting = new IrBuilder().block([x], (b) => [
      b.loop(
        [x, b.constant(0)],
        (inner, [v]) => inner.elementwise("less", [inner.dot(v!, v!), inner.constant(3)]),
        (inner, [v, k]) => [
          inner.elementwise("mul", [inner.constant(2), v!]),
          inner.elementwise("add", [k!, inner.constant(1)]),
        ],
        9,
      ).carried[1]!,
    ]);
    const bindings = new Map(randomBindings([x, s, t, W], 3));
    bindings.set(x, {
      shared: false,
      values: [realArray([3], [0.1, -0.2, 0.1]), realArray([3], [2, 1, 1]), realArray([3], [0.5, 0.4, -0.4])],
    });
    expect(new Set(rounds(counting, bindings)).size).toBe(3);
    expectGradients({ block, bindings, wanted: [x, s, t, W], lanes: LANES, setting: setting() });
  });

  test("with loops and branches inside, and complex values", () => {
    const block = new IrBuilder().block([z], (b) => [
      b.loop(
        [z],
        (inner, [v]) => inner.elementwise("less", [inner.dot(v!, v!), inner.constant(8)]),
        (inner, [v]) => {
          const [grown] = inner.branch(
            inner.elementwise("less", [inner.dot(v!, v!), inner.constant(3)]),
            (side) => [
              doubling(side, v!, (c, u) =>
                c.elementwise("mul", [c.elementwise("add", [c.constant(1.3), s]), u]),
              ),
            ],
            (side) => [side.elementwise("add", [v!, side.elementwise("mul", [t, v!])])],
          );
          return [inner.elementwise("add", [grown!, inner.elementwise("mul", [inner.constant(0.6), v!])])];
        },
        7,
      ).carried[0]!,
    ]);
    const bindings = new Map(randomBindings([z, s, t], 8));
    bindings.set(s, { shared: true, value: numberArray(0.4) });
    bindings.set(t, { shared: true, value: realArray([3], [0.5, 0.7, 0.3]) });
    expectGradients({ block, bindings, wanted: [z, s, t], lanes: LANES, setting: setting() });
  });

  test("is zero through a loop that hits its cap at once, and passes through one without rounds", () => {
    const block = new IrBuilder().block([x], (b) => [
      b.loop(
        [x],
        (inner, [v]) => inner.elementwise("less", [inner.constant(1e9), inner.dot(v!, v!)]),
        (inner, [v]) => [inner.elementwise("mul", [v!, v!])],
        5,
      ).carried[0]!,
    ]);
    expectGradients({
      block,
      bindings: randomBindings([x], 2),
      wanted: [x],
      lanes: LANES,
      setting: setting(),
    });
  });
});

describe("the derivative of a branch", () => {
  const sides = (b: IrBuilder, condition: Variable): readonly Variable[] =>
    b.branch(
      condition,
      (side) => [side.elementwise("mul", [t, side.matvec(W, x, false, REAL)]), side.dot(x, x)],
      (side) => [x, side.elementwise("mul", [s, side.sum(x)])],
    );
  test("is that of the side which each sample took", () => {
    const block = new IrBuilder().block([x], (b) =>
      sides(b, b.elementwise("less", [b.sum(x), b.constant(0)])),
    );
    const bindings = new Map(randomBindings([x, s, t, W], 11));
    bindings.set(x, {
      shared: false,
      values: [realArray([3], [1, 2, 0.5]), realArray([3], [-1, 0.2, -2]), realArray([3], [0.3, 0.4, 1])],
    });
    expectGradients({ block, bindings, wanted: [x, s, t, W], lanes: LANES, setting: setting() });
  });
  test("by a condition that all samples share", () => {
    for (const seed of [1, 2, 3]) {
      const block = new IrBuilder().block([x], (b) => sides(b, b.elementwise("less", [s, b.constant(0)])));
      const bindings = randomBindings([x, s, t, W], seed);
      expectGradients({ block, bindings, wanted: [x, t, W], lanes: LANES, setting: setting() });
    }
  });
  test("keeps what is not a number in the side not taken out of the cotangents", () => {
    const block = new IrBuilder().block([x], (b) =>
      b.branch(
        b.elementwise("less", [b.constant(0), b.minimum(x)]),
        (side) => [side.elementwise("mul", [s, side.elementwise("log", [x])])],
        (side) => [side.elementwise("mul", [t, x])],
      ),
    );
    const bindings = new Map(randomBindings([x, s, t], 12));
    bindings.set(x, {
      shared: false,
      values: [realArray([3], [1, 2, 0.5]), realArray([3], [-1, 0, -2]), realArray([3], [0.3, 0.4, 1])],
    });
    expectGradients({ block, bindings, wanted: [s, t], lanes: LANES, setting: setting() });
  });
});

test("the derivative of a solve is by the implicit function, in all that the map reads", () => {
  const rho = parameter("rho", NUMBER, true);
  const block = new IrBuilder().block([x], (b) => [
    b.solve(b.elementwise("mul", [t, x]), null, { tolerance: 1e-9, maximum: 50 }, (inner, v) => {
      const gram = inner.matvec(W, inner.matvec(W, v, false, REAL), true, REAL);
      const own = inner.elementwise("mul", [inner.elementwise("square", [x]), v]);
      return inner.elementwise("add", [
        inner.elementwise("add", [gram, own]),
        inner.elementwise("mul", [rho, v]),
      ]);
    }),
  ]);
  const bindings = new Map(randomBindings([x, t, W, rho], 21));
  bindings.set(rho, { shared: true, value: numberArray(1.5) });
  expectGradients({ block, bindings, wanted: [x, t, W, rho], lanes: LANES, setting: setting() });
});

/** A network: two layers with a filter and a bias each, and a loop over nothing. */
function network(functions: Functions): IrFunction {
  const image = space("real", "n", "m", "c");
  const filters: Space = {
    kind: "array",
    element: "real",
    dimensions: [constant(3), constant(3), name("c"), name("c")],
  };
  const u = parameter("u", image, false);
  const weights = [
    parameter("f1", filters, true),
    parameter("b1", space("real", "c"), true),
    parameter("f2", filters, true),
  ];
  const body = new IrBuilder(functions).block([u, ...weights], (b) => {
    const hidden = b.elementwise("tanh", [
      b.elementwise("add", [b.convolve(u, weights[0]!, 1), weights[1]!]),
    ]);
    return [b.elementwise("sub", [u, b.convolve(hidden, weights[2]!, 1)])];
  });
  const made = { name: "D", doc: "A network.", body };
  functions.add(made);
  return made;
}

describe("the derivative of a call", () => {
  const image = space("real", "n", "m", "c");
  const v = parameter("v", image, false);
  const arguments_ = (net: IrFunction): readonly Variable[] =>
    net.body.parameters.slice(1).map((each) => ({ ...each }));
  test("is a call of the adjoint, by arguments and by weights", () => {
    const functions = new Functions();
    const net = network(functions);
    const weights = arguments_(net);
    const block = new IrBuilder(functions).block([v], (b) => {
      const [once] = b.call(net, [v, ...weights]);
      return b.call(net, [b.elementwise("mul", [b.constant(0.5), once!]), ...weights]);
    });
    const bindings = randomBindings([v, ...weights], 31);
    expectGradients({
      block,
      bindings,
      wanted: [v, ...weights],
      lanes: LANES,
      setting: setting(),
      functions,
    });
    expect(functions.all().map((each) => each.name)).toEqual(["D", "D_save", "D_adjoint"]);
    expectGradients({ block, bindings, wanted: [v], lanes: LANES, setting: setting(), functions });
    expect(functions.all().map((each) => each.name)).toContain("D_adjoint_inputs");
  });
  test("of a value that all samples share counts once", () => {
    const functions = new Functions();
    const net = network(functions);
    const weights = arguments_(net);
    const shared = parameter("v", image, true);
    const block = new IrBuilder(functions).block([shared, x], (b) => {
      const [once] = b.call(net, [shared, ...weights]);
      return [b.elementwise("mul", [b.sum(once!), x])];
    });
    const bindings = randomBindings([shared, x, ...weights], 32);
    expectGradients({
      block,
      bindings,
      wanted: [shared, ...weights],
      lanes: LANES,
      setting: setting(),
      functions,
    });
  });
  test("in a branch and in a loop", () => {
    const functions = new Functions();
    const net = network(functions);
    const weights = arguments_(net);
    const block = new IrBuilder(functions).block([v], (b) =>
      b.branch(
        b.elementwise("less", [b.sum(v), b.constant(0)]),
        (side) => side.call(net, [v, ...weights]),
        (side) => [
          side.loop(
            [v],
            (inner, [u]) => inner.elementwise("less", [inner.dot(u!, u!), inner.constant(20)]),
            (inner, [u]) => [
              inner.elementwise("mul", [inner.constant(1.5), inner.call(net, [u!, ...weights])[0]!]),
            ],
            3,
          ).carried[0]!,
        ],
      ),
    );
    const bindings = randomBindings([v, ...weights], 33);
    expectGradients({
      block,
      bindings,
      wanted: [v, ...weights],
      lanes: LANES,
      setting: setting(),
      functions,
    });
  });
});

const X: Space = { kind: "named", name: "X", field: "any" };
const Y: Space = { kind: "named", name: "Y", field: "any" };
const A: Variable = {
  name: "A",
  type: { kind: "operator", domain: X, codomain: Y, properties: [] },
  shared: true,
};

describe("a gradient inside a program", () => {
  test("of 1/2*norm2sq(A*x - y) is A'*(A*x - y)", () => {
    const y = parameter("y", Y, false);
    const point = parameter("x", X, false);
    const b = new IrBuilder();
    const f = b.block([parameter("x", X, false)], (inner, [v]) => {
      const r = inner.named(inner.elementwise("sub", [inner.apply(A, v!, false), y]), "r");
      return [inner.elementwise("mul", [inner.constant(0.5), inner.dot(r, r)])];
    });
    const [g] = gradient(b, f, [point]);
    const whole: Block = { parameters: [point], equations: b.equations, results: [g!] };
    expect(verifyBlock(whole, [A, y])).toEqual([]);
    expect(printBlock(whole)).toBe(
      [
        "block(x : X):",
        "  A_x : Y = apply(A, x)",
        "  r : Y = sub(A_x, y)",
        "  At_r : X = applyAdjoint(A, r)",
        "  return At_r",
        "",
      ].join("\n"),
    );
  });

  test("is differentiated once more: a step with a gradient in it", () => {
    const weight = parameter("w", REAL, true);
    const other = parameter("u", REAL, false);
    const block = new IrBuilder().block([x], (b) => {
      const f = b.block([parameter("v", REAL, false), parameter("q", REAL, false)], (inner, [v, q]) => {
        const inside = inner.elementwise("tanh", [
          inner.matvec(W, inner.elementwise("mul", [v!, q!]), false, REAL),
        ]);
        const weighted = inner.elementwise("mul", [weight, inner.elementwise("square", [inside])]);
        return [
          inner.elementwise("add", [inner.sum(weighted), inner.norm2(inner.elementwise("sub", [v!, x]))]),
        ];
      });
      const [gv, gq] = gradient(b, f, [other, b.elementwise("sigmoid", [x])]);
      return [b.elementwise("sub", [x, b.elementwise("mul", [s, gv!])]), gq!];
    });
    const bindings = randomBindings([x, other, weight, W, s], 41);
    expectGradients({ block, bindings, wanted: [x, other, weight, W, s], lanes: LANES, setting: setting() });
  });

  test("of a network is differentiated once more, by its weights, too", () => {
    const functions = new Functions();
    const net = network(functions);
    const weights = net.body.parameters.slice(1).map((each) => ({ ...each }));
    const v = parameter("v", space("real", "n", "m", "c"), false);
    const block = new IrBuilder(functions).block([v], (b) => {
      const f = b.block([{ ...v }], (inner, [u]) => {
        const [image] = inner.call(net, [u!, ...weights]);
        return [inner.dot(image!, image!)];
      });
      const [g] = gradient(b, f, [v]);
      return [b.elementwise("sub", [v, b.elementwise("mul", [b.constant(0.1), g!])])];
    });
    const bindings = randomBindings([v, ...weights], 42);
    expectGradients({
      block,
      bindings,
      wanted: [v, ...weights],
      lanes: LANES,
      setting: setting(),
      functions,
      tolerance: 1e-6,
    });
  });

  test("at a point that all samples share is a gradient of each sample, not their sum", () => {
    const y = parameter("y", REAL, false);
    const point = parameter("p", REAL, true);
    const b = new IrBuilder();
    const f = b.block([{ ...point }], (inner, [v]) => {
      const r = inner.elementwise("sub", [inner.matvec(W, v!, false, REAL), y]);
      return [inner.dot(r, r)];
    });
    const [g] = gradient(b, f, [point]);
    expect(g!.shared).toBe(false);
    const dice = new Dice(2);
    const where = setting();
    const one: LaneValue = {
      shared: true,
      value: randomValue({ kind: "array", field: "real", shape: [3] }, dice),
    };
    const lanes = new Map([...randomBindings([y, W], 43), [point, one] as const]);
    const whole: Block = { parameters: [], equations: b.equations, results: [g!] };
    const [together] = evaluateBlock(whole, [], lanesOf(LANES, lanes), where);
    for (let lane = 0; lane < LANES; lane += 1) {
      const alone = new Map([
        ...lanes,
        [y, { shared: false, values: [itemAt(lanes.get(y)!, lane)] } as const],
      ]);
      const [own] = evaluateBlock(whole, [], lanesOf(1, alone), where);
      const taken: LaneValue = { shared: false, values: [asValue(itemAt(together!, lane))] };
      expect(distance(own!, taken, 1)).toBeLessThan(1e-12);
    }
  });
});
