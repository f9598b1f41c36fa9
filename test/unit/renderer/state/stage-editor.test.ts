import { describe, expect, it } from 'vitest';
import { completePlan } from '../../../../src/engine/service/default-plan.ts';
import { DatasetChoice } from '../../../../src/renderer/state/dataset-choice.svelte.ts';
import { EMPTY_DRAFT } from '../../../../src/renderer/state/plan-draft.ts';
import { PlanController } from '../../../../src/renderer/state/plan.svelte.ts';
import { stagesOf, takeStages } from '../../../../src/renderer/state/stage-draft.ts';
import { StageEditor } from '../../../../src/renderer/state/stage-editor.svelte.ts';
import type { EndpointName, Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { OptimizerPlan } from '../../../../src/shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../../../src/shared/contract/plan-request.ts';

const network = 'mobilenet_v1_0.25_96';
const planOf = (request: TrainingPlanRequest) =>
  completePlan({ dataset: { kind: 'sample' }, network, ...request } as Parameters<typeof completePlan>[0]);
const underWay = planOf({
  strategy: 'finetune',
  stages: [
    { name: 'first', epochs: 3 },
    { name: 'second', epochs: 2 },
    { name: 'third', epochs: 1 },
  ],
});
const own = { ...EMPTY_DRAFT, network, reuse: 'from:conv1' };

/** A window in which a plan is being made, and an engine that trains run r, whose first stage is under way. */
function windowWith() {
  const asked: (readonly [EndpointName, unknown])[] = [];
  const held: (() => void)[] = [];
  const answers: Partial<Record<EndpointName, unknown>> = {
    'runs.show': { plan: underWay, stages: [{}], summary: { name: 'run r' } },
    'plans.stagePreset': { stages: [{ name: 'head' }, { name: 'all' }] },
    'plan.preview': { plan: null, problems: [], layers: [], stages: [], cost: null },
  };
  const transport = {
    invoke: async (name: EndpointName, request: unknown) => {
      asked.push([name, request]);
      if (name === 'plan.preview') await new Promise<void>((resolve) => held.push(resolve));
      return answers[name] ?? {};
    },
    subscribe: () => () => undefined,
  } as unknown as Transport;
  const plan = new PlanController(transport, new DatasetChoice(transport));
  plan.draft = own;
  const editor = new StageEditor(transport, plan, (place) => `Stage ${place}`);
  const last = (name: EndpointName) => asked.findLast(([other]) => other === name)?.[1];
  return { plan, editor, last, answers, answer: () => held.splice(0).forEach((resolve) => resolve()) };
}

describe('a stage that was removed', () => {
  it('comes back where it was, unless another plan has come into the form since', () => {
    const { plan, editor } = windowWith();
    const staged = takeStages(own, underWay.stages);
    const names = () => editor.list.map(({ name }) => name);
    plan.takePlan(staged);
    editor.remove(1)?.();
    expect(names()).toEqual(['first', 'second', 'third']);
    const undo = editor.remove(1);
    editor.choose(1);
    plan.takePlan(takeStages(own, [{ name: 'other' }]));
    undo?.();
    expect(names()).toEqual(['other']);
  });

  it('is none where it has begun', async () => {
    const { editor } = windowWith();
    await editor.edit('r');
    expect(editor.remove(0)).toBeNull();
    expect(editor.list).toHaveLength(3);
  });
});

describe('the stages of a run that trains', () => {
  it('are put into the form and given back to the run, and the plan that was being made comes back', async () => {
    const { plan, editor, last } = windowWith();
    await editor.edit('r');
    expect([plan.editing?.runId, plan.draft.stage]).toEqual(['r', 1]);
    editor.change(2, { name: 'other' });
    await editor.apply();
    expect(last('training.editStages')).toMatchObject({
      runId: 'r',
      from: 1,
      stages: [{ name: 'second' }, { name: 'other' }],
    });
    expect([plan.editing, plan.draft]).toEqual([null, own]);
  });

  it.for<readonly [string, (plan: PlanController) => void, Partial<PlanController['draft']>]>([
    ['another plan is taken', (plan) => plan.takePlan({ ...EMPTY_DRAFT, reuse: 'taken' }), { reuse: 'taken' }],
    ['another network is chosen', (plan) => plan.chooseNetwork('resnet50_v1'), { network: 'resnet50_v1', stages: [] }],
    [
      'weights are taken',
      (plan) => plan.takeWeights({ grantId: 'g', name: 'w.h5' } as Parameters<PlanController['takeWeights']>[0]),
      { ...own, weights: { reference: { kind: 'granted', grantId: 'g' }, label: 'w.h5' } },
    ],
  ])('are left once %s, which is not given to the run nor lost', async ([, take, expected]) => {
    const { plan, editor, last } = windowWith();
    await editor.edit('r');
    take(plan);
    expect(plan.editing).toBeNull();
    await editor.apply();
    expect(last('training.editStages')).toBeUndefined();
    editor.leave();
    expect(plan.draft).toMatchObject(expected);
  });

  it('keep the plan that was being made where those of another run are edited after them', async () => {
    const { plan, editor } = windowWith();
    await editor.edit('r');
    await editor.edit('s');
    editor.leave();
    expect(plan.draft).toEqual(own);
  });

  it.for<readonly [string, string | null, { runId: string; stages: number } | null, number | null]>([
    ['nothing new', 'r', { runId: 'r', stages: 1 }, 1],
    ['a stage that began', 'r', { runId: 'r', stages: 2 }, 2],
    ['stages of another run', 'r', { runId: 's', stages: 3 }, 1],
    ['a run that is not read yet', 'r', null, 1],
    ['the end of the run', null, { runId: 'r', stages: 3 }, null],
    ['the next run of the queue', 's', { runId: 's', stages: 3 }, null],
  ])('keep up with %s', async ([, training, begun, from]) => {
    const { plan, editor } = windowWith();
    await editor.edit('r');
    expect(editor.keepUp(training, begun)).toBe(from === null);
    expect(plan.editing?.from ?? null).toBe(from);
  });

  it('cannot be trained as a run of their own', async () => {
    const { plan, editor, last } = windowWith();
    await editor.edit('r');
    plan.preview = { problems: [], stages: [] } as unknown as PlanController['preview'];
    expect([plan.ready, await plan.start(), await plan.enqueue()]).toEqual([true, null, null]);
    expect([last('training.start'), last('queue.add')]).toEqual([undefined, undefined]);
  });
});

describe('stages of a preset', () => {
  it.for<readonly [TrainingPlanRequest, OptimizerPlan['kind'], number | undefined]>([
    [{ strategy: 'features', optimizer: { kind: 'sgd', learningRate: 0.25 } }, 'sgd', 0.25],
    [{ strategy: 'scratch', optimizer: { kind: 'adam' } }, 'adam', undefined],
    [
      {
        strategy: 'finetune',
        optimizer: { kind: 'adam' },
        stages: [
          { name: 'a', learningRate: 0.5 },
          { name: 'b', learningRate: 0.125 },
        ],
      },
      'adam',
      0.5,
    ],
  ])('begin with the optimizer and the rate that the plan begins with: %o', async ([request, optimizer, rate]) => {
    const { plan, editor, last } = windowWith();
    const completed = planOf(request);
    const stages = takeStages({ ...EMPTY_DRAFT, network, strategy: completed.strategy }, completed.stages);
    plan.draft = stages;
    if (completed.stages.length > 0) editor.choose(1);
    plan.completed = completed;
    await editor.takePreset('headLastAll');
    const asked = last('plans.stagePreset');
    expect(asked).toEqual({
      network,
      preset: 'headLastAll',
      optimizer,
      ...(rate !== undefined && { learningRate: rate }),
    });
    expect(stagesOf(plan.draft).map(({ name }) => name)).toEqual(['head', 'all']);
  });
});

describe('a pattern that is applied', () => {
  it('changes the stage that it was asked for', async () => {
    const { plan, answer } = windowWith();
    plan.draft = takeStages(own, [{ name: 'a' }, { name: 'b' }]);
    const applied = plan.applyPattern('freeze', 'conv1');
    // What is clicked meanwhile stays.
    plan.thawFrom('block_3');
    answer();
    expect(await applied).toBeNull();
    expect(plan.draft.rules.map(({ pattern }) => pattern)).toEqual(['from:block_3', '/conv1/']);
  });

  it('changes no other stage that was chosen before the answer came', async () => {
    const { plan, editor, answer } = windowWith();
    plan.draft = takeStages(own, [{ name: 'a' }, { name: 'b' }]);
    const applied = plan.applyPattern('freeze', 'conv1');
    editor.choose(1);
    answer();
    expect(await applied).toBeNull();
    expect(stagesOf(plan.draft).map(({ rules }) => rules)).toEqual([[], []]);
  });
});

describe('the cost before the last change', () => {
  it('is told of a change, and no longer once another stage is chosen', async () => {
    const { plan, editor, answer, answers } = windowWith();
    const costing = async (seconds: number): Promise<void> => {
      const stages = [0, 1].map((stage) => ({ stage, layers: [], cost: { epochSeconds: seconds + stage } }));
      answers['plan.preview'] = { plan: null, problems: [], layers: [], cost: null, stages };
      const asked = plan.refresh();
      answer();
      await asked;
    };
    plan.draft = takeStages(own, [{ name: 'a' }, { name: 'b' }]);
    await costing(10);
    expect(plan.costBefore).toBeNull();
    await costing(20);
    expect(plan.costBefore?.epochSeconds).toBe(10);
    editor.choose(1);
    expect(plan.costBefore).toBeNull();
    // A stage that comes to another place is compared with itself alone.
    editor.move(1, 0);
    await costing(30);
    expect(plan.costBefore).toBeNull();
  });
});
