import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { MOST_NEIGHBOURS, type HeatMap } from '../../shared/contract/explain.ts';
import type { Response, Transport } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask, type TaskOutcome } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import { printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';

/** A map takes up to a second, and a picture is written of each. */
const MOST_OF_FOLDER = 1000;

const METHODS = ['gradcam', 'occlusion'] as const;

interface ExplainFlags {
  readonly run: string;
  readonly out: string;
  readonly class?: string;
  readonly layer?: string;
  readonly method: (typeof METHODS)[number];
  readonly nearest?: number;
  readonly json?: true;
}

type Neighbours = Response<'explain.nearest'>;

/** What came of an image: a picture, or why there is none. */
type Explained =
  | {
      readonly image: string;
      readonly map: HeatMap;
      readonly picture: string;
      readonly nearest: Neighbours | null;
      readonly problem: null;
    }
  | { readonly image: string; readonly problem: string };

async function mapOf(engine: Transport, image: string, flags: ExplainFlags): Promise<TaskOutcome<HeatMap>> {
  const asked = { ...runCheckpoint(flags.run), image: givenPath(image), class: flags.class };
  return followTask(
    engine,
    (taskId) =>
      flags.method === 'occlusion'
        ? engine.invoke('explain.occlusion', { ...asked, taskId })
        : engine.invoke('explain.heatMap', { ...asked, layer: flags.layer, taskId }),
    'evaluate',
  );
}

async function neighboursOf(
  engine: Transport,
  image: string,
  { run, nearest }: ExplainFlags,
): Promise<TaskOutcome<Neighbours | null>> {
  if (nearest === undefined) return { kind: 'done', result: null };
  const asked = { ...runCheckpoint(run), image: givenPath(image), count: nearest };
  return followTask(engine, (taskId) => engine.invoke('explain.nearest', { ...asked, taskId }), 'features');
}

interface Named {
  /** As the person wrote it, of a folder below that as they wrote it. */
  readonly image: string;
  readonly problem: string | null;
}

/** The images that are meant, those of folders one by one. @throws ThawError as `imagesOfFolder` */
async function named(written: readonly string[]): Promise<readonly Named[]> {
  const { imagesOfFolder } = await import('../../engine/service/resolve-images.ts');
  const all: Named[] = [];
  for (const image of written) {
    const place = givenPath(image);
    const found = await stat(place).catch(() => null);
    if (found?.isDirectory() !== true) {
      all.push({ image, problem: null });
      continue;
    }
    const hint = 'Choose a folder within it.';
    for (const own of await imagesOfFolder(await realpath(place), { most: MOST_OF_FOLDER, hint })) {
      all.push({ image: path.join(image, own.path), problem: 'problem' in own ? own.problem : null });
    }
  }
  return all;
}

function unread(image: string, problem: string): TaskOutcome<Explained> {
  return { kind: 'done', result: { image, problem } };
}

/** @param taken names of pictures so far */
async function explain(
  engine: Transport,
  image: string,
  flags: ExplainFlags,
  taken: Set<string>,
): Promise<TaskOutcome<Explained>> {
  const { overlayName, writeOverlay } = await import('../../engine/service/write-overlay.ts');
  try {
    const map = await mapOf(engine, image, flags);
    if (map.kind === 'cancelled') return map;
    // What cannot be told of them is told before anything is written.
    const nearest = await neighboursOf(engine, image, flags);
    if (nearest.kind === 'cancelled') return nearest;
    const picture = path.join(givenPath(flags.out), overlayName(image, map.result.class, flags.method, taken));
    await writeOverlay(givenPath(image), map.result, picture);
    return { kind: 'done', result: { image, map: map.result, picture, nearest: nearest.result, problem: null } };
  } catch (error) {
    // One that cannot be read says nothing of the others.
    if (!(error instanceof ThawError) || error.code !== 'image.unreadable') throw error;
    return unread(image, error.message);
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function linesOf(explained: Explained, { method }: ExplainFlags): string[] {
  const { image } = explained;
  if (explained.problem !== null) return [`${printable(image)}: not read: ${printable(explained.problem)}`];
  const { map, picture, nearest } = explained;
  const { class: of, layer, largest, classes } = map;
  const predicted = classes.map(({ name, probability }) => `${printable(name)} ${percent(probability)}`).join(' · ');
  const nothing =
    method === 'gradcam'
      ? `nothing in '${printable(layer ?? '')}' speaks for it`
      : 'no square makes its probability fall';
  const said =
    method === 'gradcam'
      ? `Grad-CAM of '${printable(layer ?? '')}'`
      : `occlusion: its probability falls by ${(largest * 100).toFixed(1)} points at most`;
  return [
    `${printable(image)}: ${predicted}`,
    `  ${printable(of)}, ${largest > 0 ? said : nothing}: ${printable(picture)}`,
    ...(nearest
      ? table(
          nearest.images.map((one) => [
            `  ${one.similarity.toFixed(4)}`,
            printable(one.label),
            printable(one.path),
            one.imageId === null ? 'no longer there' : '',
          ]),
        )
      : []),
  ];
}

function documentOf(explained: Explained): object {
  if (explained.problem !== null) return explained;
  const { image, map, picture, nearest } = explained;
  const { classes, layer, height, width, values, largest, region } = map;
  return {
    image,
    ...{ classes, class: map.class, layer, height, width, largest, region },
    values: [...values],
    picture,
    ...(nearest && { nearest: { layer: nearest.layer, compared: nearest.compared, images: nearest.images } }),
    problem: null,
  };
}

export function addExplainCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('explain')
    .description(
      'where in images a run sees what it says of them, as heat-maps over pictures; computed in float32, whose gradients are exact, whatever the run computes in',
    )
    .requiredOption('--run <id>', RUN_CHECKPOINT)
    .requiredOption('--out <folder>', 'write a PNG for each image there; one of the same name is replaced')
    .option('--class <name>', 'what to look for (default: the class that is predicted)')
    .addOption(
      new Option(
        '--layer <name>',
        'a layer whose output has places (default: the last one before the pooling); of gradcam alone',
      ),
    )
    .addOption(
      new Option(
        '--method <name>',
        'gradcam: by the gradient of the class at a layer; occlusion: by greying squares of the image',
      )
        .choices(METHODS)
        .default('gradcam'),
    )
    .option(
      '--nearest <n>',
      'name so many training images too that the network sees most alike',
      wholeNumber({ least: 1, most: MOST_NEIGHBOURS }),
    )
    .option('--json', 'print one JSON document, the values of the maps in it')
    .argument('<image...>', `image files, or folders of up to ${MOST_OF_FOLDER.toLocaleString('en')} images`)
    .action(async (images: readonly string[], flags: ExplainFlags) => {
      if (flags.method === 'occlusion' && flags.layer !== undefined) {
        throw new ThawError(
          'usage.invalid',
          'An occlusion map is of the whole network; received --layer with --method occlusion.',
          'Leave --layer out, or take --method gradcam.',
        );
      }
      const found: Explained[] = [];
      const taken = new Set<string>();
      await withService(async (engine) => {
        for (const given of await named(images)) {
          const outcome =
            given.problem === null
              ? await explain(engine, given.image, flags, taken)
              : unread(given.image, given.problem);
          if (outcome.kind === 'cancelled') {
            setExitCode(outcome.exitCode);
            break;
          }
          found.push(outcome.result);
          if (!flags.json) printLines(linesOf(outcome.result, flags));
        }
      });
      if (flags.json) printJson({ runId: runCheckpoint(flags.run).runId, images: found.map(documentOf) });
      if (found.length > 0 && found.every(({ problem }) => problem !== null)) setExitCode(1);
    });
}
