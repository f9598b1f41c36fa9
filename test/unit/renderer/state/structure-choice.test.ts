import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StructureChoice } from '../../../../src/renderer/state/structure-choice.svelte.ts';
import type { DatasetStructure, OpenedStructure } from '../../../../src/shared/contract/dataset-structure.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { StructureOutline } from '../../../../src/shared/contract/structure-outline.ts';

function opened(structure: DatasetStructure, ...alternatives: DatasetStructure[]): OpenedStructure {
  return { structure, recognised: true, words: '', alternatives, notes: [] };
}

function choose(from: OpenedStructure, answer: (structure: DatasetStructure) => Promise<StructureOutline>) {
  const asked: DatasetStructure[] = [];
  const cancelled: unknown[] = [];
  const invoke = async (name: string, request: { dataset: { structure: DatasetStructure } }): Promise<unknown> => {
    if (name === 'task.cancel') return void cancelled.push(request);
    asked.push(request.dataset.structure);
    return answer(request.dataset.structure);
  };
  const transport = { invoke: invoke as unknown as Transport['invoke'] };
  return { choice: new StructureChoice(transport, { kind: 'granted', grantId: 'g' }, from), asked, cancelled };
}

const outlineOf = (structure: DatasetStructure): Promise<StructureOutline> =>
  Promise.resolve({ structure } as StructureOutline);

describe('the structure that a person chooses', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('begins as the folder was recognised, with the names that its alternatives have', () => {
    const names = { kind: 'namedFiles', pattern: '{class}-#' } as const;
    const { choice } = choose(opened({ kind: 'manifest', file: 'labels.csv' }, names), outlineOf);
    expect([choice.kind, choice.file, choice.pattern]).toEqual(['manifest', 'labels.csv', '{class}-#']);
    expect([...choice.fitting].sort()).toEqual(['manifest', 'namedFiles']);
  });

  it('is asked for once keys have paused, and may be opened once the answer has come', async () => {
    const { choice, asked } = choose(opened({ kind: 'namedFiles', pattern: '{class}.#' }), outlineOf);
    for (const pattern of ['{class', '{class}', '{class}_', '{class}_#']) {
      choice.pattern = pattern;
      choice.ask();
    }
    expect([asked, choice.ready]).toEqual([[], false]);
    await vi.runAllTimersAsync();
    expect(asked).toEqual([{ kind: 'namedFiles', pattern: '{class}_#' }]);
    expect(choice.ready).toBe(true);
    expect(choice.reference).toEqual({ kind: 'granted', grantId: 'g', structure: asked[0] });
  });

  it.each([
    ['namedFiles', 'pattern'],
    ['manifest', 'file'],
  ] as const)('of %s cannot be opened without its %s', async (kind, field) => {
    const { choice, asked } = choose(opened({ kind: 'classFolders' }), outlineOf);
    choice.kind = kind;
    choice[field] = '  ';
    choice.ask(0);
    await vi.runAllTimersAsync();
    expect([choice.structure, choice.reference, choice.ready, asked]).toEqual([null, null, false, []]);
  });

  it('says why the folder is not laid out so, and cannot be opened then', async () => {
    const refusal = new Error('no such manifest');
    const { choice } = choose(opened({ kind: 'classFolders' }), () => Promise.reject(refusal));
    choice.ask(0);
    await vi.runAllTimersAsync();
    expect([choice.problem, choice.outline, choice.ready, choice.asking]).toEqual([refusal, null, false, false]);
  });

  it('ends a question that another choice has overtaken', async () => {
    const answers: (() => void)[] = [];
    const { choice, cancelled } = choose(
      opened({ kind: 'classFolders' }),
      (structure) => new Promise((resolve) => answers.push(() => resolve({ structure } as StructureOutline))),
    );
    choice.ask(0);
    await vi.runAllTimersAsync();
    choice.kind = 'unlabelled';
    choice.ask(0);
    await vi.runAllTimersAsync();
    expect(cancelled.length).toBe(1);
    answers[1]?.();
    answers[0]?.();
    await vi.runAllTimersAsync();
    expect(choice.outline?.structure).toEqual({ kind: 'unlabelled' });
  });
});
