import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

/** The oldest Electron that the window runs in, the stand-in of `scripts/setup/electron`, is 22: Node 16, Chrome 108. */
const OLDEST_NODE = 'node16';
const OLDEST_CHROME = 'chrome108';

export default defineConfig({
  main: {
    build: {
      target: OLDEST_NODE,
      // Whatever runs inside Electron stands in one file: no package of ours is looked for from there.
      externalizeDeps: false,
      rolldownOptions: {
        input: { main: 'src/main/main.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  preload: {
    build: {
      target: OLDEST_NODE,
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'src/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte()],
    build: {
      target: OLDEST_CHROME,
      // The window's policy allows files of its own alone, so nothing is inlined as `data:`.
      assetsInlineLimit: 0,
      minify: true,
      modulePreload: { polyfill: false },
      // From the project's folder: the development server would look below the window's own.
      rolldownOptions: { input: path.resolve('src/renderer/index.html') },
    },
  },
});
