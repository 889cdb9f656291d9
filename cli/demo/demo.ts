import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder, writeText } from "../../runtime/io/node/files.ts";
import type { Context } from "../context.ts";
import { evalExperiment } from "../experiment/eval.ts";
import { trainExperiment } from "../experiment/train.ts";
import { packageFile } from "../packageFiles.ts";
import { located, placeOf } from "../report.ts";
import { EXIT } from "../terminal.ts";

/** What `demo` is asked for. */
export interface DemoRequest {
  readonly images?: string;
  readonly out: string;
  readonly engine?: string;
}

interface Chapter {
  readonly name: string;
  readonly title: string;
}

const CHAPTERS: readonly Chapter[] = [
  { name: "lista", title: "Sparse coding: LISTA, trained layer by layer, against ISTA and FISTA" },
  { name: "inpainting", title: "Inpainting, half of the pixels: a learned FISTA against FISTA" },
];

/** Trains and measures the two experiments of the demonstration; gives the exit code. */
export async function demo(context: Context, { images, out, engine }: DemoRequest): Promise<number> {
  const { terminal } = context;
  await located(placeOf(out), () => makeFolder(out));
  const request = engine === undefined ? {} : { engine };
  for (const [index, { name, title }] of CHAPTERS.entries()) {
    terminal.talk(`\n${index + 1}. ${title}\n`);
    const file = await copyExperiment(name, out, name === "inpainting" ? images : undefined);
    terminal.talk(`experiment: ${file}\n`);
    const trained = await trainExperiment(context, file, request);
    if (trained !== EXIT.fine) return trained;
    const measured = await evalExperiment(context, file, request);
    if (measured !== EXIT.fine) return measured;
  }
  terminal.talk(
    `\nTables, figures and pictures are in ${out}; \`ipc train\` and \`ipc eval\` run its files again.\n`,
  );
  return EXIT.fine;
}

/** An experiment of the package beside its results, so that it can be changed and run again. */
async function copyExperiment(name: string, out: string, images: string | undefined): Promise<string> {
  const text = await readFile(packageFile("programs", "experiments", `${name}.toml`), "utf8");
  const here = text
    .replaceAll(/^(\s*program\s*=\s*)"\.\.\/(.*)"$/gmu, (_, key: string, file: string) => {
      return `${key}${JSON.stringify(packageFile("programs", file))}`;
    })
    .replace(/^(out\s*=\s*).*$/mu, `$1${JSON.stringify(name)}`);
  const file = join(out, `${name}.toml`);
  await located(placeOf(file), () => writeText(file, images === undefined ? here : onPictures(here, images)));
  return file;
}

/** The experiment on a folder of pictures: patches to train on, the middle of other pictures to test. */
function onPictures(text: string, images: string): string {
  const folder = [
    `folder   = ${JSON.stringify(resolve(images))}`,
    "grey     = true",
    "patch    = 128",
    "multiple = 8",
    "augment  = true",
  ].join("\n");
  return text
    .replace(/^generate\s*=.*$/mu, folder)
    .replace(/^validate = .*$/mu, "validate = { count = 4 }")
    .replace(/^test\s+= .*$/mu, "test     = { count = 4, patch = 256 }");
}
