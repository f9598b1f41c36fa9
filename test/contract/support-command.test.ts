import { mkdirSync, readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { openLog } from '../../src/engine/experiment/log.ts';
import { editRuns } from '../../src/engine/experiment/run-edits.ts';
import { createRun } from '../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../src/engine/experiment/run-life.ts';
import { releaseTrainerLock } from '../../src/engine/experiment/trainer-lock.ts';
import { writeLocal } from '../../src/engine/service/local-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw } from '../support/thaw-command.ts';
import { samplePlan } from '../support/training-plan.ts';

it('thaw support writes what helps and nothing that names the person, the machine or a place', async () => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const dataset = path.join(root, 'Patient Photographs');
  mkdirSync(dataset, { recursive: true });
  const log = openLog(home);
  const runId = createRun(log, samplePlan({ dataset: { kind: 'folder', path: dataset } }), null);
  setStatus(log, runId, 'running');
  setStatus(log, runId, 'failed', {
    code: 'dataset.images',
    message: `Image '${dataset}/Jane Doe.png' is no image; see http://intranet.example/?token=abcdef`,
    hint: '',
  });
  releaseTrainerLock(log, runId);
  editRuns(log, { runIds: [runId], change: { name: 'secret project', note: 'ring her up', addTags: ['Ward "7"'] } });
  log.write('name', (database) => {
    database.exec(`INSERT INTO run_class (run, position, name) VALUES (1, 0, 'Erika'), (1, 1, 'ended')`);
    database.exec(`INSERT INTO run_group (id, name, created_at) VALUES ('g', 'her sweep', 1)`);
  });
  log.close();
  writeLocal(
    home,
    'error',
    `thaw train "${dataset}"\nError: no such file ${dataset}/cats/Jane.png\n  at ${homedir()}/x.ts:1:2`,
  );
  writeLocal(home, 'warning', `class 'ERIKA' of secret project: tag Ward "7", group 'her sweep'`);
  writeLocal(home, 'warning', `user ${userInfo().username} at ${hostname()}`);

  const file = path.join(root, 'bundle.zip');
  const written = await thaw(['support', '--out', file], { home });
  expect(written).toMatchObject({ code: 0, stderr: '' });
  expect(written.stdout).toContain('runs.json');
  const files = unzipSync(readFileSync(file));
  expect(Object.keys(files).toSorted()).toEqual(['about.txt', 'report.json', 'runs.json', 'settings.json', 'thaw.log']);
  const text = Object.values(files)
    .map((content) => strFromU8(content))
    .join('\n');
  const named = [
    home,
    root,
    dataset,
    homedir(),
    'Patient Photographs',
    'Jane',
    'ERIKA',
    'Ward',
    'her sweep',
    'secret project',
    'ring her',
    'abcdef',
    'intranet',
  ];
  for (const name of named) expect(text.includes(name), name).toBe(false);
  // A person or machine whose name is a word of the bundle itself is still not to be told from it.
  for (const name of [userInfo().username, hostname()]) {
    expect(new RegExp(`(?<![\\p{L}\\p{N}<])${name.replaceAll('.', '\\.')}(?![\\p{L}\\p{N}>])`, 'iu').test(text)).toBe(
      false,
    );
  }
  const runs: unknown = JSON.parse(strFromU8(files['runs.json'] ?? new Uint8Array()));
  expect(runs).toMatchObject([{ id: runId, status: 'failed', errorCode: 'dataset.images' }]);
  const report: unknown = JSON.parse(strFromU8(files['report.json'] ?? new Uint8Array()));
  expect(report).toMatchObject({
    doctor: { checks: expect.any(Array) as unknown },
    log: { problems: [], figures: { runs: 1 } },
  });
  expect(strFromU8(files['thaw.log'] ?? new Uint8Array())).toContain('Error: no such file');

  const again = await thaw(['support', '--out', file], { home });
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('there already');
});
