import { join, relative } from "node:path";
import { emitModule } from "../compiler/emit/emitModule.ts";
import { declaredTargets, type TargetName } from "../compiler/targets.ts";
import { placeText } from "../compiler/source/lines.ts";
import { makeFolder, writeText } from "../runtime/io/node/files.ts";
import type { DumpStage, TargetWord } from "./choices.ts";
import { chosenPrograms, compiled, planned, readProgram, talkWarnings } from "./compiler.ts";
import type { Context } from "./context.ts";
import { dumpStage } from "./dumpStage.ts";
import { located, placeOf } from "./report.ts";
import { EXIT, writeJson } from "./terminal.ts";

/** The options of `ipc compile`. */
export interface CompileOptions {
  readonly target?: TargetWord;
  readonly program?: string;
  readonly out: string;
  readonly runtime: string;
  readonly dump?: DumpStage;
  readonly json?: true;
}

/** A module that is to be written. */
interface Module {
  readonly program: string;
  readonly target: TargetName;
  readonly file: string;
  readonly text: string;
}

/** Writes the modules of a file's programs, or prints a stage; gives the exit code. */
export async function compileToFiles(
  context: Context,
  file: string,
  options: CompileOptions,
): Promise<number> {
  const { terminal } = context;
  const sound = await readProgram(context, file);
  const programs = chosenPrograms(sound, options.program);
  talkWarnings(context, sound, programs);
  if (options.dump !== undefined) {
    terminal.out(dumpStage(sound, programs, options.dump, options.target ?? "first"));
    return EXIT.fine;
  }
  const modules: Module[] = [];
  for (const program of programs) {
    const ready = compiled(sound, program);
    for (const request of options.target === undefined ? declaredTargets(program) : [options.target]) {
      const plan = planned(ready, request);
      const target = plan.target.kind;
      const text = await emitModule(plan, {
        runtimeSpecifier: options.runtime,
        sourceName: relative(".", file),
        placeOf: (span) =>
          placeText({ ...span, file: relative(".", span.file) }, context.sources.text(span.file) ?? ""),
      });
      modules.push({
        program: plan.name,
        target,
        file: join(options.out, `${plan.name}.${target}.ts`),
        text,
      });
    }
  }
  await located(placeOf(options.out), () => makeFolder(options.out));
  for (const module of modules)
    await located(placeOf(module.file), () => writeText(module.file, module.text));
  const written = modules.map(({ program, target, file: path }) => ({ program, target, file: path }));
  if (options.json === true) writeJson(terminal, { written });
  else for (const each of written) terminal.talk(`wrote ${each.file}\n`);
  return EXIT.fine;
}
