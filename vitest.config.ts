import { compileModule } from 'svelte/compiler';
import ts from 'typescript';
import { defineConfig } from 'vitest/config';

const minutes = 60_000;

/**
 * One project per folder of tests, so that a run may choose among them with `--project`. Groups follow each other;
 * a trainer takes every core, so the groups that train run one file at a time.
 */
const project = (name: string, groupOrder: number, testTimeout: number) => ({
  extends: true as const,
  test: {
    name,
    // What a window is to show comes when the machine has time for it: a test ends by its own limit, not by that of a look.
    expect: { poll: { timeout: testTimeout / 2 } },
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    sequence: { groupOrder },
    maxWorkers: groupOrder === 0 ? 2 : 1,
  },
});

function withoutTypes(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** The window's controllers as a browser has them: in Node, Svelte would take their state for something that never changes. */
const controllers = {
  name: 'svelte-controllers',
  enforce: 'pre' as const,
  transform: (code: string, id: string) =>
    id.endsWith('.svelte.ts') ? compileModule(withoutTypes(code), { generate: 'client', filename: id }).js : undefined,
};

export default defineConfig({
  plugins: [controllers],
  test: {
    // The native binding holds state for its whole process and cannot be loaded into a second thread of it.
    pool: 'forks',
    projects: [
      project('unit', 0, 2 * minutes),
      project('contract', 1, 2 * minutes),
      project('parity', 1, 5 * minutes),
      project('e2e', 1, 5 * minutes),
      project('real', 1, 15 * minutes),
    ],
  },
});
