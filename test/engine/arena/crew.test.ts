import { expect, test, vi } from "vitest";
import { createCrew } from "../../../runtime/engine/arena/crew.ts";
import type { Runnable } from "../../../runtime/engine/arena/machine.ts";

test("a crew does without threads for a while after one of them was held up, and only then", () => {
  const done: string[] = [];
  let now = 1;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  let processor = 0;
  let share = 1;
  const crew = createCrew(
    () => ({
      count: 2,
      chunkOf: () => 1,
      learn: () => undefined,
      processorTime: () => processor,
      run: () => {
        now += 10;
        processor += share * 10;
        done.push("together");
      },
    }),
    () => new Error("no kernel fails"),
  );
  const runnable: Runnable = {
    name: "test",
    source: { kind: "idle" },
    kernel: () => done.push("alone"),
    ...{ results: [], inPlace: false, reads: [] },
  };
  const together = (): string | undefined => {
    crew.together(runnable, 0, 1e9);
    return done.at(-1);
  };
  expect(crew.chunkOf({ items: 2, work: 1e9 })).toBe(1);
  expect([together(), together()]).toEqual(["together", "together"]);
  share = 0.1;
  expect([together(), together()]).toEqual(["together", "alone"]);
  share = 2;
  now += 100;
  expect([together(), together()]).toEqual(["together", "together"]);
  vi.restoreAllMocks();
});
