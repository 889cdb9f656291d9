import { expect, test } from "vitest";
import { programs } from "../programs.ts";
import { isRefused } from "./check.ts";

interface Slip {
  readonly kind: string;
  readonly text: string;
}

/** The slips that the reference speaks of in section 11: one token, or one sign, is wrong. */
function slipsOf(text: string): readonly Slip[] {
  const code = text.replace(/\/\/[^\n]*/gu, (comment) => " ".repeat(comment.length));
  const slips: Slip[] = [];
  const slip = (kind: string, pattern: RegExp, by: (match: RegExpMatchArray) => string | null): void => {
    for (const match of code.matchAll(pattern)) {
      const instead = by(match);
      const end = match.index + match[0].length;
      if (instead !== null)
        slips.push({ kind, text: text.slice(0, match.index) + instead + text.slice(end) });
    }
  };
  slip("adjoint left out", /'/gu, () => "");
  slip("adjoint added", /\b([A-Z]\d?)\*/gu, ([, name]) => `${name ?? ""}'*`);
  slip("operator left out", /\b[A-Z]\d?'?\*/gu, () => "");
  slip("application for product", /\b([A-Z]\d?)\*(\w+)/gu, ([, name, x]) => `${name ?? ""}(${x ?? ""})`);
  slip(
    "product for application",
    /\b(f|g|F|N|D|norm2sq|norm1)\((\w+)\)/gu,
    ([, name, x]) => `${name ?? ""}*${x ?? ""}`,
  );
  slip("axes swapped", /([RC])\[(\w+), (\w+)/gu, ([, field, a, b]) =>
    a === b ? null : `${field ?? ""}[${b ?? ""}, ${a ?? ""}`,
  );
  slip("dot left out", / \.([*/+-]) /gu, ([, sign]) => sign ?? "");
  slip("array for number", /norm2\((\w+)\)/gu, ([, x]) => x ?? "");
  return slips;
}

test("slips in the programs are refused", () => {
  const sound = programs.filter(({ text }) => !isRefused(text));
  const slips = sound.flatMap(({ path, text }) => slipsOf(text).map((slip) => ({ ...slip, path })));
  const missed = slips.filter(({ text }) => !isRefused(text));
  const refused = slips.length - missed.length;
  console.log(
    `${refused} of ${slips.length} slips are refused; ${missed.map(({ path, kind }) => `${path}: ${kind}`).join("; ")}`,
  );
  expect(slips.length).toBeGreaterThan(400);
  expect(refused / slips.length).toBeGreaterThan(0.97);
});
