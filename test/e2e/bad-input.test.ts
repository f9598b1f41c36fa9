import { copyFileSync, globSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import { writeSafetensors } from '../../src/engine/weights/safetensors-writer.ts';
import { runDetail, runResult } from '../../src/shared/contract/run.ts';
import type { ErrorCode } from '../../src/shared/errors/thaw-error.ts';
import { damage } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const SCRATCH = '--strategy scratch';
const FEATURES = '--strategy features';

/** Image `number` of a class of the tiny dataset. */
const image = (name: 'broad' | 'fine', number: number): string =>
  path.join(root, 'stripes/train', name, `${String(number).padStart(3, '0')}.png`);

function put(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

function copies(folder: string, ...files: readonly string[]): void {
  mkdirSync(path.join(root, folder), { recursive: true });
  files.forEach((file, index) => copyFileSync(file, path.join(root, folder, `${index}${path.extname(file)}`)));
}

/** Weights that nobody has trained, in a file of the right names and shapes. */
async function writeInitialWeights(name: string, file: string, without = ''): Promise<void> {
  const network = findNetwork(name).build();
  const values = new Map(initialValues(network, 1));
  const tensors = networkTensors(network).map((tensor) => {
    const data = values.get(tensor.name) ?? new Float32Array();
    return [tensor.name, { shape: tensor.shape, data }] as const;
  });
  await writeSafetensors(path.join(root, file), new Map(tensors.filter(([tensor]) => tensor !== without)), {});
}

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  mkdirSync(path.join(root, 'empty'));
  copies('one-class/only', image('broad', 0), image('broad', 1));
  copies('late-class/train/a', image('broad', 0));
  copies('late-class/train/b', image('fine', 0));
  copies('late-class/val/c', image('fine', 1));
  copies('no-images/a', image('broad', 0), image('broad', 1));
  put('no-images/b/notes.txt', 'not an image');
  put('no-images/b/list.csv', 'a,b');
  put('flat/photo.png', readFileSync(image('broad', 0)));

  await writeInitialWeights('mobilenet_v1_0.25_32', 'right.safetensors');
  await writeInitialWeights('mobilenet_v1_0.5_32', 'wide.safetensors');
  const foreign = new Map([['fc1.weight', { shape: [2, 3], data: new Float32Array(6) }]]);
  await writeSafetensors(path.join(root, 'foreign.safetensors'), foreign, {});
  copyFileSync(path.join(root, 'foreign.safetensors'), path.join(root, 'cut.safetensors'));
  truncateSync(path.join(root, 'cut.safetensors'), 40);
  put('page.h5', '<!doctype html><title>404 Not Found</title>');
  put('nothing.h5', '');
});

function train(parameters: string): Promise<CommandResult> {
  const all = ['train', '--network', 'mobilenet_v1_0.25_32', '--epochs', '1', ...parameters.split(' ')];
  return thaw(all, { home, cwd: root });
}

/** Each line: what is wrong, the parameters, the exit code and the error's, and words that a person needs to see. */
const refused: readonly (readonly [string, string, 1 | 2, ErrorCode, readonly string[]])[] = [
  ['a missing folder', `${SCRATCH} --dataset nowhere`, 1, 'dataset.missing', ['found nothing', 'nowhere']],
  ['a file as folder', `${SCRATCH} --dataset flat/photo.png`, 1, 'dataset.missing', ['found a file']],
  ['an empty folder', `${SCRATCH} --dataset empty`, 1, 'dataset.empty', ['nothing in it', 'train/ and val/']],
  ['images with no class folders', `${SCRATCH} --dataset flat`, 1, 'dataset.classes', ['no class is known']],
  ['one class only', `${SCRATCH} --dataset one-class`, 1, 'dataset.classes', ['two classes', "'only'"]],
  ['a class only in val', `${SCRATCH} --dataset late-class`, 1, 'dataset.images', ["'c'", 'no training image']],
  ['a class of other files only', `${SCRATCH} --dataset no-images`, 1, 'dataset.images', ["'b'", '2 files']],
  ['a network near a known one', `${SCRATCH} --network mobilenet_v1_025_224`, 1, 'network.unknown', ['Did you mean']],
  ['an unknown network', `${SCRATCH} --network squeezy`, 1, 'network.unknown', ["'squeezy'", 'thaw networks']],
  ['a missing weights file', `${FEATURES} --weights w.h5`, 1, 'weights.missing', ['found nothing', 'w.h5']],
  [
    'weights of no network',
    `${FEATURES} --weights foreign.safetensors`,
    1,
    'weights.mismatch',
    ['fc1.weight', '0 of its 135'],
  ],
  [
    'weights of another width',
    `${FEATURES} --weights wide.safetensors`,
    1,
    'weights.mismatch',
    ['conv1/kernel', 'width'],
  ],
  ['truncated weights', `${FEATURES} --weights cut.safetensors`, 1, 'weights.unreadable', ['cut.safetensors']],
  ['a web page as weights', `${FEATURES} --weights page.h5`, 1, 'weights.unreadable', ['page.h5']],
  ['a zero-byte weights file', `${FEATURES} --weights nothing.h5`, 1, 'weights.unreadable', ['empty']],
  ['weights of an unknown run', `${FEATURES} --weights run:nope`, 1, 'run.unknown', ["'nope'"]],
  ['a rule that matches nothing', `${SCRATCH} --freeze block_99`, 2, 'usage.noMatch', ["'block_99'", 'Did you mean']],
  ['a regex that matches nothing', `${SCRATCH} --freeze /zzz/`, 2, 'usage.noMatch', ['zzz']],
  ['an invalid regex', `${SCRATCH} --freeze /[/`, 2, 'usage.invalid', ['does not parse', 'Unterminated']],
  ['more layers than there are', `${SCRATCH} --freeze last:0`, 2, 'usage.invalid', ['last:']],
  ['a class that is none', `${SCRATCH} --class-weights broad=2,fin=3`, 2, 'usage.invalid', ["'fin'", 'broad, fine']],
  ['everything frozen', `${SCRATCH} --freeze /./`, 2, 'usage.invalid', ['leaves none']],
  ['an empty path', `${SCRATCH} --dataset `, 2, 'usage.invalid', ['empty']],
];

describe('what cannot be trained', () => {
  it.each(refused)('says what is wrong with %s and what to do', async (_, parameters, code, errorCode, words) => {
    const whole = parameters.includes('--dataset') ? parameters : `${parameters} --dataset stripes`;
    const result = await train(`--json ${whole}`);
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code });
    const { error } = JSON.parse(result.stdout) as { error: { code: string; message: string; hint: string } };
    expect(error.code).toBe(errorCode);
    expect(error.hint).not.toBe('');
    for (const word of words) expect(`${error.message} ${error.hint}`).toContain(word);
    expect(`${error.message}${error.hint}${result.stderr}`).not.toMatch(/\n\s+at |node:internal|\[object/);
  });

  it('is no run: the log and its folders hold none of them', async () => {
    expect((await thaw(['runs', 'list', '--json'], { home })).stdout).toBe('[]\n');
    expect(globSync(path.join(home, 'runs/*'))).toEqual([]);
  });

  it('tells people the same in two lines, also where the trainer found it', async () => {
    const { code, stderr, stdout } = await train(`${SCRATCH} --dataset one-class`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*two classes.*\nhint: .*\n$/m);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(damage(home)).toEqual([]);
  });
});

describe('weights with gaps', () => {
  it('are used, with a warning that names what they do not fill', async () => {
    await writeInitialWeights('mobilenet_v1_0.25_32', 'gaps.safetensors', 'conv_pw_13/kernel');
    const { code, stdout } = await train(`${FEATURES} --weights gaps.safetensors --dataset stripes --json`);
    expect(code).toBe(0);
    const result = runResult.parse(JSON.parse(stdout));
    expect(result.weights).toMatchObject({ loaded: 134, missing: 1, skippedByShape: 0 });
    expect(result.warnings).toEqual([expect.stringContaining('1 of 135 pretrained tensors') as string]);
    expect(result.warnings[0]).toContain('conv_pw_13/kernel');
  });
});

describe('images that cannot be used', () => {
  it.each(['scratch', 'features'])('are listed while %s goes on with the others', async (strategy) => {
    const folder = `damaged-${strategy}`;
    await writeTinyDataset(path.join(root, folder), { train: 6, val: 3 });
    put(`${folder}/train/broad/000.png`, readFileSync(image('broad', 0)).subarray(0, 200));
    put(`${folder}/train/broad/zero.png`, '');
    put(`${folder}/train/fine/text.jpg`, 'a text that calls itself a photograph');
    put(`${folder}/train/fine/notes.txt`, 'notes');
    put(`${folder}/val/fine/header.png`, Buffer.from('89504e470d0a1a0a0000', 'hex'));
    const weights = strategy === 'features' ? ' --weights right.safetensors' : '';
    const { code, stdout, stderr } = await train(`--json --strategy ${strategy}${weights} --dataset ${folder}`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { dataset, status, runId } = runResult.parse(JSON.parse(stdout));
    expect(status).toBe('finished');
    expect(dataset).toMatchObject({ train: 11, validation: 6 });
    const reasons = new Map(dataset?.skipped.map((skipped) => [skipped.path, skipped.reason]));
    expect([...reasons.keys()].sort()).toEqual([
      'train/broad/000.png',
      'train/broad/zero.png',
      'train/fine/notes.txt',
      'train/fine/text.jpg',
      'val/fine/header.png',
    ]);
    expect(reasons.get('train/broad/zero.png')).toContain('empty');
    const shown = await thaw(['runs', 'show', runId], { home });
    expect(shown.stdout).toMatch(/skipped train\/broad\/zero\.png: .*empty/);
  });

  it('end the run where a class is left with none', async () => {
    await writeTinyDataset(path.join(root, 'ruined'), { train: 2, val: 1 });
    for (const name of ['000', '001']) put(`ruined/train/fine/${name}.png`, Buffer.from('89504e470d0a1a0a0000', 'hex'));
    const { code, stderr } = await train(`${SCRATCH} --dataset ruined`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*'fine'.*\nhint: /);
  });
});

describe('a loss that is no number', () => {
  it('fails the run and keeps the checkpoint from before', async () => {
    // One step an epoch: the first epoch's loss is still that of the initial head.
    const parameters = '--weights right.safetensors --strategy features --dataset stripes --epochs 5 --lr 1e38 --json';
    const { code, stdout } = await train(parameters);
    expect(code).toBe(1);
    const result = runResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ status: 'failed', bestEpoch: 1, error: { code: 'training.diverged' } });
    expect(result.error?.message).toMatch(/became (Infinity|NaN) at step \d .*learning rate of 1e\+38/);
    expect(result.error?.hint).toContain('--lr');
    expect(result.error?.hint).toContain('checkpoint is kept');
    const { runId } = result;
    const detail = runDetail.parse(JSON.parse((await thaw(['runs', 'show', runId, '--json'], { home })).stdout));
    expect(detail.result).toEqual(result);
    expect((await thaw(['predict', '--run', runId, image('fine', 0)], { home })).code).toBe(0);
    expect(damage(home)).toEqual([]);
  });
});
