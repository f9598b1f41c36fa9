import { expect, test } from 'vitest';
import type { ImageBytes } from '../../../../src/shared/contract/dataset-view.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import { Pictures, type Picture } from '../../../../src/renderer/state/pictures.ts';

interface Request {
  readonly imageId: string;
  readonly answer: (bytes?: number) => Promise<void>;
  readonly refuse: (error: Error) => Promise<void>;
}

const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Pictures over an engine that answers when it is told to. */
function scripted(capacity = 1000): {
  readonly pictures: Pictures;
  readonly requests: Request[];
  readonly released: string[];
  readonly gone: unknown[];
} {
  const requests: Request[] = [];
  const released: string[] = [];
  const gone: unknown[] = [];
  const invoke = ((_name: string, { imageId }: { imageId: string }) =>
    new Promise<ImageBytes>((resolve, reject) => {
      requests.push({
        imageId,
        answer: async (bytes = 10) => {
          resolve({ mediaType: 'image/jpeg', bytes: new Uint8Array(bytes), width: 640, height: 480 });
          await turn();
        },
        refuse: async (error) => {
          reject(error);
          await turn();
        },
      });
    })) as Transport['invoke'];
  let made = 0;
  const maker = { make: () => `blob:${(made += 1)}`, release: (url: string) => released.push(url) };
  const pictures = new Pictures({ invoke }, { maker, capacity, onGone: (problem) => gone.push(problem) });
  return { pictures, requests, released, gone };
}

const ids = (requests: readonly Request[]): string[] => requests.map(({ imageId }) => imageId);
const ignore = (): void => undefined;
/** How many are asked for before the first is there. */
const AT_ONCE = 12;
const numbered = (name: string, first: number, end: number): string[] =>
  Array.from({ length: end - first }, (_, index) => `${name}${first + index}`);

test('asks for few at once, and from the top of what came into view', async () => {
  const { pictures, requests } = scripted();
  for (let index = 0; index < 20; index += 1) pictures.want(`i${index}`, 64, ignore);
  await turn();
  expect(ids(requests)).toEqual(numbered('i', 0, AT_ONCE));
  await requests[0]?.answer();
  expect(ids(requests).slice(AT_ONCE)).toEqual([`i${AT_ONCE}`]);
});

test('asks for what came into view last before what still waits from earlier', async () => {
  const { pictures, requests } = scripted();
  for (let index = 0; index < AT_ONCE + 4; index += 1) pictures.want(`early${index}`, 64, ignore);
  await turn();
  for (let index = 0; index < 2; index += 1) pictures.want(`late${index}`, 64, ignore);
  await turn();
  for (const request of requests.slice(0, 4)) await request.answer();
  expect(ids(requests).slice(AT_ONCE)).toEqual(['late0', 'late1', ...numbered('early', AT_ONCE, AT_ONCE + 2)]);
});

test('never asks for what left the view before its turn', async () => {
  const { pictures, requests } = scripted();
  const ends = Array.from({ length: AT_ONCE + 4 }, (_, index) => pictures.want(`i${index}`, 64, ignore));
  await turn();
  for (const end of ends.slice(AT_ONCE)) end();
  for (const request of [...requests]) await request.answer();
  expect(ids(requests)).toEqual(numbered('i', 0, AT_ONCE));
});

test('tells nobody who has stopped listening, and asks once for a picture that comes back into view meanwhile', async () => {
  const { pictures, requests } = scripted();
  const seen: string[] = [];
  pictures.want('i', 64, () => seen.push('first'))();
  const end = pictures.want('i', 64, () => seen.push('second'));
  await turn();
  end();
  pictures.want('i', 64, () => seen.push('third'));
  await turn();
  await requests[0]?.answer();
  expect(ids(requests)).toEqual(['i']);
  expect(seen).toEqual(['third']);
});

test('gives a kept picture at once, and each size its own', async () => {
  const { pictures, requests } = scripted();
  pictures.want('i', 64, ignore);
  await turn();
  await requests[0]?.answer();
  const found: (Picture | null)[] = [];
  pictures.want('i', 64, (picture) => found.push(picture));
  expect(found).toEqual([{ url: 'blob:1', width: 640, height: 480 }]);
  pictures.want('i', 128, ignore);
  await turn();
  expect(requests).toHaveLength(2);
});

test('lets go of pictures out of view when there is no room for more, and of none in view', async () => {
  const { pictures, requests, released } = scripted(25);
  const end = pictures.want('gone', 64, ignore);
  await turn();
  await requests[0]?.answer(10);
  end();
  for (const imageId of ['a', 'b', 'c']) pictures.want(imageId, 64, ignore);
  await turn();
  for (const request of requests.slice(1)) await request.answer(10);
  expect(released).toEqual(['blob:1']);
});

test('asks again for a picture that could not be read once it is wanted again', async () => {
  const { pictures, requests } = scripted();
  const problems: unknown[] = [];
  const end = pictures.want('i', 64, (_picture, problem) => problems.push(problem));
  await turn();
  const failure = new Error('gone');
  await requests[0]?.refuse(failure);
  expect(problems).toEqual([failure]);
  end();
  pictures.want('i', 64, ignore);
  await turn();
  expect(ids(requests)).toEqual(['i', 'i']);
});

test('tells that pictures are gone when several in a row cannot be read, and that they are back', async () => {
  const { pictures, requests, gone } = scripted();
  for (let index = 0; index < 5; index += 1) pictures.want(`i${index}`, 64, ignore);
  await turn();
  const failure = new Error('no such folder');
  for (const request of requests.slice(0, 3)) await request.refuse(failure);
  expect(gone).toEqual([]);
  await requests[3]?.refuse(failure);
  expect(gone).toEqual([failure]);
  await requests[4]?.answer();
  expect(gone).toEqual([failure, null]);
});
