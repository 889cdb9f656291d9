import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../../runtime/io/dataError.ts";
import { locateArray, locateTarget } from "../../runtime/io/format.ts";
import { hostArray, realArray, requireFinite, sampleOf, stack } from "../../runtime/io/hostArray.ts";
import { listArrayFiles, readArray } from "../../runtime/io/node/arrays.ts";
import { readBytes, writeArray, writeBatch, writeBytes, writeText } from "../../runtime/io/node/files.ts";
import { codeOf } from "./damage.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ipc-io-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function failure(work: Promise<unknown>): Promise<DataError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DataError) return error;
  throw new Error(`expected a DataError, not ${String(error)}`);
}

describe("files", () => {
  it("replaces a file whole, keeps its mode and follows a link", async () => {
    const [path, link] = [join(folder, "a.txt"), join(folder, "link.txt")];
    await writeFile(path, "old");
    await chmod(path, 0o600);
    await symlink(path, link);
    await writeText(link, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "link.txt"]);
  });

  it("leaves nothing behind when it cannot write", async () => {
    await mkdir(join(folder, "sub"));
    const onFolder = await failure(writeBytes(join(folder, "sub"), new Uint8Array(1)));
    expect([onFolder.code, onFolder.facts["reason"]]).toEqual(["IPX8110", "EISDIR"]);
    const nowhere = await failure(writeBytes(join(folder, "none", "a"), new Uint8Array(1)));
    expect([nowhere.code, nowhere.facts["reason"]]).toEqual(["IPX8110", "ENOENT"]);
    expect(await readdir(folder)).toEqual(["sub"]);
  });

  it("names the file and the reason when it cannot read", async () => {
    const error = await failure(readBytes(join(folder, "none.npy")));
    expect(error.code).toBe("IPX8109");
    expect(error.message).toContain("none.npy cannot be read. There is no such file");
    await writeFile(join(folder, "text.npy"), "not an array");
    expect((await failure(readArray(join(folder, "text.npy")))).message).toContain(
      "text.npy: This is not an npy",
    );
  });

  it("writes and reads arrays by the name's format, a batch of pictures as numbered files", async () => {
    const batch = realArray([2, 1, 2], Float64Array.of(0, 1, 1, 0));
    for (const name of ["a.npy", "a.npz", "b.npz:key"]) {
      await writeArray(join(folder, name), batch);
      expect(await readArray(join(folder, name))).toEqual(batch);
    }
    const written = await writeBatch(join(folder, "p.png"), batch);
    expect(written).toEqual([join(folder, "p-000.png"), join(folder, "p-001.png")]);
    expect(
      (await listArrayFiles(folder)).filter(({ format }) => format === "png").map(({ path }) => path),
    ).toEqual(written);
    expect(await readArray(join(folder, "p-001.png"))).toEqual(sampleOf(batch, 1));
  });

  it("knows formats by name", () => {
    expect(locateArray("dir.npz/a.NPY")).toEqual({ format: "npy", path: "dir.npz/a.NPY" });
    expect(locateArray("C:\\data\\f.npz:key")).toEqual({
      format: "npz",
      path: "C:\\data\\f.npz",
      key: "key",
    });
    expect(locateArray("a.h5:group/kspace:12")).toEqual({
      format: "hdf5",
      path: "a.h5",
      key: "group/kspace",
      index: 12,
    });
    expect(locateArray("a.nii.gz:3")).toEqual({ format: "nifti", path: "a.nii.gz", index: 3 });
    expect(locateArray("a.npz:3")).toEqual({ format: "npz", path: "a.npz", key: "3" });
    for (const name of ["a.gif", "a.npy:key", "a.npz:", "npy", "a.npy:-1"]) {
      expect(
        codeOf(() => locateArray(name)),
        name,
      ).toBe("IPX8111");
    }
    for (const name of ["a.jpg", "a.npy:3", "a.h5:key"])
      expect(
        codeOf(() => locateTarget(name)),
        name,
      ).toBe("IPX8111");
  });
});

describe("host arrays", () => {
  it("stacks and takes apart samples", () => {
    const samples = [1, 2, 3].map((value) => hostArray("complex", [2], Float32Array.of(value, 0, -value, 1)));
    const batch = stack(samples);
    expect(batch.shape).toEqual([3, 2]);
    expect(samples.map((_, index) => sampleOf(batch, index))).toEqual(samples);
    expect(codeOf(() => sampleOf(batch, 3))).toBe("IPX8104");
  });

  it("says where the first NaN is", () => {
    const array = hostArray("complex", [2, 2], Float64Array.of(0, 0, 1, 1, 2, NaN, 3, 3));
    expect(() => requireFinite(array, "y")).toThrow(/y holds NaN or infinity, first at \[1, 0\]/);
  });
});
