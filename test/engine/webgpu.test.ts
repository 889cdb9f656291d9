import { describe, expect, it } from "vitest";
import type { Engine } from "../../runtime/engine/engine.ts";
import { nodeHost } from "../../runtime/engine/node/webgpu.ts";
import { webgpuEngine } from "../../runtime/engine/webgpu.ts";
import { agreesWithReference } from "./agreement.ts";
import { gridsAgreeWithReference } from "./grids.ts";
import { projectionsAgreeWithReference } from "./projections.ts";
import { updatesAsDefined } from "./updates.ts";

const found: Engine | Error = await nodeHost()
  .then((host) => webgpuEngine({ ...host, software: true }))
  .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
const why = found instanceof Error ? found.message : "";
const engine = (): Engine => {
  if (found instanceof Error) throw found;
  return found;
};

describe.skipIf(found instanceof Error)(`WebGPU agrees with the reference ${why}`, () => {
  agreesWithReference(() => Promise.resolve(engine()));
  gridsAgreeWithReference(engine);
  projectionsAgreeWithReference(engine);

  it("updates as defined", () => {
    updatesAsDefined(engine());
    expect(engine().memory().arrays).toBe(0);
  });
});
