import { describe, expect, it } from 'vitest';
import { readPlanFile } from '../../../../src/engine/plan-file/read-plan-file.ts';
import { DatasetChoice } from '../../../../src/renderer/state/dataset-choice.svelte.ts';
import type { Navigation } from '../../../../src/renderer/state/navigation.svelte.ts';
import { Notices } from '../../../../src/renderer/state/notices.svelte.ts';
import { PlanFiles } from '../../../../src/renderer/state/plan-files.svelte.ts';
import { PlanController } from '../../../../src/renderer/state/plan.svelte.ts';
import { weightsIn } from '../../../../src/renderer/state/renamed-weights.ts';
import type { EndpointName, Request, Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { FileEntry } from '../../../../src/shared/contract/file-entry.ts';

/** A window whose engine reads plan files, and misses weights in all of them. */
function windowWith() {
  const transport = {
    invoke: async (name: EndpointName, request: unknown) => {
      if (name === 'plans.parse') {
        const { text, format } = request as Request<'plans.parse'>;
        return Promise.resolve(readPlanFile(text, format));
      }
      const missing = { field: 'weights', message: 'None ship.', hint: 'Choose some.' };
      return Promise.resolve({ plan: null, problems: [missing], layers: [], stages: [], cost: null });
    },
    subscribe: () => () => undefined,
  } as unknown as Transport;
  const dataset = new DatasetChoice(transport);
  const plan = new PlanController(transport, dataset);
  const notices = new Notices(() => ({ label: '', run: () => undefined }));
  const navigation = { go: () => undefined } as unknown as Navigation;
  return { plan, notices, files: new PlanFiles(transport, { plan, dataset, navigation, notices }) };
}

const file = (text: string): File => new File([text], 'plan.yaml');
const chosen = { grantId: 'g', name: 'mine.pt' } as FileEntry;
const RULES = ['strip:module.', '/conv/convolution/'];
const weights = (rules: readonly string[]): string =>
  `{ kind: file, path: mine.pt, mapping: ${JSON.stringify(rules)} }`;

describe('a plan file whose weights are chosen afterwards', () => {
  it('is read by its own rules for their names, which are told beforehand', async () => {
    const { plan, notices, files } = windowWith();
    await files.open(file(`network: mobilenet_v1_0.25_224\nstrategy: finetune\nweights: ${weights(RULES)}\n`));
    expect(files.problem).toBeNull();
    expect(notices.list.map(({ hint }) => hint).join(' ')).toContain('strip:module.');
    plan.takeWeights(chosen);
    expect(plan.draft.weights?.reference).toEqual({ kind: 'granted', grantId: 'g', mapping: RULES });
    plan.chooseNetwork('mobilenet_v1_0.25_96');
    plan.takeWeights(chosen);
    expect(plan.draft.weights?.reference).toEqual({ kind: 'granted', grantId: 'g' });
  });

  it('keeps the rules of each part of a fused network apart', async () => {
    const { plan, files } = windowWith();
    const parts = `[a.h5, ${weights(RULES)}]`;
    await files.open(
      file(`network: fusion_mobilenet_v1_0.25_224+mobilenet_v1_0.25_96\nweights: { kind: fused, parts: ${parts} }\n`),
    );
    expect(files.problem).toBeNull();
    const ofParts = [0, 1].map((part) => weightsIn(chosen, plan.draft.mappings, part).reference);
    expect(ofParts).toEqual([
      { kind: 'granted', grantId: 'g' },
      { kind: 'granted', grantId: 'g', mapping: RULES },
    ]);
  });

  it('tells how the dataset is laid out that it asks for', async () => {
    const { notices, files } = windowWith();
    const structure = '{ kind: splitFolders }';
    await files.open(file(`dataset: { kind: folder, path: bees, structure: ${structure} }\n`));
    expect(files.problem).toBeNull();
    expect(notices.list.map(({ hint }) => hint).join(' ')).toMatch(/bees.*Splits of class folders/);
  });
});
