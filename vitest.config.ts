import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    slowTestThreshold: 5_000,
  },
  resolve: { alias: { "ipc/runtime": new URL("./runtime/index.ts", import.meta.url).pathname } },
});
