import { afterAll, describe, expect, it } from 'vitest';
import { runCompletion, type RunCompletion } from '../../../../src/shared/contract/run-query.ts';
import { openLog } from '../../../../src/engine/experiment/log.ts';
import { completeQuery } from '../../../../src/engine/experiment/query/complete.ts';
import { deleteTrashedRun, trashRuns } from '../../../../src/engine/experiment/run-edits.ts';
import { setStatus } from '../../../../src/engine/experiment/run-life.ts';
import { writeRuns } from '../../../support/queried-runs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const log = openLog(temporaryFolder());
const about = { name: 'first try', learningRate: 0.01, created: new Date(2024, 0, 1), note: '', starred: false };
writeRuns(log, [
  {
    ...about,
    network: 'resnet50_224',
    tags: ['baseline', 'to repeat'],
    accuracies: [0.5],
    layers: { 'conv4_block1/conv4_block1_1_conv': 'frozen', 'predictions/logits': 'trainable' },
  },
  { ...about, network: 'vgg16_224', tags: ['baseline'], accuracies: [], layers: null },
]);
afterAll(() => log.close());

function endedRun(own: typeof log, runId: string): string {
  setStatus(own, runId, 'running');
  setStatus(own, runId, 'finished');
  return runId;
}

/** Completes where `|` stands. */
function complete(marked: string): RunCompletion {
  const cursor = marked.indexOf('|');
  const found = completeQuery(log, marked.replace('|', ''), cursor);
  return runCompletion.parse(found);
}

const texts = ({ options }: RunCompletion): string[] => options.map(({ text }) => text);

describe('a query that is being written', () => {
  it.each([
    ['|', ['network', 'val_accuracy', 'optimizer.learningRate', 'frozen("', 'not'], []],
    ['netw|', ['network'], ['name']],
    ['rate|', ['optimizer.learningRate', 'learning_rate'], ['network']],
    ['network |', ['=', '!=', '~', 'in'], ['>', 'and']],
    ['val_accuracy |', ['>', '<='], ['~', 'and']],
    ['starred |', ['=', 'and'], ['>']],
    ['network = |', ['resnet50_224', 'vgg16_224'], []],
    ['network = v|', ['vgg16_224'], ['resnet50_224']],
    ['network in (vgg16_224, |', ['resnet50_224'], []],
    ['tag = |', ['baseline', '"to repeat"'], []],
    ['tag = "to|', ['"to repeat"'], ['baseline']],
    ['status = |', ['queued', 'running', 'finished'], []],
    ['batchSize = |', ['32'], []],
    ['starred = |', ['true', 'false'], []],
    ['created > |', ['today', '7d ago'], []],
    ['network = x |', ['and', 'or'], ['network']],
    ['(network = x |', [')', 'and', 'or'], []],
    ['network = x and |', ['network', 'tag'], ['and']],
    ['network = x and not |', ['tag'], []],
    ['last(|', ['val_accuracy', 'loss'], ['network']],
    ['missing(|', ['tag', 'note'], []],
    ['frozen(|', ['"conv4_block1"', '"logits"'], []],
    ['frozen("conv4|', ['"conv4_block1"', '"conv4_block1_1_conv"'], ['"logits"']],
    ['network = x x |', [], ['and']],
  ])('%s is offered %j, and not %j', (marked, offered, withheld) => {
    const found = texts(complete(marked));
    expect(found).toEqual(expect.arrayContaining(offered));
    for (const option of withheld) expect(found).not.toContain(option);
  });

  it.each([
    ['netw| = x', 0, 4],
    ['network = res|net and starred', 10, 16],
    ['tag = "to re|peat"', 6, 17],
    ['network = |', 10, 10],
    ['network| = x', 0, 7],
  ])('%s has the word under the cursor replaced', (marked, from, to) => {
    expect(complete(marked)).toMatchObject({ from, to });
  });

  it('offers those first that begin as what was typed, and the commonest values before others', () => {
    expect(texts(complete('l|')).slice(0, 2)).toEqual(['loss', 'learning_rate']);
    expect(complete('tag = |').options).toMatchObject([
      { text: 'baseline', kind: 'value', detail: '2 runs' },
      { text: '"to repeat"', kind: 'value', detail: '1 run' },
    ]);
  });

  it('is told what is wrong with it, and where', () => {
    expect(complete('network = vgg16|').problem).toBeNull();
    expect(complete('starred and val_acuracy > 0.9|').problem).toMatchObject({
      from: 12,
      to: 23,
      message: expect.stringContaining("no run has a key 'val_acuracy'") as string,
      hint: 'Nearest: val_accuracy.',
    });
    expect(complete('network =|').problem).toMatchObject({ from: 9, to: 9 });
  });

  it('takes a cursor beyond its end for one at its end', () => {
    expect(completeQuery(log, 'netw', 100)).toMatchObject({ from: 0, to: 4 });
  });

  it('knows nothing of layers that only deleted runs had', () => {
    const own = openLog(temporaryFolder());
    const layers = { 'block1/conv': 'frozen', 'block2/conv': 'trainable' } as const;
    const run = { ...about, network: 'resnet50_224', tags: [], accuracies: [] };
    const [, deleted = ''] = writeRuns(own, [
      { ...run, layers },
      { ...run, layers: { ...layers, 'old/conv': 'frozen' } },
    ]);
    trashRuns(own, [endedRun(own, deleted)]);
    expect(texts(completeQuery(own, 'frozen(', 7))).toContain('"old"');
    expect(deleteTrashedRun(own, deleted, () => undefined)).toBe(true);
    expect(texts(completeQuery(own, 'frozen(', 7))).not.toContain('"old"');
    expect(texts(completeQuery(own, 'frozen(', 7))).toContain('"block1"');
    expect(completeQuery(own, 'frozen("old")', 13).problem?.message).toContain(
      "no run has a layer with parameters that 'old'",
    );
    own.close();
  });
});
