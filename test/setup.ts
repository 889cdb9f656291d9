import fc from "fast-check";

/** Property tests draw the same cases at every run, so that a failure stays one; `SEED=n npm test` draws others. */
fc.configureGlobal({ seed: Number(process.env["SEED"] ?? 1) });
