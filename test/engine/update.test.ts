import { expect, test } from "vitest";
import { createMachine } from "../../runtime/engine/arena/machine.ts";
import { optimisersOf } from "../../runtime/engine/arena/operations/optimisers.ts";
import { createStore } from "../../runtime/engine/arena/store.ts";
import { EngineError } from "../../runtime/engine/engine.ts";
import type { UpdateRule } from "../../runtime/engine/update.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { updatesAsDefined, type Updating } from "./updates.ts";

const store = createStore(createMachine("arena"));
const arena: Updating = { ...store, ...optimisersOf(store) };

test.each(["wasm", "arena"])("updates of the engine %s are those of the definition", async (name) => {
  updatesAsDefined(name === "wasm" ? await wasmEngine() : arena);
});

test("an update that does not fit is refused by its name", () => {
  const value = arena.upload(new Float32Array(3), [3]);
  const other = arena.upload(new Float32Array(3), [1, 3]);
  const sgd: UpdateRule = { kind: "sgd", rate: 1 };
  expect(() => arena.update(sgd, value, other, [])).toThrow(EngineError);
  expect(() => arena.update(sgd, value, value, [value])).toThrow(
    "update of [3] and [3] and [3]: sgd has 0 slots",
  );
});
