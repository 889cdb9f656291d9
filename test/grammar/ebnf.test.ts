import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Alternation,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
} from "chevrotain";
import { expect, test } from "vitest";
import { Grammar } from "../../grammar/parser.ts";
import { allTokens } from "../../grammar/tokens.ts";

const HEAD = `(* The grammar of .ipx, written from the parser's rules by test/grammar/ebnf.test.ts; do not edit.
   [ ] optional, { } repeated, | or. Strong LL(2). "max" and "file" are words that are also NAMEs.

   Lexical:
     NAME    = letter or "_", then letters, digits, "_", subscript digits, combining marks; compared after NFKC.
               Letters are those of any script (Lu, Ll, Lt, Lo), not modifier letters.
     NUMBER  = digits [ "." digits ] [ ("e" | "E") [ "+" | "-" ] digits ]
     STRING  = '"' anything but '"' and a line break '"'           (names of files only)
     "//" begins a comment, "///" a doc comment of the next declaration. White space separates, no more.

   Layout, checked after parsing: one declaration or statement a line, or ";" between two; "(", "[" and "'" of a call,
   an index, an adjoint stand on the line on which their operand ends.
   Before parsing: brackets nested deeper than 64 are refused (IPX0015). *)
`;

const CLASSES: Readonly<Record<string, string>> = {
  Name: "NAME",
  Number: "NUMBER",
  String: "STRING",
};

function terminal(production: Terminal): string {
  const { name, PATTERN: pattern } = production.terminalType;
  const known = CLASSES[name];
  if (known !== undefined) return known;
  if (typeof pattern === "string") return `"${pattern}"`;
  const members = allTokens.filter((token) => token.CATEGORIES?.includes(production.terminalType));
  return `( ${members.map((token) => `"${String(token.PATTERN)}"`).join(" | ")} )`;
}

function sequence(parts: readonly IProduction[]): string {
  return parts.map(text).join(" ");
}

function text(production: IProduction): string {
  if (production instanceof Terminal) return terminal(production);
  if (production instanceof NonTerminal) return production.nonTerminalName;
  if (production instanceof Alternation) {
    const choices = production.definition.map((each) => text(each));
    return choices.length === 1 ? (choices[0] ?? "") : `( ${choices.join(" | ")} )`;
  }
  if (production instanceof Option) return `[ ${sequence(production.definition)} ]`;
  if (production instanceof Repetition) return `{ ${sequence(production.definition)} }`;
  if (production instanceof RepetitionMandatory) {
    const inner = sequence(production.definition);
    return `${inner} { ${inner} }`;
  }
  if (
    production instanceof RepetitionWithSeparator ||
    production instanceof RepetitionMandatoryWithSeparator
  ) {
    const inner = sequence(production.definition);
    const separator = terminal(new Terminal({ terminalType: production.separator }));
    const list = `${inner} { ${separator} ${inner} }`;
    return production instanceof RepetitionWithSeparator ? `[ ${list} ]` : list;
  }
  return "definition" in production ? sequence(production.definition as IProduction[]) : "";
}

test("docs/grammar.ebnf is the grammar of the parser", () => {
  const all = Object.values(new Grammar().getGAstProductions());
  const start = all.findIndex((rule) => rule.name === "file");
  const rules = [...all.slice(start), ...all.slice(0, start)];
  const width = Math.max(...rules.map((rule) => rule.name.length));
  const lines = rules.map((rule) => `${rule.name.padEnd(width)} = ${sequence(rule.definition)} ;`);
  const written = `${HEAD}\n${lines.join("\n")}\n`;
  const file = fileURLToPath(new URL("../../docs/grammar.ebnf", import.meta.url));
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(file, written);
  expect(readFileSync(file, "utf8")).toBe(written);
});
