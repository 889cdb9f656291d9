import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils";
import { printFile } from "./ast/print/file.ts";
import type { File } from "./ast/tree.ts";
import type { CheckedProgram } from "./check/program.ts";

/**
 * SHA-256 of the program's name and the printed text of its file and of all files that it imports, and of the files
 * of networks: weights carry it. Comments and layout do not change it.
 */
export function programHash(file: File, program: CheckedProgram): string {
  const texts = [file, ...program.imported].map((each) => printFile({ ...each, comments: [] }));
  const networks = [...program.nets.values()].flatMap(({ body }) =>
    body.kind === "netFile" && body.network !== null ? [body.network.hash] : [],
  );
  return bytesToHex(sha256(utf8ToBytes([program.tree.name.name, ...texts, ...networks].join("\n"))));
}
