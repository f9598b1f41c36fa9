import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { samplePlan } from '../../support/training-plan.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
mkdirSync(home);

const STACK = /\n\s+at /;

describe('thaw', () => {
  it('prints its help when it is told nothing', async () => {
    const { code, stdout, stderr } = await thaw([], { home });
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['train', 'runs', 'predict', 'features', 'networks', 'doctor', 'cache'])
      expect(stdout).toContain(command);
  });

  it('has the version of its package', async () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect((await thaw(['--version'], { home })).stdout).toBe(`${manifest.version}\n`);
  });

  it.each([
    'train',
    'runs list',
    'runs columns',
    'runs show',
    'runs resume',
    'runs checkpoints',
    'runs star',
    'runs unstar',
    'runs tag',
    'runs chart',
    'compare-strategies',
    'runs empty-trash',
    'log recover',
    'support',
    'predict',
    'activations',
    'features',
    'networks',
    'doctor',
    'cache show',
    'cache limit',
    'cache clear',
  ])('helps with %s', async (command) => {
    const { code, stdout } = await thaw([...command.split(' '), '--help'], { home });
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: thaw ${command}`);
    expect(stdout).toContain('--json');
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['bogus', "'bogus'"],
    ['train --bogus', "'--bogus'"],
    ['train --features a.npz --dataset b', '--dataset'],
    ['features', '--out'],
    ['features --out a.txt', '.npz'],
    ['features --out a.npz --precision int8', 'bfloat16'],
    ['cache limit many', '20GiB'],
    ['cache limit 20XB', '20GiB'],
    ['cache limit 1', 'cacheLimitBytes'],
    ['train --epochs 0', 'from 1 to 100000'],
    ['train --plan nothing.yaml', '--plan'],
    ['compare-strategies --seed 1', '--seeds'],
    ['compare-strategies --strategy scratch', '--strategy'],
    ['compare-strategies --seeds 1,x', "'1,x'"],
    ['runs plan ID --format xml', 'yaml, json'],
    ['train --epochs many', "'many'"],
    ['train --batch 1.5', "'1.5'"],
    ['train --lr 0', 'more than 0'],
    ['train --lr nan', "'nan'"],
    ['train --momentum 1', 'less than 1'],
    ['train --seed -1', "'-1'"],
    ['train --early-stopping 0', 'from 1 to 100000'],
    ['train --monitor val_loss', '--early-stopping'],
    ['train --early-stopping 2 --monitor loss', 'val_loss, val_accuracy'],
    ['train --random-crop 0', 'more than 0'],
    ['train --random-crop 1.5', 'at most 1'],
    ['train --head tanh', 'softmax, sigmoid'],
    ['train --nesterov --optimizer adam', 'Nesterov'],
    ['train --freeze-statistics', "'--freeze-statistics <rule>'"],
    ['train --thaw-statistics zzz', "'zzz'"],
    ['train --strategy all', 'features, finetune, scratch'],
    ['train --optimizer lion', 'sgd, adam, adamw, rmsprop, adagrad, adadelta'],
    ['train --centered', 'rmsprop'],
    ['train --momentum 0.5 --optimizer adagrad', 'sgd or rmsprop'],
    ['train --weight-decay 1.5', 'at most 1'],
    ['train --l1 -1', 'at least 0'],
    ['train --beta1 1 --optimizer adam', 'less than 1'],
    ['train --beta2 0.5', 'adam or adamw'],
    ['train --rho 0.5 --optimizer adam', 'rmsprop or adadelta'],
    ['train --epsilon 0 --optimizer adam', 'more than 0'],
    ['train --initial-accumulator 1 --optimizer adam', 'adagrad'],
    ['train --loss hinge', 'crossEntropy, meanSquaredError'],
    ['train --label-smoothing 1', 'less than 1'],
    ['train --class-weights even', "'balanced'"],
    ['train --class-weights ants=2,bees', "'balanced'"],
    ['train --class-weights ants=-1', 'at least 0'],
    ['train --schedule never', 'constant, step, exponential, inverseTime, cosine, plateau'],
    ['train --schedule cosine --schedule-factor 0.5', 'step or exponential or plateau'],
    ['train --schedule-decay 0.5', 'inverseTime'],
    ['train --schedule step --schedule-factor 1', 'less than 1'],
    ['train --lr-for stem', "'='"],
    ['train --lr-for stem=0', 'more than 0'],
    ['train --lr-for stem=0.1', "'stem'"],
    ['train --warmup -1', 'at least 0'],
    ['train --clip-norm 0', 'more than 0'],
    ['train --clip-norm 1 --clip-value 1', '--clip-value'],
    ['train --freeze', "'--freeze <rule>'"],
    ['train extra', 'too many arguments'],
    ['train --freeze zzz', "'zzz'"],
    ['train --network mobilenet_v1_0.5_128', '--weights'],
    ['predict image.jpg', '--run'],
    ['predict --run x', "'image'"],
    ['runs show', "'id'"],
    ['runs star x --best --last', '--last'],
    ['runs star x --step -1', "'-1'"],
    ['runs unstar x', '--step'],
    ['runs list --limit 0', 'from 1'],
    ['runs list --status gone', 'finished'],
    ['runs list --archived --trash', '--archived'],
    ['runs list --query val_acuracy>1', 'Nearest: val_accuracy.'],
    ['runs list --sort zzz', "no run has a key 'zzz'"],
    ['runs list --columns network,(', "there is '('"],
  ];
  it.each(wrong)('refuses `thaw %s` as wrong use', async (command, word) => {
    const { code, stdout, stderr } = await thaw(command.split(' '), { home });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .+\nhint: .+\n$/);
    expect(stderr).toContain(word);
  });

  const failing: readonly (readonly [string, string])[] = [
    ['runs show nope', "no run 'nope'"],
    ['runs resume nope', "no run 'nope'"],
    ['predict --run nope a.jpg', "no run 'nope'"],
    ['train --weights run:nope', "no run 'nope'"],
    ['train --network vgg', "'vgg'"],
  ];
  it.each(failing)('fails `thaw %s` with a rule and a hint', async (command, word) => {
    const { code, stdout, stderr } = await thaw(command.split(' '), { home });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .+\nhint: .+\n$/);
    expect(stderr).toContain(word);
  });

  it.each([
    ['train --bogus --json', 2, 'usage.invalid'],
    ['train --epochs 0 --json', 2, 'usage.invalid'],
    ['train --json --dataset nowhere', 1, 'dataset.missing'],
    ['runs show nope --json', 1, 'run.unknown'],
  ])('answers `thaw %s` with one JSON document', async (command, code, errorCode) => {
    const result = await thaw(command.split(' '), { home });
    expect(result.code).toBe(code);
    const document = JSON.parse(result.stdout) as { error: Record<string, unknown> };
    expect(document.error['code']).toBe(errorCode);
    expect(Object.keys(document.error)).toEqual(['code', 'message', 'hint']);
  });

  it('takes relative paths from where the user stood', async () => {
    const { stderr } = await thaw(['train', '--dataset', 'photos/pets'], { home, cwd: path.join(root, 'elsewhere') });
    expect(stderr).toContain(path.join(root, 'elsewhere/photos/pets'));
    const weights = await thaw(['train', '--weights', '../w.h5'], { home, cwd: path.join(root, 'elsewhere') });
    expect(weights.stderr).toContain(`'${path.join(root, 'w.h5')}'`);
  });

  it('lists the networks and the caches', async () => {
    const { stdout } = await thaw(['networks'], { home });
    expect(stdout).toMatch(/mobilenet_v1_0\.25_96 +96×96×3 +86 +218,544 +ship with Thaw/);
    const caches = JSON.parse((await thaw(['cache', 'show', '--json'], { home })).stdout) as { name: string }[];
    expect(caches.map(({ name }) => name)).toEqual([
      'features',
      'decoded',
      'thumbnails',
      'embeddings',
      'weights',
      'toolchain',
    ]);
  });

  it('writes what it did not foresee into a file, with no stack for people', async () => {
    const broken = path.join(root, 'broken');
    mkdirSync(path.join(broken, 'log'), { recursive: true });
    const environment = {
      THAW_TOOLCHAIN: '',
      NODE_OPTIONS: `--import=data:text/javascript,Date.prototype.toISOString=1`,
    };
    const { code, stderr } = await thaw(['train'], { home: broken, environment });
    expect(code).toBe(1);
    expect(stderr).toContain('error: Thaw failed in a way it did not foresee');
    expect(stderr).not.toMatch(STACK);
  });
});

describe('the list of runs', () => {
  it('says how to begin while there are none', async () => {
    const empty = path.join(root, 'empty');
    expect(await thaw(['runs', 'list'], { home: empty })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('thaw train') as string,
    });
    expect((await thaw(['runs', 'list', '--json'], { home: empty })).stdout).toBe('[]\n');
  });

  it('asks, sorts and shows as it is told', async () => {
    const asked = path.join(root, 'asked');
    const log = openLog(asked);
    const ids = [1, 2, 3].map((place) => {
      const network = place === 2 ? 'VGG16' : 'ResNet50';
      const optimizer = { ...samplePlan().optimizer, learningRate: place / 100 };
      const id = createRun(log, samplePlan({ network, optimizer }), null);
      releaseTrainerLock(log, id);
      return id;
    });
    log.close();
    const list = [
      'runs',
      'list',
      '--query',
      'network = resnet50',
      '--sort',
      'learningRate',
      '--columns',
      'learningRate',
    ];
    const answered = await thaw([...list, '--json'], { home: asked });
    expect(JSON.parse(answered.stdout)).toMatchObject([
      { runId: ids[0], values: [0.01] },
      { runId: ids[2], values: [0.03] },
    ]);
    const { stdout } = await thaw([...list, '--desc', '--limit', '1'], { home: asked });
    expect(stdout).toMatch(/ learningRate\n.*ResNet50.* 0\.03\n1 of 2 runs/);
    expect(stdout).toContain(ids[2]);
    expect((await thaw(['runs', 'list', '--trash'], { home: asked })).stdout).toBe('No run fits.\n');
    expect((await thaw(['runs', 'columns'], { home: asked })).stdout).toMatch(/optimizer\.learningRate +number +plan/);
  });

  it('shows names that could steer a terminal as plain text, and no colour where none is wanted', async () => {
    const steering = path.join(root, 'steering');
    const log = openLog(steering);
    const id = createRun(log, samplePlan({ dataset: { kind: 'folder', path: '/photos/\u001b[2J蜜蜂' } }), null);
    releaseTrainerLock(log, id);
    setStatus(log, id, 'failed', { code: 'dataset.empty', message: 'no \u001b[31mimages', hint: 'add some' });
    log.close();
    for (const command of [
      ['runs', 'list'],
      ['runs', 'show', id],
    ]) {
      const { code, stdout } = await thaw(command, {
        home: steering,
        environment: { NO_COLOR: '1', FORCE_COLOR: '1' },
      });
      expect(code).toBe(0);
      expect(stdout).toContain(id);
      expect(stdout).toContain('蜜蜂');
      expect(stdout).not.toContain('\u001b');
    }
    const json = await thaw(['runs', 'show', id, '--json'], { home: steering });
    expect(JSON.parse(json.stdout)).toMatchObject({ plan: { dataset: { path: '/photos/\u001b[2J蜜蜂' } } });
  });

  it('refuses a damaged log in two lines', async () => {
    const damaged = path.join(root, 'damaged');
    mkdirSync(path.join(damaged, 'log'), { recursive: true });
    writeFileSync(path.join(damaged, 'log/thaw.db'), 'not a database');
    const { code, stderr } = await thaw(['runs', 'list'], { home: damaged });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*untouched\.\nhint: `thaw log recover --empty` .*Move .*\n$/);
    const doctor = await thaw(['doctor', '--json'], { home: damaged });
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; ok: boolean }[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: 'Experiment log', ok: false }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'Index of datasets', ok: true }));
    expect(doctor.code).toBe(1);
  });
});
