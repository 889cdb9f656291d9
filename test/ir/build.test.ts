import { expect, test } from "vitest";
import { ShapeFault } from "../../compiler/ir/align.ts";
import type { Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { printBlock } from "../../compiler/ir/print.ts";
import { NUMBER } from "../../compiler/ir/spaces.ts";
import { freeVariables, renamed } from "../../compiler/ir/variables.ts";
import { verifyBlock } from "../../compiler/ir/verify.ts";
import { name } from "../../compiler/types/dimension.ts";
import type { Space } from "../../compiler/types/space.ts";

const X: Space = { kind: "named", name: "X", field: "any" };
const Y: Space = { kind: "named", name: "Y", field: "any" };
const A: Variable = {
  name: "A",
  type: { kind: "operator", domain: X, codomain: Y, properties: [] },
  shared: true,
};

function residual(): { readonly block: ReturnType<IrBuilder["block"]>; readonly y: Variable } {
  const y = parameter("y", Y, false);
  const block = new IrBuilder().block([parameter("x", X, false)], (inner, [x]) => {
    if (x === undefined) return [];
    const r = inner.named(inner.elementwise("sub", [inner.apply(A, x, false), y]), "r");
    return [inner.elementwise("mul", [inner.constant(0.5), inner.dot(r, r)])];
  });
  return { block, y };
}

test("a block prints an equation a line, and verifies", () => {
  const { block, y } = residual();
  expect(verifyBlock(block, [A, y])).toEqual([]);
  expect(printBlock(block)).toBe(
    [
      "block(x : X):",
      "  A_x : Y = apply(A, x)",
      "  r : Y = sub(A_x, y)",
      "  dot : R = dot(r, r)",
      "  mul : R = mul(0.5, dot)",
      "  return mul",
      "",
    ].join("\n"),
  );
});

test("the verifier names what is not visible, what is defined twice and what has another type", () => {
  const { block, y } = residual();
  expect(verifyBlock(block, [A]).map((fault) => fault.what)).toEqual(["y is not visible"]);
  const twice = { ...block, equations: [...block.equations, ...block.equations.slice(0, 1)] };
  expect(verifyBlock(twice, [A, y]).map((fault) => fault.what)).toEqual(["A_x is defined twice"]);
  const [first] = block.equations;
  const wrong = {
    ...block,
    equations: [
      { ...first!, outputs: [{ ...first!.outputs[0]!, type: { kind: "value", space: X } as const }] },
    ],
    results: [],
  };
  expect(verifyBlock(wrong, [A, y]).map((fault) => fault.what)).toEqual(["apply gives Y, not X"]);
  const unmarked = {
    ...block,
    equations: [{ ...first!, outputs: [{ ...first!.outputs[0]!, shared: true }] }],
    results: [],
  };
  expect(verifyBlock(unmarked, [A, y]).map((fault) => fault.what)).toEqual([
    "A_x is shared, against the rule of apply",
  ]);
});

test("operations without a meaning for their inputs are refused", () => {
  const builder = new IrBuilder();
  const u = parameter("u", { kind: "array", element: "real", dimensions: [name("n")] }, false);
  const v = parameter("v", { kind: "array", element: "real", dimensions: [name("m")] }, false);
  expect(() => builder.elementwise("add", [u, v])).toThrow(ShapeFault);
  expect(() => builder.apply(A, u, false)).toThrow(ShapeFault);
  expect(() => builder.part(u, 0)).toThrow(ShapeFault);
});

test("the builder folds numbers and drops neutral operands, and no more", () => {
  const builder = new IrBuilder();
  const x = parameter("x", X, false);
  expect(builder.elementwise("mul", [builder.constant(1), x])).toBe(x);
  expect(builder.elementwise("sub", [x, builder.constant(0)])).toBe(x);
  expect(builder.elementwise("neg", [builder.elementwise("neg", [x])])).toBe(x);
  const folded = builder.elementwise("mul", [builder.constant(2), builder.constant(0.25)]);
  expect(builder.constantOf(folded)).toBe(0.5);
  expect(builder.elementwise("div", [builder.constant(1), builder.constant(0)])).not.toBe(null);
});

test("a loop's carried values are shared only where every round leaves them so", () => {
  const builder = new IrBuilder();
  const s = parameter("s", NUMBER, true);
  const t = parameter("t", NUMBER, true);
  const u = parameter("u", NUMBER, false);
  const kept = builder.loop(
    [s, t],
    (inner, [a]) => inner.elementwise("less", [a!, inner.constant(3)]),
    (inner, [a, b]) => [inner.elementwise("add", [a!, inner.constant(1)]), inner.elementwise("mul", [b!, u])],
    10,
  );
  expect([...kept.carried, kept.capped].map((output) => output.shared)).toEqual([true, false, true]);
  const apart = builder.loop(
    [s],
    (inner, [a]) => inner.elementwise("less", [a!, u]),
    (inner, [a]) => [inner.elementwise("add", [a!, inner.constant(1)])],
    10,
  );
  expect([...apart.carried, apart.capped].map((output) => output.shared)).toEqual([false, false]);
  const whole = {
    parameters: [],
    equations: builder.equations,
    results: [...kept.carried, ...apart.carried],
  };
  expect(verifyBlock(whole, [s, t, u])).toEqual([]);
  expect(freeVariables(whole)).toEqual(expect.arrayContaining([s, t, u]));
  expect(verifyBlock(renamed(whole), [s, t, u])).toEqual([]);
});
