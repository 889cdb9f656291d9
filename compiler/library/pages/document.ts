import { type LibraryEntry, librarySections } from "./entries.ts";

/** The page of a name in Markdown, its heading of the given level; null for a name that the library does not have. */
export function libraryPage(name: string, level = 1): string | null {
  const entry = librarySections()
    .flatMap(({ entries }) => entries)
    .find((one) => one.name === name);
  return entry === undefined ? null : pageText(entry, level);
}

/** Every name of the library that has a page. */
export function pageNames(): readonly string[] {
  return librarySections().flatMap(({ entries }) => entries.map(({ name }) => name));
}

/** docs/library.md. */
export function libraryDocument(): string {
  const head = [
    "# The library",
    "Every word of the library: signature, definition, properties, rules, source, example. In a signature F is R or C, " +
      "`d..` and `r..` are any number of axes, T, U and V any spaces, and settings with their defaults stand behind " +
      "the semicolon. `ipc explain NAME` prints a page. This file is written by `npm run docs`.",
  ];
  const sections = librarySections().flatMap(({ title, entries }) => [
    `## ${title}`,
    entries.map(({ name }) => `[\`${name}\`](#${name.toLowerCase()})`).join(" "),
    ...entries.map((entry) => pageText(entry, 3).trimEnd()),
  ]);
  return `${[...head, ...sections].join("\n\n")}\n`;
}

function pageText(entry: LibraryEntry, level: number): string {
  const { name, signature, definition, properties, page } = entry;
  const { rule, citation, notYet, example, binding } = page;
  const paragraphs = [
    `${"#".repeat(level)} ${name}`,
    `\`\`\`\n${signature}\n\`\`\``,
    `${upperFirst(definition)}.`,
    ...(properties.length > 0 ? [`Properties: ${properties.join("; ")}.`] : []),
    ...(rule === undefined ? [] : [rule]),
    `Source: ${citation}.`,
    ...(notYet === undefined ? [] : [`This version ${NOT_YET[notYet]}.`]),
    binding === true
      ? `\`\`\`sh\nipc run program.ipx --bind 'A=${example}'\n\`\`\``
      : `\`\`\`ipx\n${example}\n\`\`\``,
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

const NOT_YET = {
  compiled: "checks programs with it, and does not compile them yet",
  checked: "parses programs with it, and does not check them yet",
} as const;

/** A definition as a sentence; one that begins with a sign or a name of the signature stays as it is. */
function upperFirst(definition: string): string {
  const isFormula = /^\w+\(|^a (?:<=|where) /u.test(definition);
  return /^[a-z]{2,}\b|^an? /u.test(definition) && !isFormula
    ? (definition[0] ?? "").toUpperCase() + definition.slice(1)
    : definition;
}
