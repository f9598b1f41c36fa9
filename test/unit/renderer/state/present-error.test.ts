import { expect, it } from 'vitest';
import { presentError } from '../../../../src/renderer/state/present-error.ts';
import { errors } from '../../../../src/renderer/strings/errors.ts';
import { ERROR_CODES, ThawError } from '../../../../src/shared/errors/thaw-error.ts';

it.each(ERROR_CODES)("tells %s by its own title, in the engine's words, with details to copy", (code) => {
  const shown = presentError(new ThawError(code, 'What was found.', 'What to do.'));
  expect(shown).toMatchObject({ title: errors.titles[code], message: 'What was found.', hint: 'What to do.' });
  expect(shown.details).toBe(`${code}: What was found.\nWhat to do.`);
});

it.each([
  ['dataset.missing', 'openDataset'],
  ['weights.unreadable', 'chooseNetwork'],
  ['training.process', 'showRuns'],
  ['log.unreadable', 'recoverLog'],
  ['usage.invalid', null],
] as const)('offers for %s what mends it', (code, action) => {
  expect(presentError(new ThawError(code, '', '')).action).toBe(action);
});

it('tells what is no expected failure as a defect, with the place it happened at', () => {
  const shown = presentError(new TypeError('x is undefined'));
  expect(shown).toMatchObject({ severity: 'error', title: errors.defect, message: 'x is undefined', action: 'reload' });
  expect(shown.details).toContain('present-error.test.ts');
  expect(presentError('thrown as text').message).toBe('thrown as text');
});
