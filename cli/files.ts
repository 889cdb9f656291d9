import { readBytes } from "../runtime/io/node/files.ts";
import type { SourceFile } from "../compiler/source/span.ts";
import type { Sources } from "./sources.ts";

/**
 * Reads a text and remembers it. Bytes that are not UTF-8 become U+FFFD, which the readers of text refuse.
 * @throws DataError IPX8109 where it cannot be read.
 */
export async function readSource(sources: Sources, path: string): Promise<SourceFile> {
  return sources.add(path, new TextDecoder().decode(await readBytes(path)));
}
