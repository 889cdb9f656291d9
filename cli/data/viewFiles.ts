import { basename } from "node:path";
import { locateTarget } from "../../runtime/io/format.ts";
import { requireFinite, shapeText } from "../../runtime/io/hostArray.ts";
import { readArray } from "../../runtime/io/node/arrays.ts";
import { writeBytes } from "../../runtime/io/node/files.ts";
import { writePng } from "../../runtime/io/png.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import { requireApart, requireWritable } from "../run/outputs.ts";
import { EXIT, writeJson } from "../terminal.ts";
import { contactSheet } from "./contactSheet.ts";
import { captioned, type DrawnPlane, drawnPlane, numberText, type Shown } from "./drawnPlane.ts";
import { type Part, type Plane, planesOf } from "./planes.ts";

/** The options of `ipc view`. */
export interface ViewOptions {
  readonly output: string;
  readonly range?: Shown;
  readonly window?: Shown;
  readonly part?: Part;
  readonly count: number;
  readonly channels?: true;
  readonly columns?: number;
  readonly title?: string;
  readonly json?: true;
}

interface View {
  readonly file: string;
  readonly plane: Plane;
  readonly drawn: DrawnPlane;
}

/** Writes arrays as one picture: one plane as it is, several with captions side by side; gives the exit code. */
export async function viewFiles(
  context: Context,
  files: readonly string[],
  options: ViewOptions,
): Promise<number> {
  const { output, title, columns } = options;
  const location = await located(placeOf(output), () => Promise.resolve(locateTarget(output)));
  if (location.format !== "png") throw new UsageError(`A picture is written as .png, not to '${output}'.`);
  await requireWritable(output);
  await requireApart(files, [output]);
  const views: View[] = [];
  for (const file of files) views.push(...(await viewsOf(file, options)));
  const [only] = views;
  if (only === undefined) throw new UsageError("There is nothing to see: the arrays have no entries.");
  const bytes = await located(placeOf(output), async () =>
    views.length === 1 && title === undefined
      ? writePng(only.drawn.picture)
      : contactSheet({
          pictures: views.map(({ file, plane, drawn }) => captioned(basename(file), plane, drawn)),
          ...(title === undefined ? {} : { title }),
          ...(columns === undefined ? {} : { columns }),
        }),
  );
  await located(placeOf(output), () => writeBytes(location.path, bytes));
  report(context, options, views);
  return EXIT.fine;
}

async function viewsOf(
  file: string,
  { count, part, channels: last, range, window }: ViewOptions,
): Promise<readonly View[]> {
  const channels = last === true;
  const array = await located(placeOf(file), async () => requireFinite(await readArray(file), file, HINT));
  if (channels && array.shape.length < 3) {
    const has = `'${file}' is ${shapeText(array.shape)}`;
    throw new UsageError(`--channels is for arrays [..., height, width, channels], and ${has}.`);
  }
  const asked = range ?? window ?? null;
  return planesOf(array, { count, part: part ?? null, channels }).map((plane) => ({
    file,
    plane,
    drawn: drawnPlane(plane, asked),
  }));
}

const HINT = { why: "They have no grey.", hint: "Replace these entries before." } as const;

function report({ terminal }: Context, { output, json }: ViewOptions, views: readonly View[]): void {
  if (json === true) {
    const pictures = views.map(({ file, plane, drawn }) => ({
      file,
      place: plane.place,
      part: plane.part,
      shape: (plane.vector ?? plane.picture).shape,
      values: drawn.values,
      shown: drawn.shown,
    }));
    writeJson(terminal, { written: output, pictures });
    return;
  }
  for (const { file, plane, drawn } of views) {
    const name = [file + plane.place, ...(plane.part === null ? [] : [plane.part])].join(", ");
    const [low, high] = drawn.shown.map(numberText);
    const ends = plane.vector === null ? `black ${low}, white ${high}` : `drawn from ${low} to ${high}`;
    terminal.talk(`${name}: ${(plane.vector ?? plane.picture).shape.join(" x ")}, ${ends}\n`);
  }
  terminal.talk(`wrote ${output}\n`);
}
