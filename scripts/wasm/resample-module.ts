import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileWat } from './compile-wat.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../src/engine/image/resample');

/** Where the compiled module is kept. */
export const RESAMPLE_MODULE_FILE = path.join(FOLDER, 'resample-module.ts');

/** The TypeScript that holds what `resample.wat` compiles to. */
export async function resampleModule(): Promise<string> {
  const module = await compileWat('resample.wat', readFileSync(path.join(FOLDER, 'resample.wat'), 'utf8'));
  const [first = '', ...others] =
    Buffer.from(module)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  const lines = [first, ...others].map((line) => `    '${line}'`);
  return `/** What \`resample.wat\` compiles to; written by \`npm run wasm\`. */
export const RESAMPLE_MODULE = Buffer.from(
  [
${lines.join(',\n')},
  ].join(''),
  'base64',
);
`;
}
