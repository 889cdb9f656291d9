import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "../compiler/source/span.ts";

const folder = fileURLToPath(new URL("../programs/", import.meta.url));

/** The programs of the project, with their file names as paths. */
export const programs: readonly SourceFile[] = readdirSync(folder)
  .filter((name) => name.endsWith(".ipx"))
  .toSorted()
  .map((path) => ({ path, text: readFileSync(folder + path, "utf8") }));
