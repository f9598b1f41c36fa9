import { expect, it } from 'vitest';
import { askedStructure } from '../../../../src/renderer/state/asked-structure.ts';
import type { OpenedStructure } from '../../../../src/shared/contract/dataset-structure.ts';
import type { DatasetSource } from '../../../../src/shared/contract/plan.ts';

const folder = { kind: 'folder', path: '/photos' } as const;
const said = { root: '/photos', structure: { kind: 'classFolders' } } as const;

it.each<readonly [string, DatasetSource, boolean, readonly Partial<typeof said>[], boolean]>([
  ['of a folder that was recognised', folder, true, [], true],
  ['of one that was opened before, and never agreed to', folder, true, [{ root: '/photos' }], true],
  ['no longer of one that was agreed to', folder, true, [said], false],
  ['not of one whose structure was said', folder, false, [], false],
  ['not of the sample', { kind: 'sample' }, true, [], false],
])('a structure is asked about %s', (_, source, recognised, recent, asked) => {
  const structure: OpenedStructure = {
    structure: { kind: 'classFolders' },
    recognised,
    words: '',
    alternatives: [],
    notes: [],
  };
  const found = askedStructure({ source, structure, root: '/photos' }, recent as readonly { root: string }[]);
  expect(found).toBe(asked ? structure : null);
});
