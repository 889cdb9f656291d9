import { DataError } from "./dataError.ts";

/** The data of a file end before they should. */
export function endsEarly(format: string): DataError {
  return new DataError("IPX8101", {
    what: `This ${format} file ends early.`,
    why: "It was probably cut off while it was written or copied.",
  });
}

/** A file whose first bytes are of another format. */
export function notOfFormat(format: string, why: string, hint?: string): DataError {
  const text = { what: `This is not ${/^[AEIOHN]/u.test(format) ? "an" : "a"} ${format} file.`, why };
  return new DataError("IPX8102", hint === undefined ? text : { ...text, hint });
}

/** A feature of a format that is not read. */
export function notRead(what: string, hint: string, why?: string): DataError {
  return new DataError("IPX8103", { what, ...(why === undefined ? {} : { why }), hint });
}

/** A header that contradicts itself or the data. */
export function contradicts(format: string, why: string): DataError {
  return new DataError("IPX8104", {
    what: `This ${format} file contradicts itself: ${why}.`,
    hint: "The file may be incomplete or damaged.",
  });
}

/** A file of named arrays does not hold the wanted one, or several and none is named; `keys` with what they are. */
export function noSuchArray(
  format: string,
  keys: readonly string[],
  key: string | undefined,
  example: string,
): DataError {
  const list = keys.length === 0 ? "no arrays of numbers" : keys.join(", ");
  const what =
    key === undefined
      ? `This ${format} file holds ${list}.`
      : `This ${format} file has no array '${key}'; it holds ${list}.`;
  const elsewhere = "in an experiment by `key`, in `ipc data` by `--key`";
  const hint = keys.length === 0 ? undefined : `Say which: ${example}; ${elsewhere}.`;
  const facts = { ...(key === undefined ? {} : { key }), keys: keys.join(", ") };
  return new DataError("IPX8107", hint === undefined ? { what } : { what, hint }, facts);
}
