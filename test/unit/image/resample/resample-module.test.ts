import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RESAMPLE_MODULE_FILE, resampleModule } from '../../../../scripts/wasm/resample-module.ts';

test('the module that resamples is what its source compiles to', async () => {
  expect(await resampleModule()).toBe(readFileSync(RESAMPLE_MODULE_FILE, 'utf8'));
});
