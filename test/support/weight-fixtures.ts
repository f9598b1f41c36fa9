import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Small files that the frameworks themselves wrote; the scripts beside them write them anew. */
const FOLDER = path.resolve(import.meta.dirname, '../fixtures/weights');

const expectedFiles = z.record(
  z.string(),
  z.record(z.string(), z.object({ shape: z.array(z.number()), dtype: z.string(), values: z.array(z.number()) })),
);

export function weightFixture(name: string): string {
  return path.join(FOLDER, name);
}

/** What the framework itself says of the tensors of its files, by file and name. */
export function expectedTensors(list: string): z.infer<typeof expectedFiles> {
  return expectedFiles.parse(JSON.parse(readFileSync(weightFixture(list), 'utf8')));
}
