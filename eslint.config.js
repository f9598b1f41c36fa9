import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

/** What runs in the window, or drives it: it knows the DOM, the rest does not. */
const WINDOW = [
  'src/{renderer,preload}/**',
  'test/unit/renderer/**',
  'test/e2e/{desktop,web}/**',
  'test/support/window/**',
];
/** The two files that may touch Electron's raw messages; everything else goes through their types and checks. */
const IPC_WRAPPERS = ['src/main/ipc-main.ts', 'src/preload/ipc-renderer.ts'];

export default tseslint.config(
  { ignores: ['node_modules/', 'artifacts/', 'out/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      // Numbers and booleans read well in template literals, and every message of ours has some.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => void sink.push(x)` and `() => doThing()` are both plain in callbacks.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: WINDOW.map((place) => `${place}/*.ts`),
    languageOptions: {
      parserOptions: { projectService: false, project: ['tsconfig.web.json', 'tsconfig.window-tests.json'] },
    },
  },
  {
    // `svelte-check` knows the types in these; what is left to lint needs none.
    files: ['**/*.svelte'],
    extends: [...tseslint.configs.strict, ...svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: tseslint.parser, projectService: false } },
    rules: {
      // Properties are taken together, and a bindable one among them is assigned.
      'prefer-const': ['error', { destructuring: 'all' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: IPC_WRAPPERS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'electron',
          importNames: ['ipcMain', 'ipcRenderer'],
          message: `Only ${IPC_WRAPPERS.join(' and ')} may.`,
        },
      ],
    },
  },
);
