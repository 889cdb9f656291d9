import type { File, Import, Parsed } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { nearest } from "../diagnostics/suggestion.ts";
import { type FileCheck, type Library, unknownSymbol } from "./fileCheck.ts";
import { learn } from "./knowledge.ts";
import { folderOf, joinPaths } from "./paths.ts";

/** Checks one file of a library, whose own imports are read first. */
type CheckFile = (library: Library, file: File<Parsed>, folder: string) => FileCheck;

/** Gives a file the items that it imports, after their file has been read and checked, once for all that import it. */
export function checkImport(library: Library, check: FileCheck, item: Import, checkFile: CheckFile): void {
  check.done.set(item, item);
  const path = joinPaths(check.folder, item.path);
  if (!library.files.has(path)) {
    library.files.set(path, null);
    const file = library.imports(path);
    if (file !== null) library.files.set(path, checkFile(library, file, folderOf(path)));
  }
  const imported = library.files.get(path) ?? null;
  if (imported === null) {
    if (!check.partial) check.diagnostics.push(diagnose("IPX1012", item.pathSpan, { path: item.path }));
    for (const name of item.names) check.scope.symbols.set(name.name, unknownSymbol(name));
    return;
  }
  for (const file of [imported.file, ...imported.imported]) check.imported.add(file);
  learn(check.knowledge, imported.knowledge);
  for (const name of item.names) {
    const symbol = imported.scope.symbols.get(name.name);
    if (symbol !== undefined) {
      check.scope.symbols.set(name.name, symbol);
      const net = imported.nets.get(name.name);
      if (net !== undefined) check.nets.set(name.name, net);
      const fun = imported.functions.get(name.name);
      if (fun !== undefined) check.functions.set(name.name, fun);
      const part = imported.parts.get(name.name);
      if (part !== undefined) check.parts.set(name.name, part);
      continue;
    }
    reportNoItem(check, imported, item, name);
  }
  for (const [name, net] of imported.nets) if (!check.nets.has(name)) check.nets.set(name, net);
  for (const [name, fun] of imported.functions)
    if (!check.functions.has(name)) check.functions.set(name, fun);
}

function reportNoItem(
  check: FileCheck,
  imported: FileCheck,
  item: Import,
  name: Import["names"][number],
): void {
  const suggestion = nearest(name.name, imported.scope.symbols.keys());
  const edits = suggestion === null ? [] : [{ span: name.span, newText: suggestion }];
  const args = { name: name.name, path: item.path, suggestion };
  check.diagnostics.push(diagnose("IPX1013", name.span, args, {}, edits));
  check.scope.symbols.set(name.name, unknownSymbol(name));
}
