import { Command, CommanderError } from "commander";
import { applyCommand } from "./commands/apply.ts";
import { checkCommand } from "./commands/check.ts";
import { compileCommand } from "./commands/compile.ts";
import { dataCommand } from "./commands/data.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evalCommand } from "./commands/eval.ts";
import { explainCommand } from "./commands/explain.ts";
import { fmtCommand } from "./commands/fmt.ts";
import { newCommand } from "./commands/new.ts";
import { runCommand } from "./commands/run.ts";
import { setupCommand } from "./commands/setup.ts";
import { trainCommand } from "./commands/train.ts";
import { viewCommand } from "./commands/view.ts";
import type { Context } from "./context.ts";
import { Sources } from "./sources.ts";
import { EXIT, type Terminal, writeError } from "./terminal.ts";
import { version } from "./version.ts";

const COMMANDS = [
  checkCommand,
  compileCommand,
  runCommand,
  applyCommand,
  trainCommand,
  evalCommand,
  dataCommand,
  viewCommand,
  fmtCommand,
  explainCommand,
  newCommand,
  doctorCommand,
  setupCommand,
  demoCommand,
] as const;

const EXAMPLES = `
Examples:
  ipc check programs/*.ipx
  ipc run programs/ista.ipx --bind 'A=gaussian(250, 500, seed = 1)' --input y=y.npy --output x=x.npy
  ipc train programs/experiments/lista.toml
  ipc data pictures --sheet sheet.png
  ipc demo

Exit codes: 0 fine, 1 the program or its data, 2 usage, configuration or files, 130 interrupted.`;

/** Runs the command line `argv` (without node and script) and gives its exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const result: { code: number } = { code: EXIT.fine };
  const context: Context = {
    terminal,
    sources: new Sources(),
    finish: (code) => {
      result.code = code;
    },
  };
  const program = new Command("ipc")
    .description(
      "Compiles iterative reconstruction (.ipx) to solvers, unrolled networks and equilibrium models.",
    )
    .version(version(), "-V, --version", "the version of ipc")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(see --help)")
    .enablePositionalOptions()
    .allowExcessArguments(false);
  for (const command of COMMANDS) program.addCommand(command(context));
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.talk });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return result.code;
  } catch (error) {
    const json = argv.includes("--json");
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.fine;
      if (json) writeError(terminal, "usage", error.message.replace(/^error: /u, ""));
      return EXIT.usage;
    }
    const { reportError } = await import("./report.ts");
    return reportError(terminal, context.sources, error, json);
  }
}
