/** The directions in which the house may be walked; see ARCHITECTURE.md. */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "grammar-alone",
      severity: "error",
      from: { path: "^grammar/" },
      to: { path: "^(compiler|runtime|cli)/" },
    },
    {
      name: "runtime-alone",
      severity: "error",
      from: { path: "^runtime/" },
      to: { path: "^(compiler|grammar|cli)/" },
    },
    { name: "compiler-below-cli", severity: "error", from: { path: "^compiler/" }, to: { path: "^cli/" } },
    {
      name: "compiler-reads-the-runtime's-vocabulary-only",
      severity: "error",
      from: { path: "^compiler/" },
      to: {
        path: "^runtime/",
        pathNot:
          "^runtime/(arrays/(expression|parse|print)|operators/(library|placed|wavelets/waveletFilters)|program/definition)[.]ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "browser-core",
      comment: "the compiler, the grammar and the runtime run in a browser",
      severity: "error",
      from: { path: "^(compiler|grammar|runtime)/", pathNot: "(^runtime/io/node/|^runtime/engine/node/)" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "tfjs-only-in-engines",
      severity: "error",
      from: { pathNot: "^(runtime/engine/|test/|bench/)" },
      to: { path: "node_modules/@tensorflow" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".js", ".json"],
    },
  },
};
