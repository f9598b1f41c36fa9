import fc from 'fast-check';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { expectError } from '../../support/expect-error.ts';
import { everything, exportedRun, importInto, listed, type ExportedRun } from '../../support/exported-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeZipFile, type ZipContent } from '../../support/zip-file.ts';

const root = temporaryFolder();
let home = '';
let runId = '';
let file = '';
let contents: ExportedRun['contents'] = [];
let homes = 0;
beforeAll(async () => {
  ({ home, runId, file, contents } = await exportedRun(root));
});

function newHome(): string {
  homes += 1;
  return path.join(root, `home-${homes}`);
}

/** A document with a text in it replaced. */
function replaced(name: string, from: string | RegExp, to: string): ZipContent[] {
  return contents.map((member) =>
    member.name === name ? { name, content: member.content.toString().replace(from, to) } : member,
  );
}

const added = (name: string, more: Partial<ZipContent> = {}): ZipContent[] => [
  ...contents,
  { name, content: 'x', ...more },
];

interface Damage {
  readonly what: string;
  readonly make: () => readonly ZipContent[] | Uint8Array;
  readonly says: string;
  readonly code?: 'import.newer';
}

const damages: readonly Damage[] = [
  { what: 'is empty', make: () => Buffer.alloc(0), says: 'it has 0 bytes' },
  { what: 'is something else', make: () => Buffer.from('a picture, perhaps'.repeat(9)), says: 'no list of members' },
  { what: 'is cut short', make: () => readFileSync(file).subarray(0, -200), says: '.thaw file' },
  {
    what: 'has no manifest',
    make: () => contents.filter(({ name }) => name !== 'manifest.json'),
    says: "no 'manifest",
  },
  {
    what: 'is of a newer Thaw',
    make: () => listed(contents, (manifest) => ({ ...manifest, schemaVersion: 2, more: 'to come' })),
    says: 'version 2',
    code: 'import.newer',
  },
  {
    what: 'has a plan of a newer Thaw',
    make: () => listed(replaced('plan.json', /"schemaVersion":\d+/, '"schemaVersion":99')),
    says: 'version 99',
    code: 'import.newer',
  },
  { what: 'is of another program', make: () => listed(contents, () => ({ format: 'other' })), says: 'none of a run' },
  {
    what: 'has a changed file',
    make: () =>
      contents.map((member) =>
        member.name.endsWith('.index') ? { ...member, content: 'index of stap-00000008' } : member,
      ),
    says: 'SHA-256',
  },
  {
    what: 'lacks a file',
    make: () => contents.filter(({ name }) => name !== 'plan.json'),
    says: "'plan.json' is missing",
  },
  { what: 'has a file that is not listed', make: () => added('files/model.json'), says: 'not in its' },
  {
    what: 'has a file twice',
    make: () => [...contents, { name: 'plan.json', content: '{}' }],
    says: 'one name',
  },
  { what: 'has one name in two cases', make: () => listed(added('PLAN.json')), says: 'case of letters' },
  ...[
    '../escaped',
    '/absolute',
    'files/checkpoints/../../escaped',
    'C:/windows',
    'files\\escaped',
    'files//x',
    'a\0b',
  ].map((name): Damage => ({
    what: `has a file ${JSON.stringify(name)}`,
    make: () => listed(added(name)),
    says: 'plain path',
  })),
  { what: 'has a file that no run has', make: () => listed(added('files/program/evil.so')), says: 'none of the files' },
  { what: 'has a link', make: () => listed(added('files/model.json', { mode: 0o120777 })), says: 'a link' },
  {
    what: 'promises more than can be in it',
    make: () => listed(added('files/model.json', { declaredBytes: 2 ** 40 })),
    says: 'cannot be a run of',
  },
  {
    what: 'has less than it promises',
    make: () => listed(added('files/model.json', { declaredBytes: 30 })),
    says: 'of the 30 bytes',
  },
  {
    what: 'has a run without a plan',
    make: () => listed(replaced('plan.json', '"epochs":3', '"epochs":"3"')),
    says: 'no plan',
  },
  {
    what: 'has an id that is a path',
    make: () => listed(contents, (manifest) => ({ ...manifest, run: { id: '../../x', name: 'x' } })),
    says: 'run.id',
  },
  {
    what: 'has a checkpoint elsewhere',
    make: () => listed(replaced('run.json', '"path":"checkpoints/step-00000008"', '"path":"../../../etc"')),
    says: 'no place in a run',
  },
  {
    what: 'has an evaluation elsewhere',
    make: () => listed(replaced('run.json', 'evaluation/validation-00000008.npz', '/etc/passwd')),
    says: 'no place in a run',
  },
  {
    what: 'has a column that no run has',
    make: () => listed(replaced('run.json', '"note":', '"owner_pid":')),
    says: 'owner_pid',
  },
  { what: 'has a column of no table', make: () => listed(replaced('run.json', '"phase":', '"x) --":')), says: 'x) --' },
  {
    what: 'has another table',
    make: () => listed(replaced('run.json', '"run_tag"', '"trainer_lock"')),
    says: 'trainer_lock',
  },
  {
    what: 'has a status that no run has',
    make: () => listed(replaced('run.json', '"status":"finished"', '"status":"done"')),
    says: 'status',
  },
  {
    what: 'has words where a number belongs',
    make: () => listed(replaced('run.json', '"cores":2', '"cores":"two"')),
    says: 'does not take it',
  },
  {
    what: 'has a metric with a column cut short',
    make: () => listed(replaced('metrics/epoch-1.json', /"time":\[\d+,/, '"time":[')),
    says: 'differ in length',
  },
  {
    what: 'has a metric that is no JSON',
    make: () => listed(replaced('metrics/epoch-1.json', '[', '')),
    says: 'is no JSON',
  },
  {
    what: 'has a folder among its metrics',
    make: () => listed(added('metrics/epoch/b.json')),
    says: 'no name of a document of metrics',
  },
  {
    what: 'is of a year that has no name',
    make: () => listed(replaced('run.json', /"created_at":\d+/, '"created_at":9000000000000000')),
    says: 'no time',
  },
  {
    what: 'has a point of such a year',
    make: () => listed(replaced('metrics/epoch-1.json', /"time":\[\d+/, '"time":[9000000000000000')),
    says: 'holds no metrics',
  },
  {
    what: 'has a class twice',
    make: () => listed(replaced('classes.json', /^.*$/, '["ants","ants"]')),
    says: 'two classes',
  },
  {
    what: 'has a layer twice',
    make: () => listed(replaced('run.json', '"layer.name":"conv1_bn"', '"layer.name":"conv1"')),
    says: 'two layers',
  },
  {
    what: 'has a note that nobody could write',
    make: () => listed(replaced('run.json', '"note":"', `"note":"${'x'.repeat(20_001)}`)),
    says: 'its note',
  },
  {
    what: 'has classes that are none',
    make: () => listed(replaced('classes.json', '"ants"', '7')),
    says: 'classes.json',
  },
];

function assertNothing(at: string): void {
  const log = openLog(at);
  const rows = log.read('count', (database) =>
    ['run', 'run_tag', 'step_metric', 'evaluation', 'log_line'].map((table) =>
      database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    ),
  );
  log.close();
  expect(rows).toEqual([0, 0, 0, 0, 0]);
  expect(globSync(path.join(at, 'runs/*'))).toEqual([]);
  expect(globSync(path.join(at, 'imports/*'))).toEqual([]);
  expect(existsSync(path.join(root, 'escaped'))).toBe(false);
}

describe('a .thaw file that', () => {
  it.each(damages)('$what is refused with the reason, and nothing of it is left', async ({ make, says, code }) => {
    const given = path.join(root, 'damaged.thaw');
    const made = make();
    if (made instanceof Uint8Array) writeFileSync(given, made);
    else writeZipFile(given, made);
    const other = newHome();
    await expectError(() => importInto(other, given), code ?? 'import.unreadable', says);
    assertNothing(other);
  });

  it('is cut or changed anywhere is either refused or the very same run', async () => {
    const whole = readFileSync(file);
    const given = path.join(root, 'changed.thaw');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, by, cut) => {
          const bytes = Buffer.from(cut ? whole.subarray(0, at) : whole);
          if (!cut) bytes[at] = (bytes[at] ?? 0) ^ by;
          writeFileSync(given, bytes);
          const other = newHome();
          const outcome = await importInto(other, given).catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(outcome).toMatchObject({ code: expect.stringMatching(/^import\./) as string });
            assertNothing(other);
          } else {
            expect(everything(other, runId)).toEqual(everything(home, runId));
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
