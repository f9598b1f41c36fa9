import type { ExportSelfTest, ModelFormat, Quantisation } from '../../shared/contract/model-export.ts';
import type { LayerState } from '../../shared/contract/run.ts';
import type { Preprocessing } from '../network/preprocessing.ts';

/** What the log knows of a run that people must know who use its model. */
export interface CardFacts {
  readonly thaw: string;
  readonly runId: string;
  readonly name: string;
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number;
  readonly network: string;
  /** Whose network it is. */
  readonly source: string;
  readonly strategy: string;
  /** What it began with: where the weights came from, their SHA-256, and under which licence. */
  readonly weights: { readonly source: string; readonly sha256: string | null; readonly licence: string | null } | null;
  /** The run whose trained head was put on it; null where it began with none. */
  readonly head: string | null;
  readonly dataset: {
    /** Its folder's own name. */
    readonly name: string;
    readonly version: string;
    readonly images: Readonly<Record<'train' | 'validation' | 'test', number>>;
  } | null;
  readonly layers: readonly LayerState[];
  readonly parameters: { readonly trainable: number; readonly frozen: number } | null;
  /** What a checkpoint made of splits. */
  readonly evaluations: readonly {
    readonly split: string;
    readonly epoch: number;
    readonly images: number;
    readonly accuracy: number;
    readonly loss: number;
    readonly classes: readonly {
      readonly name: string;
      readonly images: number;
      readonly precision: number | null;
      readonly recall: number | null;
    }[];
  }[];
}

/** What only the export itself knows. */
export interface CardOfExport {
  readonly facts: CardFacts;
  readonly format: ModelFormat;
  /** null for float32. */
  readonly quantisation: Quantisation | null;
  /** The sample: `predict.py`. */
  readonly program: string;
  /** Whether that predicts and compares; else it lists the weights. */
  readonly predicts: boolean;
  readonly classes: readonly string[];
  readonly preprocessing: Preprocessing;
  /** The checkpoint's. */
  readonly epoch: number;
  readonly step: number;
  readonly files: readonly (readonly [name: string, what: string])[];
  readonly selfTest: ExportSelfTest;
}

/** More classes than this are told by their number. */
const MOST_LISTED = 100;

/** A name on a line of its own, whatever ends lines for whoever reads it: Python's `splitlines` knows eleven signs that do. */
export function plainName(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/**
 * A text of anybody's within Markdown: nothing in it is markup, a link or HTML, it stays on its line, and what it has to turn
 * its direction around ends with it (Unicode Standard Annex 9, section 2.4).
 */
function plain(text: string): string {
  const escaped = plainName(text).replace(/[\\`*{}[\]<>#|~&$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');
  return /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(escaped)
    ? `\u2068${escaped}\u2069`
    : escaped;
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(share * 100).toFixed(1)} %`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Blocks in their order with what trained of them, those that are alike together. */
function maskLines(layers: readonly LayerState[]): string[] {
  const blocks: { name: string; trained: number; weighted: number; parameters: number }[] = [];
  for (const { block, parameters, state } of layers) {
    if (parameters === 0) continue;
    let last = blocks.at(-1);
    if (last?.name !== block) blocks.push((last = { name: block, trained: 0, weighted: 0, parameters: 0 }));
    last.weighted += 1;
    last.parameters += parameters;
    if (state === 'trainable') last.trained += 1;
  }
  return table(
    ['block', 'layers with weights', 'trained', 'parameters'],
    blocks.map(({ name, trained, weighted, parameters }) => [
      plain(name),
      String(weighted),
      trained === 0 ? 'frozen' : trained === weighted ? 'all' : `${trained}`,
      parameters.toLocaleString('en-US'),
    ]),
  );
}

function dataLines({ dataset, evaluations }: CardFacts): string[] {
  if (dataset === null) return ['Nothing is known of it.'];
  const { train, validation, test } = dataset.images;
  const smallest = evaluations
    .flatMap(({ classes }) => classes)
    .reduce<number | null>((least, { images }) => (least === null ? images : Math.min(least, images)), null);
  return [
    `A folder called “${plain(dataset.name)}”: ${counted(train, 'image')} to train on, ${validation} of validation` +
      `${test > 0 ? `, ${test} of test` : ', no test split'}.` +
      (smallest === null ? '' : ` The smallest class of what was evaluated has ${counted(smallest, 'image')}.`),
    '',
    `Version (SHA-256 of splits, classes and contents): \`${dataset.version}\``,
  ];
}

function metricLines({ evaluations }: CardFacts): string[] {
  if (evaluations.length === 0) return ['The run kept no evaluation of its best checkpoint.'];
  return evaluations.flatMap(({ split, epoch, images, accuracy, loss, classes }) => [
    `On the ${split} split (${counted(images, 'image')}), by the weights of epoch ${epoch}: accuracy ` +
      `${percent(accuracy)}, loss ${loss.toFixed(4)}.`,
    '',
    ...(classes.length > MOST_LISTED
      ? []
      : [
          ...table(
            ['class', 'images', 'precision', 'recall'],
            classes.map((one) => [plain(one.name), String(one.images), percent(one.precision), percent(one.recall)]),
          ),
          '',
        ]),
  ]);
}

function weightLines({ weights }: CardFacts): string[] {
  if (weights === null) return ['It was trained from scratch: no weights of others are in it.'];
  return [
    `It began with ${plain(weights.source)}${weights.sha256 === null ? '' : ` (SHA-256 \`${weights.sha256}\`)`}.`,
    '',
    weights.licence === null
      ? 'The licence of those weights is not known to Thaw: ask whoever published them before you pass this model on.'
      : `Licence of those weights: ${plain(weights.licence)}. What was learnt since is its maker's.`,
  ];
}

function inputLines(preprocessing: Preprocessing): string[] {
  const { height, width, resize, shorterSide, kernel, channelOrder, scale, offset } = preprocessing;
  const framing = {
    stretch: `the whole image, its aspect ratio given up`,
    centerCrop:
      height === width
        ? 'the largest centred square'
        : `the largest centred part of the aspect ratio ${width}:${height}`,
    resizeThenCrop: `the centre of the image whose shorter side was brought to ${shorterSide ?? Math.max(height, width)} pixels`,
  }[resize];
  return [
    `Upright by EXIF, RGB, 8 bits; ${framing}, at ${width} x ${height} pixels by antialiased ${kernel} resampling as ` +
      `Pillow's; then, inside the network's own first step: order ${channelOrder}, pixel * ${String(scale)} + ${String(offset)}. ` +
      '`preprocessing.json` has the same for programs.',
  ];
}

function testLines({ selfTest, predicts }: CardOfExport, command: string): string[] {
  const { runtime, references, drawn, difference, allowed } = selfTest;
  const images = `${counted(references, 'image')} of the validation and ${drawn} drawn ones`;
  const rest = predicts
    ? `\`${command} --check\` compares with Thaw in the model's own runtime, on the drawn ones, which lie in \`reference.npz\`.`
    : 'Its probabilities were not compared: `reference.npz` has drawn images and what Thaw predicts of them.';
  return [
    difference === null
      ? `${plain(runtime)}. ${rest}`
      : `${plain(runtime)} loaded the file and predicted ${images}: probabilities are at most ${difference.toExponential(1)} ` +
        `from Thaw's own (allowed: ${allowed.toExponential()}). ${rest}`,
  ];
}

/** The card of an exported model, in Markdown: what it is, what it learnt from, how good it is, and what it is not for. */
export function modelCard(card: CardOfExport): string {
  const { facts, format, quantisation, program, classes, preprocessing, epoch, step, files } = card;
  const command = `${program.endsWith('.py') ? 'python' : 'node'} ${program}`;
  const listed =
    classes.length > MOST_LISTED
      ? `${classes.length} classes, in \`classes.json\``
      : classes.map((name) => `“${plain(name)}”`).join(', ');
  const lines = [
    `# ${plain(facts.name)}`,
    '',
    `An image classifier: ${plain(facts.network)} (${plain(facts.source)}), trained by Thaw ${facts.thaw} with the strategy ` +
      `“${facts.strategy}”. Run \`${facts.runId}\` of ${new Date(facts.createdAt).toISOString().slice(0, 10)}, weights ` +
      `of epoch ${epoch} (step ${step}), exported as \`${format}\`${quantisation === null ? '' : ` with weights of ${quantisation}`}.`,
    '',
    `Classes, in the order of the outputs: ${listed}.`,
    '',
    '## Files',
    '',
    ...table(
      ['file', 'what'],
      [...files, [program, card.predicts ? PREDICTING : LISTING], ...COMMON_FILES].map(([name, what]) => [
        `\`${name}\``,
        what,
      ]),
    ),
    '',
    '## Input',
    '',
    ...inputLines(preprocessing),
    '',
    '## Data',
    '',
    ...dataLines(facts),
    '',
    '## Metrics',
    '',
    ...metricLines(facts),
    '## What was trained',
    '',
    ...(facts.parameters
      ? [
          `${facts.parameters.trainable.toLocaleString('en-US')} parameters learnt, ${facts.parameters.frozen.toLocaleString('en-US')} were not learnt by gradients: those of frozen layers, and the means and variances that a BatchNorm counts.`,
          '',
        ]
      : []),
    ...maskLines(facts.layers),
    '',
    '## Weights and licence',
    '',
    ...weightLines(facts),
    ...(facts.head === null ? [] : ['', `Its head began as that of run \`${plain(facts.head)}\`.`]),
    '',
    '## Self-test',
    '',
    ...testLines(card, command),
    '',
    '## Limits',
    '',
    '- It knows its classes and nothing else: an image of anything else gets one of them, often with a high probability.',
    '- What it reaches on images that were made otherwise (another camera, light, background or framing) is not known.',
    '- The figures above come from one split of one dataset; where the validation chose the checkpoint, it flatters it.',
    '- Probabilities were not calibrated: they rank classes better than they tell how often the model is right.',
    '- Nobody looked for harm that wrong answers may do. Do not let it decide about people.',
  ];
  return `${lines.join('\n')}\n`;
}

const PREDICTING = 'a program that predicts images, with `--check` to hold it to Thaw';
const LISTING = 'a program that lists the weights: no other program has the layers of this network';
const COMMON_FILES = [
  ['classes.json', 'the names of the classes, in the order of the outputs'],
  ['labels.txt', 'the same, a line each'],
  ['preprocessing.json', 'how an image becomes the input'],
  ['reference.npz', 'drawn images and what Thaw predicts of them'],
] as const;
