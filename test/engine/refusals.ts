import { expect, it } from "vitest";
import { type Engine, EngineError, type Handle } from "../../runtime/engine/engine.ts";

/** Declares the tests that an engine refuses what does not fit, naming the operation and the sizes, and frees scopes. */
export function refusesWhatDoesNotFit(make: () => Promise<Engine>): void {
  const ones = (on: Engine, ...shape: readonly number[]): Handle => on.fill(1, shape);
  const add = {
    kind: "apply",
    function: "add",
    arguments: [
      { kind: "input", name: "a" },
      { kind: "input", name: "b" },
    ],
  } as const;
  const cases: Readonly<Record<string, readonly [RegExp, (on: Engine) => unknown]>> = {
    "products that do not fit": [
      /matmul of \[2, 3\] and \[2, 3\]/,
      (on) => on.matmul(ones(on, 2, 3), ones(on, 2, 3)),
    ],
    "shapes that do not align": [
      /elementwise of \[2\] and \[3\]/,
      (on) => on.elementwise(add, { a: ones(on, 2), b: ones(on, 3) }),
    ],
    "channels that differ": [
      /convolve of \[1, 4, 4, 2\] and \[3, 3, 3, 1\]/,
      (on) =>
        on.convolve(ones(on, 1, 4, 4, 2), ones(on, 3, 3, 3, 1), {
          stride: 1,
          padding: [
            [1, 1],
            [1, 1],
          ],
        }),
    ],
    "slices out of range": [/slice of \[3\]/, (on) => on.slice(ones(on, 3), [2], [2])],
    "indices out of range": [/gather of \[3\]/, (on) => on.gather(ones(on, 3), [3], 0)],
    "reshaping to another size": [/reshape of \[3\]/, (on) => on.reshape(ones(on, 3), [4])],
    "tiles that do not fill the image": [
      /maxPool of \[1, 3, 4, 1\]/,
      (on) => on.maxPool(ones(on, 1, 3, 4, 1), 2),
    ],
    "arrays of another engine": [/another engine/, (on) => on.reduce("sum", { shape: [2] }, [0])],
  };

  it.each(Object.entries(cases))("%s", async (_, [message, body]) => {
    const on = await make();
    on.scope(
      () => {
        expect(() => body(on)).toThrow(EngineError);
        expect(() => body(on)).toThrow(message);
      },
      () => [],
    );
  });

  it("frees what a scope made when its body throws, and keeps what outer scopes hold", async () => {
    const on = await make();
    const before = on.memory().arrays;
    const kept = on.scope(
      () => {
        const outer = ones(on, 2);
        expect(() =>
          on.scope(
            () => {
              ones(on, 3);
              throw new RangeError("from the body");
            },
            () => [],
          ),
        ).toThrow(RangeError);
        const inner = on.scope(
          () => on.elementwise(add, { a: ones(on, 2), b: outer }),
          (sum) => [sum],
        );
        return on.scope(
          () => inner,
          (sum) => [sum],
        );
      },
      (sum) => [sum],
    );
    expect(on.memory().arrays).toBe(before + 1);
    expect(Array.from(on.readNow(kept) ?? [])).toEqual([2, 2]);
    on.dispose([kept, kept]);
    expect(on.memory().arrays).toBe(before);
  });
}
