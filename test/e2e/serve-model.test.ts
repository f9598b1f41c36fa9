import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import { runResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw, type RunningCommand } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const IMAGE = 'stripes/val/fine/000.png';
const image = (): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(path.join(root, IMAGE)));
const TOKEN = 'a-token-of-the-test-4711';
const BODY_LIMIT = 20_000;

interface Serving {
  readonly command: RunningCommand;
  readonly url: string;
  readonly token: string;
}

let runId = '';
let serving: Serving;

/** Starts it as a person would and waits for what it prints once it listens. */
async function serve(...flags: readonly string[]): Promise<Serving> {
  const command = startThaw(['serve-model', '--run', runId, '--json', ...flags], { home, cwd: root });
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    command.child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text);
    });
    command.child.once('close', () => reject(new Error(command.errors())));
  });
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  return { command, url, token };
}

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  const plan = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--strategy', 'scratch', '--epochs', '1'];
  const { code, stdout, stderr } = await thaw(['train', ...plan, '--json'], { home, cwd: root });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  ({ runId } = runResult.parse(JSON.parse(stdout)));
  serving = await serve('--token', TOKEN, '--body-limit', String(BODY_LIMIT), '--unsure-below', '0.99');
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(
  place: string,
  body?: NonNullable<RequestInit['body']>,
  { token = TOKEN, type = 'image/png' }: { readonly token?: string | null; readonly type?: string | null } = {},
): Promise<Answer> {
  const answer = await fetch(`${serving.url}${place}`, {
    ...(body !== undefined && { method: 'POST', body }),
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(type !== null && body !== undefined && { 'content-type': type }),
    },
  });
  return { status: answer.status, body: await answer.json() };
}

const refused = (status: number, code: string): object => ({ status, body: { error: { code } } });

describe('a run that is served', () => {
  it('predicts an image as thaw predict does, and says whether it is unsure', async () => {
    const { stdout } = await thaw(['predict', '--run', runId, '--json', IMAGE], { home, cwd: root });
    const [expected] = predictResult.parse(JSON.parse(stdout)).predictions;
    const found = await ask('/predict', image());
    expect(found).toMatchObject({ status: 200, body: { unsure: true, milliseconds: expect.any(Number) as number } });
    const { classes } = found.body as { classes: { name: string; probability: number }[] };
    expect(classes.map(({ name }) => name)).toEqual(expected?.classes.map(({ name }) => name));
    for (const [index, { probability }] of classes.entries()) {
      expect(probability).toBeCloseTo(expected?.classes[index]?.probability ?? NaN, 5);
    }
  });

  it('takes a form, and tells as many classes as are asked for', async () => {
    const form = new FormData();
    form.append('note', 'not the image');
    form.append('image', new Blob([image()]), 'photograph.png');
    const found = await ask('/predict?top=1', form, { type: null });
    expect(found).toMatchObject({ status: 200, body: { classes: [expect.anything()] } });
    expect(await ask('/predict?top=none', image())).toMatchObject(refused(400, 'request.invalid'));
  });

  it('answers many at once, each of its own image', async () => {
    const names = ['broad', 'fine'].flatMap((name) => [0, 1, 2].map((index) => `stripes/val/${name}/00${index}.png`));
    const contents = names.map((name) => Uint8Array.from(readFileSync(path.join(root, name))));
    const classesOf = ({ body }: Answer): unknown => (body as { classes: unknown }).classes;
    const alone = [];
    for (const content of contents) alone.push(classesOf(await ask('/predict', content)));
    const together = await Promise.all(contents.map((content) => ask('/predict', content)));
    for (const [index, answer] of together.entries()) {
      const [own, other] = [alone[index], classesOf(answer)] as { name: string; probability: number }[][];
      expect(other?.[0]?.name).toBe(own?.[0]?.name);
      expect(other?.[0]?.probability).toBeCloseTo(own?.[0]?.probability ?? NaN, 5);
    }
  });

  it('tells what it is', async () => {
    expect(await ask('/model')).toMatchObject({
      status: 200,
      body: { runId, checkpoint: 'best', classes: ['broad', 'fine'], input: { height: 32, width: 32 } },
    });
    expect(await ask('/health', undefined, { token: null })).toEqual({ status: 200, body: { status: 'ready' } });
  });

  it.each<readonly [string, () => Promise<Answer>, number, string]>([
    ['no token', () => ask('/predict', image(), { token: null }), 401, 'request.token'],
    ['a wrong token', () => ask('/predict', image(), { token: `${TOKEN}x` }), 401, 'request.token'],
    ['no token for what it is', () => ask('/model', undefined, { token: null }), 401, 'request.token'],
    ['too large a body', () => ask('/predict', new Uint8Array(BODY_LIMIT + 1)), 413, 'request.tooLarge'],
    ['what is sent as no image', () => ask('/predict', '{}', { type: 'application/json' }), 415, 'request.type'],
    ['what is none', () => ask('/predict', 'no image at all'), 422, 'image.unreadable'],
    ['half of one', () => ask('/predict', image().subarray(0, 60)), 422, 'image.unreadable'],
    ['nothing', () => ask('/predict', new Uint8Array(0)), 422, 'image.missing'],
    [
      'a form without a file, in capitals',
      () => ask('/predict', '--x\r\n', { type: 'Multipart/Form-Data; boundary=x' }),
      422,
      'image.missing',
    ],
    ['a form without a file', () => ask('/predict', new FormData(), { type: null }), 422, 'image.missing'],
    ['another place', () => ask('/elsewhere'), 404, 'request.unknown'],
  ])('refuses %s', async (_, asked, status, code) => {
    const found = await asked();
    expect(found).toMatchObject(refused(status, code));
    // Where files lie on this machine is nobody's business.
    expect(JSON.stringify(found.body)).not.toContain(tmpdir());
    expect(await ask('/predict', image())).toMatchObject({ status: 200 });
  });

  it.each([
    ['another name', { host: 'thaw.example' }, 421],
    ['a page', { origin: 'http://thaw.example' }, 403],
  ])('refuses to be asked by %s', async (_, headers, status) => {
    const asked = request(`${serving.url}/model`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
    const found = await new Promise<number | undefined>((resolve, reject) => {
      asked.once('response', (answer) => resolve(answer.resume().statusCode)).once('error', reject);
      asked.end();
    });
    expect(found).toBe(status);
  });

  it('ends on Ctrl+C, and keeps nothing of what was sent', async () => {
    const other = await serve('--at-once', '1');
    expect(other.token).toMatch(/^[\w-]{43}$/);
    const headers = { authorization: `Bearer ${other.token}`, 'content-type': 'image/png' };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => fetch(`${other.url}/predict`, { method: 'POST', body: image(), headers })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect({ status: answer.status, again: answer.headers.get('retry-after') }).toEqual({ status: 503, again: '1' });
    }
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('thaw-serve-')).length;
    other.command.child.kill('SIGINT');
    expect(await other.command.done).toMatchObject({ code: 0 });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('thaw-serve-')).length).toBe(before - 1);
  });

  it.each([
    ['a run that is not there', ['--run', 'nobody'], 'nobody', 1],
    ['a short token', ['--run', 'any', '--token', 'short'], '16', 2],
  ])('does not begin with %s', async (_, flags, told, code) => {
    const found = await thaw(['serve-model', ...flags], { home, cwd: root });
    expect(found).toMatchObject({ code, stderr: expect.stringContaining(told) as string });
  });
});
