import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Case, repeated } from "./case.ts";
import { load } from "./files.ts";
import { SIZES, sparse } from "./sparse.ts";

/** The program of the process, bundled beside this one. */
const PROGRAM = fileURLToPath(new URL("startup.js", import.meta.url));

/** Runs a fresh process until it says that its result is there. */
function started(engine: string, folder: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, engine, folder, name], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = false;
    child.stdout.once("data", () => {
      said = true;
      if (name === "") resolve();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (said) resolve();
      else reject(new Error(`the process ended with ${code ?? "a signal"} before it had a result`));
    });
  });
}

/** From the start of a process to the first result of LISTA, its weights in a file. */
export const startup: Case = {
  name: "startup",
  title: "start of the process to the first LISTA result, batch 1, trained weights from a file",
  data: sparse,
  tolerance: 1e-4,
  work: { flops: 0, bytes: 0 },
  isProcess: true,
  open: async ({ engine, folder }) => ({
    ...repeated(
      async () => {
        const name = `startup-${randomUUID()}`;
        await started(engine, folder, name);
        const result = await load(folder, name);
        await rm(`${folder}/${name}.npy`);
        if (result.data.length !== SIZES.n) throw new Error("the process wrote another array");
        return { result };
      },
      () => started(engine, folder, ""),
      () => undefined,
    ),
  }),
};
