import type { Span } from "../../compiler/source/span.ts";
import { bytesText } from "../../runtime/measure/bytes.ts";
import { fault } from "../binding/faults.ts";

/** The most bytes that one thing of an experiment may take: what WebAssembly addresses. */
const MOST_BYTES = 2 ** 32;
const BYTES_PER_NUMBER = 8;

/**
 * Refuses what would not fit into memory, before it is tried.
 * @throws Failure that says how many bytes would be needed
 */
export function requireMemory(span: Span, what: string, numbers: number): void {
  const bytes = numbers * BYTES_PER_NUMBER;
  if (bytes <= MOST_BYTES) return;
  throw fault(
    span,
    `${what} would take ${bytesText(bytes)} of memory; at most ${bytesText(MOST_BYTES)} are possible`,
  );
}
