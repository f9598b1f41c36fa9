import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { pointKeys, walkPoints } from '../../../src/engine/experiment/points-reader.ts';
import { readRunDocument } from '../../../src/engine/experiment/run-document.ts';
import { readRun } from '../../../src/engine/experiment/run-reader.ts';
import { writeThawFile } from '../../../src/engine/exchange/thaw-file/write-thaw-file.ts';
import { ZipReader } from '../../../src/engine/numpy/zip-reader.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import type { CarriedCheckpoints, Imported } from '../../../src/shared/contract/run-exchange.ts';
import { runDetail, type RunDetail } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeZipFile, type ZipContent } from '../../support/zip-file.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const file = path.join(root, 'run.thaw');
let runId = '';
let contents: readonly { readonly name: string; readonly content: Buffer }[] = [];
let homes = 0;

function newHome(): string {
  homes += 1;
  return path.join(root, `home-${homes}`);
}

async function withService<Result>(
  at: string,
  work: (service: ReturnType<typeof createService>) => Promise<Result>,
): Promise<Result> {
  const service = createService({ home: at, cache: path.join(root, 'cache') });
  try {
    return await work(service);
  } finally {
    await service.close();
  }
}

function exportTo(target: string, checkpoints?: CarriedCheckpoints): Promise<unknown> {
  return withService(home, ({ transport }) =>
    transport.invoke('runs.export', {
      runIds: [runId],
      format: 'thaw',
      output: { kind: 'file', path: target },
      ...(checkpoints && { checkpoints }),
    }),
  );
}

function importInto(at: string, given: string): Promise<Imported> {
  return withService(at, ({ transport }) => transport.invoke('runs.import', { file: { kind: 'file', path: given } }));
}

function detailIn(at: string, id: string): RunDetail {
  const log = openLog(at);
  try {
    return runDetail.parse(readRun(log, id));
  } finally {
    log.close();
  }
}

/** All that the log has of a run beside what belongs to its machine. */
function everything(at: string, id: string): unknown {
  const log = openLog(at);
  try {
    const points = (['step', 'epoch'] as const).map((by) =>
      pointKeys(log, id, by).map((key) => [key, [...walkPoints(log, id, by, key)].flat()]),
    );
    const { run, tables, evaluations } = readRunDocument(log, id);
    return {
      run: { ...run, parent_relation: null },
      tables: { ...tables, log_line: tables['log_line']?.filter(({ text }) => !String(text).startsWith('Imported')) },
      evaluations,
      points,
    };
  } finally {
    log.close();
  }
}

function filesOf(at: string, id: string): readonly (readonly [string, string])[] {
  const folder = path.join(at, 'runs', id);
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((name) => [path.relative(folder, name), readFileSync(name).toString('hex')] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

beforeAll(async () => {
  const log = openLog(home);
  runId = logFinishedRun(log);
  log.write('organise it', (database) => {
    database.prepare("UPDATE run SET note = 'a note', starred = 1").run();
    database.prepare("INSERT INTO run_tag (run, tag) VALUES (1, 'baseline')").run();
    database
      .prepare(
        `INSERT INTO evaluation (run, split, step, epoch, images, accuracy, loss, path, created_at)
         VALUES (1, 'validation', 8, 2, 4, 0.75, 0.5, 'evaluation/validation-00000008.npz', 1)`,
      )
      .run();
    database.prepare('INSERT INTO confusion (evaluation, label, predicted, images) VALUES (1, 0, 1, 4)').run();
  });
  log.close();
  await exportTo(file);
  const zip = await ZipReader.open(file);
  const read: { name: string; content: Buffer }[] = [];
  for (const member of zip.members.values()) {
    const pieces: Buffer[] = [];
    for await (const piece of zip.read(member)) pieces.push(piece);
    read.push({ name: member.name, content: Buffer.concat(pieces) });
  }
  await zip.close();
  contents = read;
});

describe('a run as a .thaw file', () => {
  it('is the same run in another log, with its files, and is not taken in twice', async () => {
    const other = newHome();
    expect(await importInto(other, file)).toMatchObject({ runs: [{ runId, outcome: 'imported', formerId: null }] });
    expect(everything(other, runId)).toEqual(everything(home, runId));
    expect(filesOf(other, runId)).toEqual(filesOf(home, runId));
    const { summary, result, ...rest } = detailIn(other, runId);
    const before = detailIn(home, runId);
    expect({ summary, result }).toEqual({ summary: before.summary, result: before.result });
    expect(rest).toMatchObject({ plan: before.plan, proof: before.proof, layers: before.layers, parentRunId: null });
    expect((await importInto(other, file)).runs).toMatchObject([{ runId, outcome: 'known' }]);
    expect(readdirSync(path.join(other, 'imports'))).toEqual([]);
  });

  it('gets another id where a run that went on differently has its own', async () => {
    const other = newHome();
    await importInto(other, file);
    const log = openLog(other);
    log.write('go on', (database) => database.prepare('UPDATE run SET epochs_done = 9').run());
    log.close();
    const [run] = (await importInto(other, file)).runs;
    expect(run).toMatchObject({ outcome: 'imported', formerId: runId });
    expect(run?.runId).not.toBe(runId);
    expect(run?.runId.slice(0, 15)).toBe(runId.slice(0, 15));
    expect(filesOf(other, run?.runId ?? '')).toEqual(filesOf(home, runId));
  });

  it.each([
    { checkpoints: 'none', folders: 0, rows: 0 },
    { checkpoints: 'all', folders: 2, rows: 2 },
  ] as const)(
    'brings $folders checkpoints along where asked for $checkpoints',
    async ({ checkpoints, folders, rows }) => {
      const target = path.join(root, `${checkpoints}.thaw`);
      await exportTo(target, checkpoints);
      const other = newHome();
      await importInto(other, target);
      expect(globSync(path.join(other, 'runs', runId, 'checkpoints/step-*'))).toHaveLength(folders);
      const log = openLog(other);
      expect(readRunDocument(log, runId).tables['checkpoint']).toHaveLength(rows);
      log.close();
    },
  );

  it('was interrupted where it was at work when it was written', async () => {
    const running = contents.map(({ name, content }) =>
      name === 'run.json'
        ? { name, content: Buffer.from(content.toString().replace('"status":"finished"', '"status":"running"')) }
        : { name, content },
    );
    const other = newHome();
    await importInto(other, writeZipFile(path.join(root, 'running.thaw'), listed(running)));
    expect(detailIn(other, runId).summary.status).toBe('interrupted');
  });

  it('is not carried with checkpoints that a trainer replaces meanwhile', async () => {
    const other = newHome();
    await importInto(other, file);
    const log = openLog(other);
    log.write('go on', (database) => database.prepare("UPDATE run SET status = 'running'").run());
    const exportIt = (checkpoints: CarriedCheckpoints): Promise<number> =>
      writeThawFile(log, path.join(root, `running-${checkpoints}.thaw`), {
        runId,
        runDirectory: path.join(other, 'runs', runId),
        checkpoints,
        network: null,
        thaw: '0.1.0',
        signal: new AbortController().signal,
      });
    await expectError(() => exportIt('best'), 'run.state', 'at work', '--checkpoints none');
    expect(await exportIt('none')).toBeGreaterThan(1000);
    log.close();
  });

  it('is known where it lies in the trash, and that is told', async () => {
    const other = newHome();
    await importInto(other, file);
    const log = openLog(other);
    log.write('throw it away', (database) => database.prepare('UPDATE run SET trashed_at = 1').run());
    log.close();
    expect(await importInto(other, file)).toMatchObject({
      runs: [{ outcome: 'known' }],
      warnings: [expect.stringContaining('in the trash')],
    });
  });

  it('is told in the log of the machine that wrote it', () => {
    const log = openLog(home);
    const exported = log.read('look', (database) =>
      database.prepare('SELECT format, path FROM run_export WHERE path = ?').all(file),
    );
    log.close();
    expect(exported).toEqual([{ format: 'thaw', path: file }]);
  });
});

/** Contents under a manifest that says truly what they are. */
function listed(
  given: readonly ZipContent[],
  change: (manifest: Record<string, unknown>) => Record<string, unknown> = (manifest) => manifest,
): ZipContent[] {
  const own = given.filter(({ name }) => name !== 'manifest.json');
  const before = JSON.parse(String(contents.find(({ name }) => name === 'manifest.json')?.content)) as Record<
    string,
    unknown
  >;
  const files = own.map(({ name, content, declaredBytes }) => ({
    path: name,
    bytes: declaredBytes ?? Buffer.from(content).length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  return [...own, { name: 'manifest.json', content: JSON.stringify(change({ ...before, files })) }];
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
