import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueryBox } from '../../../../src/renderer/state/query-box.svelte.ts';
import type { Request, Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { RunCompletion } from '../../../../src/shared/contract/run-query.ts';

const option = (text: string) => ({ text, kind: 'key' as const, detail: 'text' });

let answer: RunCompletion;
let asked: Request<'runs.complete'>[];
let queries: string[];
let box: QueryBox;
beforeEach(() => {
  vi.useFakeTimers();
  answer = { from: 0, to: 0, options: [], problem: null };
  asked = [];
  queries = [];
  const invoke = (async (_: string, request: Request<'runs.complete'>) => {
    asked.push(request);
    return Promise.resolve(answer);
  }) as Transport['invoke'];
  box = new QueryBox(
    { invoke },
    (query) => queries.push(query),
    (error) => {
      throw error;
    },
  );
});
afterEach(() => {
  box.end();
  vi.useRealTimers();
});

describe('the box of a query', () => {
  it('asks for what is written once nobody writes on, and takes it where it is a query', async () => {
    box.write('n', 1);
    box.write('network = vgg16 ', 16);
    expect(asked).toEqual([]);
    await vi.runAllTimersAsync();
    expect(asked).toEqual([{ query: 'network = vgg16 ', cursor: 16 }]);
    expect(queries).toEqual(['network = vgg16']);
  });

  it('does not complain of an end that is still being written, but of it once it is finished, and of all else', async () => {
    const problem = { from: 10, to: 10, message: 'the query ends', hint: 'Write a value.' };
    answer = { ...answer, problem };
    box.write('network = ', 10);
    await vi.runAllTimersAsync();
    expect(box.problem).toBeNull();
    await box.finish();
    expect(box.problem).toEqual(problem);
    answer = { ...answer, problem: { ...problem, from: 0, to: 5 } };
    box.write('netwo = vgg16', 13);
    await vi.runAllTimersAsync();
    expect(box.problem).toMatchObject({ from: 0, to: 5 });
    expect(queries).toEqual([]);
  });

  it.each([
    ['a word and room for the next', 'netw', 'network', 'network ', 8],
    ['a function without room in its parenthesis', 'froz', 'frozen(', 'frozen(', 7],
    ['a word before others', 'netw = vgg16', 'network', 'network = vgg16', 7],
  ])('puts %s in the place of what it completes', async (_what, written, text, completed, cursor) => {
    answer = { ...answer, from: 0, to: 4, options: [option('name'), option(text)] };
    box.write(written, 4);
    await vi.runAllTimersAsync();
    expect(box.active).toBeNull();
    expect(box.move('ArrowUp')).toBe(true);
    expect(box.active).toBe(1);
    expect(box.take(box.active)).toBe(cursor);
    expect(box.text).toBe(completed);
    expect(asked.at(-1)).toEqual({ query: completed, cursor });
  });

  it('moves among options alone, and has none once it is closed', async () => {
    expect(box.move('ArrowDown')).toBe(false);
    answer = { ...answer, options: [option('name'), option('network')] };
    await box.suggest(0);
    expect(box.move('Home')).toBe(false);
    expect(box.move('ArrowDown')).toBe(true);
    expect(box.move('ArrowDown')).toBe(true);
    expect(box.active).toBe(1);
    box.close();
    expect(box.options).toEqual([]);
    expect(box.take(0)).toBeNull();
  });

  it.each([
    ['an untouched box', 'netw', false, { from: 0, to: 4 }],
    ['one whose word is at its end', 'netw ', true, { from: 5, to: 5 }],
  ])('lets Tab leave %s as it is', async (_what, text, typed, place) => {
    answer = { ...answer, ...place, options: [option('network')] };
    box.text = text;
    if (typed) box.write(text, text.length);
    else void box.suggest(text.length);
    await vi.runAllTimersAsync();
    expect(box.options).toHaveLength(1);
    expect(box.take(box.forTab)).toBeNull();
    expect(box.text).toBe(text);
  });

  it('completes by Tab a word that is being typed, and takes an option that was chosen', async () => {
    answer = { ...answer, from: 0, to: 4, options: [option('network'), option('netto')] };
    box.write('netw', 4);
    expect(box.forTab).toBeNull();
    await vi.runAllTimersAsync();
    expect(box.take(box.forTab)).toBe(8);
    expect(box.text).toBe('network ');
    await vi.runAllTimersAsync();
    expect(box.forTab).toBeNull();
    box.move('ArrowDown');
    box.move('ArrowDown');
    expect(box.forTab).toBe(1);
  });

  it('does not take an answer to what was written before', async () => {
    answer = { ...answer, options: [option('network')] };
    const suggesting = box.suggest(0);
    box.write('status', 6);
    await suggesting;
    expect(box.options).toEqual([]);
    expect(queries).toEqual([]);
  });
});
