/** "./a/b.ipx" and "./c.ipx" are "./a/c.ipx". */
export function joinPaths(folder: string, path: string): string {
  if (folder === "" || !path.startsWith(".")) return path;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "." && parts.length > 0) continue;
    if (
      part === ".." &&
      parts.length > 0 &&
      parts[parts.length - 1] !== ".." &&
      parts[parts.length - 1] !== "."
    ) {
      parts.pop();
    } else parts.push(part);
  }
  return parts.join("/");
}

/** What stands before the last slash of a path. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
