import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateCstDts } from "chevrotain";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { Grammar } from "../../grammar/parser.ts";

test("the types of the syntax tree are those of the parser (node scripts/cst-types.mjs writes them)", async () => {
  const file = fileURLToPath(new URL("../../grammar/cst.ts", import.meta.url));
  const types = generateCstDts(new Grammar().getGAstProductions(), { includeVisitorInterface: false });
  const options = { ...(await resolveConfig(file)), parser: "typescript" } as const;
  const written = readFileSync(file, "utf8");
  const body = written.slice(written.indexOf("\n") + 1);
  expect(body).toBe(await format(types.replace("ICstVisitor, ", ""), options));
});
