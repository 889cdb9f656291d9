import { formatFile } from "../compiler/ast/format.ts";
import { writeText } from "../runtime/io/node/files.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { readSource } from "./files.ts";
import { reportError } from "./report.ts";
import { EXIT } from "./terminal.ts";

/** Formats files in place, or with `check` says which are not formatted; gives the exit code. */
export async function formatFiles(
  context: Context,
  files: readonly string[],
  check: boolean,
): Promise<number> {
  let code: number = EXIT.fine;
  for (const file of files) code = Math.max(code, await formatOne(context, file, check));
  return code;
}

async function formatOne({ terminal, sources }: Context, file: string, check: boolean): Promise<number> {
  try {
    const source = await readSource(sources, file);
    const { text, diagnostics } = formatFile(source);
    if (text === null) throw new Failure(diagnostics);
    if (text === source.text) return EXIT.fine;
    if (check) {
      terminal.out(`${file}\n`);
      terminal.talk(`${file} is not formatted; \`ipc fmt ${file}\` does it.\n`);
      return EXIT.fault;
    }
    await writeText(file, text);
    terminal.talk(`${file} formatted.\n`);
    return EXIT.fine;
  } catch (error) {
    return reportError(terminal, sources, error, false);
  }
}
