import { hash } from 'node:crypto';
import { MOST_SUSPECTS, type LabelMistakes, type LabelMistakesRequest } from '../../shared/contract/label-mistakes.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { alikeGroups } from '../dataset/health/alike-groups.ts';
import { UNLABELLED } from '../dataset/read-images.ts';
import { nearDuplicates } from '../image/near-duplicates.ts';
import type { JudgedLabels } from '../training/extractor-protocol.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import type { OpenedDataset } from './datasets.ts';
import { findSuspects } from './extractor-process.ts';
import { judgingPlan } from './judging-plan.ts';
import { findJudged, keepJudged } from './kept-labels.ts';
import { resolveDataset } from './resolve-references.ts';
import { seeImages } from './seen-images.ts';
import type { Task } from './tasks.ts';
import { assertWeights, sourceFolders } from './weights-path.ts';
import { weightsStamps } from './weights-stamps.ts';

/** As many images are decoded at a time; each runs in a thread of Node's own. */
const AT_A_TIME = 8;
const USUAL_FOLDS = 5;
const USUAL_SEED = 42;
/** Changed whenever other suspects come of the same images. */
const METHOD = 1;
/** As many classes as a warning names. */
const MOST_NAMED = 5;

type NamedImage = OpenedDataset['images'][number];

/** Numbers the images by what they show, which each is looked at for once: copies together, and what is near them. */
async function groupsOf(
  context: ServiceContext,
  opened: OpenedDataset,
  images: readonly NamedImage[],
  task: Task,
): Promise<Int32Array> {
  const contents = [...new Set(images.map(({ image }) => image.contentHash))].sort();
  const groups = new Map(contents.map((contentHash, group) => [contentHash, group]));
  // Looked at twice at once, images would be decoded twice.
  const measured = context.measuring.end(opened.datasetId);
  const seen = await seeImages(opened, context.indexIfAny, { ...task, atATime: AT_A_TIME }).catch((error: unknown) => {
    // What this did not come to is still to be looked at.
    if (measured) context.measuring.begin(opened.datasetId);
    throw error;
  });
  const prints = contents.map((contentHash) => seen.get(contentHash)?.fingerprint ?? null);
  const pairs = await nearDuplicates(prints, { signal: task.signal });
  for (const alike of alikeGroups(pairs)) {
    const [first] = alike;
    for (const { place } of alike) groups.set(contents[place] ?? '', first?.place ?? place);
  }
  return Int32Array.from(images, ({ image }) => groups.get(image.contentHash) ?? 0);
}

interface Asked {
  readonly plan: TrainingPlan;
  readonly images: readonly NamedImage[];
  readonly classes: readonly string[];
  readonly groups: Int32Array;
  readonly folds: number;
  readonly seed: number;
}

/** All that decides what comes out: what looks, by which weights, at which images with which labels, and how they are divided. */
async function keyOf(context: ServiceContext, { plan, images, classes, groups, folds, seed }: Asked): Promise<string> {
  const lines = images.map(
    ({ image }, place) => `${image.path}\0${image.contentHash}\0${classes[image.label] ?? ''}\0${groups[place] ?? 0}`,
  );
  const decides = {
    method: METHOD,
    network: plan.network,
    strategy: plan.strategy,
    rules: plan.rules,
    precision: plan.precision.frozen,
    preprocessing: plan.preprocessing,
    weights: await weightsStamps(context, plan),
    images: hash('sha256', lines.join('\n'), 'hex'),
    folds,
    seed,
  };
  return hash('sha256', JSON.stringify(decides), 'hex');
}

function named(classes: readonly string[]): string {
  const shown = classes.slice(0, MOST_NAMED).map((name) => `'${name}'`);
  return classes.length > shown.length
    ? `${shown.join(', ')} and ${classes.length - shown.length} more`
    : shown.join(', ');
}

/** What is to be known before the suspects are believed, for people. */
function warningsOf({ images, classes, folds }: Asked, { unjudged, fitted, skipped }: JudgedLabels): readonly string[] {
  const counts = classes.map((_, own) => images.reduce((sum, { image }) => sum + (image.label === own ? 1 : 0), 0));
  const few = classes.filter((_, own) => (counts[own] ?? 0) < folds && !unjudged.includes(own));
  const alone = unjudged.map((own) => classes[own] ?? '');
  return [
    ...(alone.length === 0
      ? []
      : [
          `Of ${named(alone)} there is one image, or all show the same: without it nothing is known of the class, and its label is not judged.`,
        ]),
    ...(few.length === 0
      ? []
      : [`Fewer images than the ${folds} parts have ${named(few)}: their labels are judged by very little.`]),
    ...(fitted === null
      ? []
      : [
          `Each classifier learnt from ${fitted.toLocaleString('en-US')} images, since all of them would take too long; every label is judged.`,
        ]),
    ...(skipped.length === 0
      ? []
      : [
          skipped.length === 1
            ? 'An image could not be read and is left out.'
            : `${skipped.length.toLocaleString('en-US')} images could not be read and are left out.`,
        ]),
  ];
}

/** @throws ThawError `dataset.classes` where there is nothing that a label could be instead */
function assertClasses(images: readonly NamedImage[], folds: number): void {
  const classes = new Set(images.map(({ image }) => image.label));
  if (classes.size < 2) {
    throw new ThawError(
      'dataset.classes',
      `A label is held against other classes, of which there must be one; found ${classes.size === 0 ? 'no labelled images' : 'images of one class alone'}.`,
      'Open a folder with two classes or more.',
    );
  }
  if (images.length < folds) {
    throw new ThawError(
      'dataset.images',
      `Labels are judged in ${folds} parts; found ${images.length} labelled images.`,
      'Choose fewer folds, or add images.',
    );
  }
}

async function judge(context: ServiceContext, opened: OpenedDataset, asked: Asked, task: Task): Promise<JudgedLabels> {
  const { plan, images, groups, folds, seed, classes } = asked;
  const key = await keyOf(context, asked);
  const kept = await findJudged(context.cache, key);
  if (kept?.suspects.every(({ image, suggested }) => image < images.length && suggested < classes.length)) return kept;
  const judged = await findSuspects(
    context.entries.extractor,
    {
      plan,
      layer: null,
      root: opened.content.root,
      images: images.map(({ image: { path, contentHash } }) => ({ path, contentHash })),
      labels: Int32Array.from(images, ({ image }) => image.label),
      groups,
      classes: classes.length,
      folds,
      seed,
      most: MOST_SUSPECTS,
      cacheDirectory: context.cache,
      cacheLimitBytes: cacheLimit(context),
      ...sourceFolders(context, plan),
    },
    task,
  );
  await keepJudged(context.cache, key, judged);
  return judged;
}

/**
 * Labels of a dataset that are hard to believe, by classifiers that did not see the images they judge; kept from then on.
 * Images that are left out of the dataset are left out here.
 *
 * @throws ThawError what is wrong with the dataset, the run, the network or its weights; `dataset.classes` for fewer than two
 *   classes, `dataset.images` for too few images, `usage.invalid` for features without images, `task.cancelled`
 */
export async function findLabelMistakes(
  context: ServiceContext,
  request: LabelMistakesRequest,
): Promise<LabelMistakes> {
  const { by, folds = USUAL_FOLDS, seed = USUAL_SEED, limit, taskId } = request;
  const source = resolveDataset(context, request.dataset);
  if (source.kind === 'features') {
    throw new ThawError(
      'usage.invalid',
      'Labels are reviewed by looking at images; features have none.',
      'Name the folder that the features were taken of.',
    );
  }
  const { plan, warnings } = judgingPlan(context, by);
  return context.tasks.run(taskId, 'image', async (task) => {
    await assertWeights(context, plan.weights);
    const opened = await context.datasets.open(source, task);
    const { classes } = opened.content;
    const images = opened.images.filter(({ image }) => image.label !== UNLABELLED);
    assertClasses(images, folds);
    const asked = { plan, images, classes, groups: await groupsOf(context, opened, images, task), folds, seed };
    const judged = await judge(context, opened, asked, task);
    return {
      datasetId: opened.datasetId,
      version: opened.dataset?.version ?? '',
      network: plan.network,
      folds,
      images: judged.images,
      accuracy: judged.accuracy,
      disagreed: judged.disagreed,
      suspects: judged.suspects
        .slice(0, limit)
        .flatMap(({ image, suggested, labelProbability, suggestedProbability }) => {
          const found = images[image];
          if (!found) return [];
          return [
            {
              path: found.image.path,
              imageId: found.imageId,
              label: classes[found.image.label] ?? '',
              labelProbability,
              suggested: classes[suggested] ?? '',
              suggestedProbability,
            },
          ];
        }),
      warnings: [...warnings, ...warningsOf(asked, judged)],
    };
  });
}
