import { unzipSync } from 'fflate';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { windowTransport } from '../../src/engine/service/window-transport.ts';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import {
  exportedModel,
  MODEL_FORMATS,
  type ExportedModel,
  type ModelFormat,
  type Quantisation,
} from '../../src/shared/contract/model-export.ts';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { expectError } from '../support/expect-error.ts';
import { smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const out = path.join(root, 'out');

const command = (...parameters: readonly string[]): Promise<CommandResult> => thaw(parameters, { home, cwd: root });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

/** Names of what has to be there, whatever the format. */
const COMMON = ['MODEL_CARD.md', 'classes.json', 'labels.txt', 'preprocessing.json', 'reference.npz'];

/** A run of each head, of a network that PyTorch has too, so that every format takes it; and one of more weights. */
const runs = new Map<string, RunResult>();

beforeAll(async () => {
  mkdirSync(out);
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  // As many epochs as moving averages take, without which a network would say the same of every image.
  const train = async (name: string, network: string, head: string): Promise<void> => {
    const plan = [
      '--network',
      network,
      '--dataset',
      'stripes',
      '--strategy',
      'scratch',
      '--epochs',
      '30',
      '--head',
      head,
    ];
    runs.set(name, runResult.parse(await json('train', ...plan)));
  };
  for (const head of ['softmax', 'sigmoid']) await train(head, 'mobilenet_v1_leaky_0.25_32@torch', head);
  await train('wide', 'squeezenet1_1_32@torch', 'softmax');
});

function runOf(name: string): RunResult {
  const run = runs.get(name);
  if (!run) throw new TypeError(`There is no run '${name}'.`);
  return run;
}

const service = createService({ home, cache: path.join(root, 'cache') });
afterAll(() => service.close());

/** By the service, without the start of the command. */
async function exportTo(
  name: string,
  format: ModelFormat,
  runId: string,
  quantisation?: Quantisation,
): Promise<ExportedModel> {
  const output = { kind: 'folder', path: path.join(out, name) } as const;
  const checkpoint = 'last' as const;
  const request = { runId, checkpoint, format, output, taskId: name, ...(quantisation && { quantisation }) };
  return exportedModel.parse(await service.transport.invoke('runs.exportModel', request));
}

/** Formats that nothing predicts with here. */
const READ_BACK: readonly ModelFormat[] = ['safetensors', 'torch'];
/** A head of one logit is written by each family of formats in its own way. */
const OF_BOTH_HEADS: readonly ModelFormat[] = ['savedmodel', 'tfjs', 'onnx'];

describe('a run that is exported for other programs', () => {
  it.each([
    ...MODEL_FORMATS.map((format) => [format, 'softmax'] as const),
    ...OF_BOTH_HEADS.map((format) => [format, 'sigmoid'] as const),
  ])('predicts the same as %s with a head of one %s, is whole, and tells where it comes from', async (format, head) => {
    const { runId } = runOf(head);
    const name = `${format}-${head}`;
    const folder = path.join(out, name);
    const written = await exportTo(name, format, runId);
    expect(written).toMatchObject({
      runId,
      format,
      quantisation: null,
      name,
      path: folder,
      grantId: null,
      warnings: [],
    });
    expect(written.predicts).toBe(true);
    const references = READ_BACK.includes(format) ? 0 : 6;
    expect(written.selfTest).toMatchObject({ references, drawn: 4, allowed: 1e-4 });
    if (written.selfTest.difference !== null) expect(written.selfTest.difference).toBeLessThanOrEqual(1e-4);
    const names = written.files.map((file) => file.name);
    expect(names).toEqual(expect.arrayContaining(COMMON));
    for (const file of written.files) {
      expect(readFileSync(path.join(folder, file.name)).length).toBe(file.bytes);
    }
    expect(JSON.parse(readFileSync(path.join(folder, 'classes.json'), 'utf8'))).toEqual(['broad', 'fine']);
    const card = readFileSync(path.join(folder, 'MODEL_CARD.md'), 'utf8');
    expect(card).toContain(runId);
    expect(card).not.toContain(root);
  });

  it.each([
    ['tfjs', 'uint8'],
    ['tfjs-graph', 'float16'],
  ] as const)('is smaller as %s with weights of %s, and predicts nearly the same', async (format, quantisation) => {
    const { runId } = runOf('wide');
    const folder = path.join(out, `${format}-${quantisation}`);
    const written = await exportTo(`${format}-${quantisation}`, format, runId, quantisation);
    expect(written).toMatchObject({ format, quantisation, selfTest: { references: 6, drawn: 4, allowed: 1e-2 } });
    expect(written.warnings).toEqual([]);
    expect(written.selfTest.difference).toBeLessThanOrEqual(1e-2);
    expect(readFileSync(path.join(folder, 'predict.mjs'), 'utf8')).toContain('allowed: 1e-2');
    expect(readFileSync(path.join(folder, 'MODEL_CARD.md'), 'utf8')).toContain(`with weights of ${quantisation}`);
    const shardBytes = ({ files }: ExportedModel): number =>
      files.filter(({ name }) => name.endsWith('.bin')).reduce((sum, { bytes }) => sum + bytes, 0);
    const whole = await exportTo(`${format}-${quantisation}-whole`, format, runId);
    // What a BatchNorm learnt, the kernels of single channels and small ones keep their digits.
    expect(shardBytes(written) / shardBytes(whole)).toBeLessThan(quantisation === 'float16' ? 0.6 : 0.5);
  });

  it('is noted beside the run, leaves nothing else behind, and says what to do next', async () => {
    const { runId } = runOf('softmax');
    const folder = path.join(out, 'told');
    const { code, stdout } = await command('export', '--run', `${runId}@last`, '--format', 'pb', '--out', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Self-test: TensorFlow \S+ predicts 6 images of the validation and 4 drawn ones within/);
    expect(stdout).toContain('Next: python');
    expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([]);
    const { exports } = await service.transport.invoke('runs.files', { runId });
    expect(exports).toContainEqual(expect.objectContaining({ format: 'pb', path: folder, exists: true }));
  });

  it('is tested with what is left of the validation, and says so', async () => {
    await writeTinyDataset(path.join(root, 'changing'), { train: 6, val: 3 });
    const network = ['--network', 'mobilenet_v1_leaky_0.25_32@torch', '--strategy', 'scratch', '--epochs', '30'];
    const run = runResult.parse(await json('train', '--dataset', 'changing', ...network));
    writeFileSync(path.join(root, 'changing/val/fine/000.png'), 'no image any more');
    const written = await exportTo('changed', 'pb', run.runId);
    expect(written.selfTest).toMatchObject({ references: 5, drawn: 4 });
    expect(written.warnings).toEqual([expect.stringContaining('1 of 6 images of the validation')]);
  });
});

describe('a run that is exported as ONNX', () => {
  it('comes with a program for Node that predicts what Thaw does', async () => {
    const { runId } = runOf('softmax');
    const image = path.join(root, 'stripes/val/fine/000.png');
    await exportTo('onnx-program', 'onnx', runId);
    const folder = path.join(out, 'onnx-program');
    // What `npm install onnxruntime-node sharp` puts there.
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['predict.mjs', image], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { predictions } = predictResult.parse(await json('predict', '--run', `${runId}@last`, image));
    const told = predictions[0]?.classes.map(({ name, probability }) => `${name} ${(probability * 100).toFixed(1)}%`);
    expect(stdout.trim()).toBe([image, ...(told ?? [])].join('  '));
  });
});

describe('a run that is exported for TensorFlow.js', () => {
  it('comes with a program for Node that compares it with Thaw', async () => {
    const folder = path.join(out, 'tfjs-program');
    await exportTo('tfjs-program', 'tfjs-graph', runOf('softmax').runId);
    // What `npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm sharp` puts there.
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    const check = (): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ['predict.mjs', '--check'], { cwd: folder, encoding: 'utf8' });
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining('allowed: 1e-4') as string });
    // What another run predicts of the same images.
    await exportTo('tfjs-other', 'pb', runOf('sigmoid').runId);
    copyFileSync(path.join(out, 'tfjs-other/reference.npz'), path.join(folder, 'reference.npz'));
    expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining('largest difference') as string });
  });
});

describe('an export that cannot be made', () => {
  const used = path.join(out, 'used');

  it.each([
    ['a folder that is not empty', () => ['--run', runOf('softmax').runId, '--out', used], 'is not empty', 2],
    ['a file', () => ['--run', runOf('softmax').runId, '--out', path.join(used, 'mine.txt')], 'is a file', 2],
    ['a folder in none', () => ['--run', runOf('softmax').runId, '--out', path.join(out, 'none/of')], 'there is no', 2],
    [
      'a format whose weights stay as they are',
      () => ['--run', runOf('softmax').runId, '--quantise', 'uint8', '--out', path.join(out, 'fresh')],
      'are quantised in the formats',
      2,
    ],
    ['a run that is not there', () => ['--run', 'nobody', '--out', path.join(out, 'fresh')], 'nobody', 1],
  ])('says so for %s, and writes nothing', async (_, parameters, told, exit) => {
    mkdirSync(used, { recursive: true });
    writeFileSync(path.join(used, 'mine.txt'), 'mine');
    const before = readdirSync(out);
    const { code, stderr } = await command('export', '--format', 'pb', ...parameters());
    expect({ code, stderr }).toMatchObject({ code: exit, stderr: expect.stringContaining(told) as string });
    expect(readdirSync(out)).toEqual(before);
    expect(readFileSync(path.join(used, 'mine.txt'), 'utf8')).toBe('mine');
  });
});

/** Does something as soon as an export has begun, once there was found to be room for it. */
function whenBegun(act: () => void): () => void {
  const unsubscribe = service.transport.subscribe('task', ({ detail }) => {
    if (detail !== 'predicting the reference images') return;
    unsubscribe();
    act();
  });
  return unsubscribe;
}

describe('an export that ends in its middle', () => {
  it('leaves nothing when its process is killed', async () => {
    const unsubscribe = whenBegun(() => {
      const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
      const line = stdout.split('\n').find((one) => one.includes('exporter.ts'));
      process.kill(Number.parseInt(line ?? '', 10), 'SIGKILL');
    });
    const before = readdirSync(out);
    await expectError(() => exportTo('killed', 'onnx', runOf('softmax').runId), 'training.process', 'SIGKILL');
    unsubscribe();
    expect(readdirSync(out)).toEqual(before);
  });

  const refusal = whyNoSmallDisk();
  it.skipIf(refusal !== null)(
    `leaves nothing on a disk that fills${refusal ? ` (skipped: ${refusal})` : ''}`,
    async () => {
      const { folder } = smallDisk(path.join(root, 'disk'), 'size=24m');
      const filler = path.join(folder, 'filler');
      const unsubscribe = whenBegun(() => {
        expect(() => writeFileSync(filler, Buffer.alloc(32 << 20))).toThrow('ENOSPC');
      });
      const output = { kind: 'folder', path: path.join(folder, 'model') } as const;
      const { runId } = runOf('softmax');
      const refused = service.transport.invoke('runs.exportModel', { runId, format: 'h5', output, taskId: 'filled' });
      await expect(refused).rejects.toMatchObject({
        code: 'disk.full',
        hint: expect.stringContaining('another disk') as string,
      });
      unsubscribe();
      expect(readdirSync(folder)).toEqual(['filler']);
    },
  );
});

describe('a window that exports the network of a run', () => {
  const window = windowTransport(service);

  it('fetches the folder as one zip file, of which nothing is kept', async () => {
    const { runId } = runOf('softmax');
    const details = new Set<string>();
    const unsubscribe = window.subscribe('task', ({ detail }) => details.add(detail));
    const output = { kind: 'fetched' } as const;
    const written = await window.invoke('runs.exportModel', { runId, format: 'pb', output, taskId: 'one' });
    unsubscribe();
    expect([...details].at(-1)).toBe('packing');
    expect(written).toMatchObject({ name: `${runId}-pb.zip`, path: null, selfTest: { references: 6 } });
    const pieces: Uint8Array[] = [];
    for (let [last, offset] = [false, 0]; !last;) {
      const piece = await window.invoke('files.read', { grantId: written.grantId ?? '', offset });
      pieces.push(piece.bytes);
      offset += piece.bytes.length;
      ({ last } = piece);
    }
    const members = unzipSync(Buffer.concat(pieces));
    expect(Object.entries(members).map(([name, content]) => [name, content.length])).toEqual(
      written.files.map(({ name, bytes }) => [`${runId}-pb/${name}`, bytes]),
    );
    expect(readdirSync(path.join(home, 'fetched'))).toEqual([]);
  });

  it('has it made as a folder where it may write, and nowhere else', async () => {
    const { runId } = runOf('softmax');
    const { grantId } = await service.grant(out);
    const output = { kind: 'granted', grantId, name: 'granted' } as const;
    const written = await window.invoke('runs.exportModel', { runId, format: 'torch', output });
    expect(written).toMatchObject({ name: 'granted', path: path.join(out, 'granted'), grantId: null });
    expect(existsSync(path.join(out, 'granted/model.pth'))).toBe(true);
    const folder = { kind: 'folder', path: path.join(out, 'named') } as const;
    await expectError(
      () => window.invoke('runs.exportModel', { runId, format: 'pb', output: folder }),
      'file.notGranted',
      'output',
    );
  });

  it('ends it before it is done, and nothing is left', async () => {
    const { runId } = runOf('softmax');
    const unsubscribe = window.subscribe('task', () => void window.invoke('task.cancel', { taskId: 'ended' }));
    const output = { kind: 'fetched' } as const;
    await expectError(
      () => window.invoke('runs.exportModel', { runId, format: 'pb', output, taskId: 'ended' }),
      'task.cancelled',
    );
    unsubscribe();
    expect(readdirSync(path.join(home, 'fetched'))).toEqual([]);
  });

  it('knows beforehand what a network can be written as, and why not', async () => {
    expect(await window.invoke('runs.modelFormats', { runId: runOf('softmax').runId })).toEqual(
      MODEL_FORMATS.map((format) => expect.objectContaining({ format, refused: null }) as unknown),
    );
    const plan = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--strategy', 'scratch'];
    const { runId } = runResult.parse(await json('train', ...plan, '--epochs', '1'));
    const formats = await window.invoke('runs.modelFormats', { runId });
    expect(formats.filter(({ refused }) => refused !== null)).toEqual([
      expect.objectContaining({
        format: 'torch',
        refused: {
          message: expect.stringContaining("'mobilenet_v1_0.25_32'") as string,
          hint: expect.stringContaining('@torch') as string,
        },
      }),
    ]);
    await expectError(() => window.invoke('runs.modelFormats', { runId: 'nobody' }), 'run.unknown');
  });
});
