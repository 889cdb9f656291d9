import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll } from "vitest";

/** Property tests draw the same cases at every run, so that a failure stays one; `SEED=n npm test` draws others. */
fc.configureGlobal({ seed: Number(process.env["SEED"] ?? 1) });

/** Tests find the engines of a fresh machine, whatever its user has set up; `INSTALLED_ENGINES=1` lets them find those. */
if (process.env["INSTALLED_ENGINES"] === undefined) {
  const cache = mkdtempSync(join(tmpdir(), "ipc-cache-"));
  process.env["XDG_CACHE_HOME"] = cache;
  afterAll(() => {
    rmSync(cache, { recursive: true, force: true });
  });
}
