import { dirname, isAbsolute, join, resolve } from "node:path";
import type { z } from "zod";
import type { Expression } from "../../compiler/ast/tree.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type Assignment, parseExpression, parseExpressionAt } from "../binding/assignment.ts";
import { Failure } from "../failure.ts";
import { readSource } from "../files.ts";
import type { Sources } from "../sources.ts";
import { EXIT } from "../terminal.ts";
import { experimentSchema, type ExperimentSettings, knownKeys } from "./schema.ts";
import { type Path, readToml, type TomlFile } from "./toml.ts";

/** An experiment file that was read and checked. */
export interface Experiment {
  readonly settings: ExperimentSettings;
  readonly toml: TomlFile;
  /** the folder of the file; its paths are relative to it */
  readonly folder: string;
  /** a path of the file, from here */
  readonly resolve: (path: string) => string;
  /** the expression that stands at a path of the file, with places in the file; a number is an expression too */
  readonly expression: (path: Path, text: string | number) => Expression;
  /** the entries of a table as bindings, with places in the file */
  readonly assignments: (
    table: Path,
    entries: Readonly<Record<string, string | number>>,
  ) => readonly Assignment[];
}

/**
 * Reads and checks an experiment file; `pictures` is a folder, relative to where the command runs, in the place of the
 * `folder` or `generate` of its [data].
 * @throws Failure with all faults of the file, each at its place; they end the command with 2
 */
export async function readExperiment(sources: Sources, file: string, pictures?: string): Promise<Experiment> {
  const toml = readToml(await readSource(sources, file));
  const result = experimentSchema.safeParse(toml.value);
  if (!result.success)
    throw new Failure(
      result.error.issues.flatMap((issue) => faultsOf(toml, issue)),
      EXIT.usage,
    );
  const { data } = result.data;
  if (pictures !== undefined) {
    data.folder = resolve(pictures);
    delete data.generate;
  }
  const folder = dirname(file);
  const expression = (path: Path, text: string | number): Expression => {
    const offset = typeof text === "string" ? toml.textOffset(path) : toml.valueSpan(path).start;
    const words = String(text);
    if (offset !== null) return parseExpressionAt(file, offset, words);
    return parseExpression(sources, `${file}, ${path.map(String).join(".")}`, words);
  };
  return {
    settings: result.data,
    toml,
    folder,
    resolve: (path) => (isAbsolute(path) ? path : join(folder, path)),
    expression,
    assignments: (table, entries) =>
      Object.entries(entries).map(([name, value]) => ({
        name: name.normalize("NFKC"),
        expression: expression([...table, name], value),
        nameSpan: toml.keySpan([...table, name]),
      })),
  };
}

type Issue = z.core.$ZodIssue;

function faultsOf(toml: TomlFile, issue: Issue): readonly Diagnostic[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(toml, issue.path, key));
  }
  if (issue.code === "invalid_union") {
    const branch = meantBranch(issue.errors);
    if (branch !== null)
      return branch.flatMap((inner) => faultsOf(toml, { ...inner, path: [...issue.path, ...inner.path] }));
  }
  if (isMistakenData(issue)) return [unknownKey(toml, ["data"], String(issue.path[1]))];
  const name = issue.path.map(String).join(".");
  const missing = issue.code === "invalid_type" && issue.input === undefined && !present(toml, issue.path);
  const table = issue.path.slice(0, -1);
  const words = missing
    ? { what: `${tableName(table)} needs \`${String(issue.path.at(-1))}\``, hint: null }
    : { what: `\`${name}\`: ${sentence(issue)}`, hint: null };
  const span = missing ? toml.keySpan(table) : toml.valueSpan(issue.path);
  return [diagnose("IPX8503", span, words)];
}

/** Of the forms that a value may have, the one whose keys it has; else the first that is a table. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const tables = branches.filter((issues) =>
    issues.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return (
    tables.find((issues) => issues.every(({ code }) => code !== "unrecognized_keys")) ?? tables[0] ?? null
  );
}

/** A misspelt key of [data] looks like data under a name of their own. */
function isMistakenData({ path, code }: Issue): boolean {
  const known = knownKeys(["data"]);
  return (
    path.length === 2 && path[0] === "data" && code === "invalid_type" && !known.includes(String(path[1]))
  );
}

function present(toml: TomlFile, path: Path): boolean {
  let value: unknown = toml.value;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return false;
    value = Reflect.get(value, part);
  }
  return value !== undefined;
}

function unknownKey(toml: TomlFile, path: Path, key: string): Diagnostic {
  const known = knownKeys(path);
  if (known.includes(key)) {
    const what = `\`${key}\` does not go with the other keys of ${tableName(path)}`;
    return diagnose("IPX8503", toml.keySpan([...path, key]), {
      what,
      hint: "Leave it out, or leave out the others.",
    });
  }
  const words = { key, table: tableName(path), suggestion: nearest(key, known), known };
  return diagnose("IPX8502", toml.keySpan([...path, key]), words);
}

function tableName(path: Path): string {
  return path.length === 0 ? "An experiment" : `\`${path.map(String).join(".")}\``;
}

/** What a number, a list or a text that is too small or too large is to be. */
function boundText(issue: Extract<Issue, { readonly code: "too_small" | "too_big" }>): string {
  const [limit, word, beyond] =
    issue.code === "too_small"
      ? [issue.minimum, "at least", "greater than"]
      : [issue.maximum, "at most", "less than"];
  const entries = `${String(limit)} ${String(limit) === "1" ? "entry" : "entries"}`;
  switch (issue.origin) {
    case "array":
      return issue.code === "too_small" && String(limit) === "1"
        ? "the list is empty; it needs an entry"
        : `the list has ${word} ${entries}`;
    case "string":
      return "the text is empty";
    default:
      return issue.inclusive === false
        ? `it is to be ${beyond} ${String(limit)}`
        : `it is ${word} ${String(limit)}`;
  }
}

function sentence(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `${issue.expected} is wanted here`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")} is wanted here`;
    case "too_small":
    case "too_big":
      return boundText(issue);
    case "invalid_union":
      return issue.message.replace(/^Invalid discriminator value\. Expected (.*)$/u, (_, names: string) => {
        return `one of ${names.replaceAll("'", "").replaceAll(" | ", ", ")} is wanted here`;
      });
    default:
      return issue.message.replace(/^Invalid input: /u, "").replace(/\.$/u, "");
  }
}
