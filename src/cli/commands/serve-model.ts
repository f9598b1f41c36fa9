import { InvalidArgumentError, Option, type Command } from 'commander';
import { PRECISIONS, type Precision } from '../../shared/contract/plan.ts';
import { byteCount, decimalNumber, wholeNumber } from '../number-flag.ts';
import { bytes, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { untilSignal } from '../until-signal.ts';

interface ServeModelFlags {
  readonly run: string;
  readonly port?: number;
  readonly token?: string;
  readonly precision?: Precision;
  readonly unsureBelow?: number;
  readonly bodyLimit: number;
  readonly timeLimit: number;
  readonly atOnce: number;
  readonly json?: true;
}

const BODY_BYTES = 25e6;
const SECONDS = 30;
const REQUESTS = 8;
/** One that is short is guessed. */
const LEAST_TOKEN = 16;

const SAMPLE = `
Asked with curl, by the address and the token that it prints:

  curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: image/jpeg" \\
    --data-binary @photograph.jpg "$URL/predict?top=5"

and in Python:

  import requests
  headers = {'Authorization': f'Bearer {token}', 'Content-Type': 'image/jpeg'}
  with open('photograph.jpg', 'rb') as image:
      print(requests.post(f'{url}/predict', data=image, headers=headers, timeout=60).json())

It answers {"classes": [{"name", "probability"}, ..], "milliseconds"}, or {"error": {"code", "message", "hint"}} with the status
401 without the token, 408 for what comes too slowly, 413 for what is too large, 415 for what is sent as no image, 422 for what cannot be read, 503 while it is busy,
507 without room for the image on the disk.
GET /model tells the classes, the size of the input, the run and the checkpoint, which stays the one that it was at the start,
however the run goes on; GET /health needs no token.`;

function givenToken(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text) && text.length >= LEAST_TOKEN) return text;
  throw new InvalidArgumentError(`It must have at least ${LEAST_TOKEN} letters, digits or signs, and no space.`);
}

/** A first image, as a file: of one grey pixel. It has the network in memory before anybody asks. */
function smallestImage(): Buffer {
  const file = Buffer.alloc(58);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(1, 18);
  file.writeInt32LE(1, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.fill(128, 54, 57);
  return file;
}

async function serveModel(flags: ServeModelFlags): Promise<void> {
  const [{ createService }, { readWorkspace }, { describeDefect }, { startModelHost }] = await Promise.all([
    import('../../engine/service/create-service.ts'),
    import('../../engine/service/workspace.ts'),
    import('../../engine/service/defect.ts'),
    import('../../host/model-host.ts'),
  ]);
  const service = createService({ ...readWorkspace(), keepsPredictor: true });
  try {
    const model = await service.servedModel({ ...runCheckpoint(flags.run), precision: flags.precision });
    const host = await startModelHost({
      model,
      first: smallestImage(),
      port: flags.port ?? 0,
      token: flags.token,
      unsureBelow: flags.unsureBelow,
      limits: { bodyBytes: flags.bodyLimit, seconds: flags.timeLimit, requests: flags.atOnce },
      onDefect: describeDefect,
    });
    try {
      const { runId, checkpoint, epoch, step } = model.facts;
      if (flags.json) printJson({ url: host.url, token: host.token, runId, checkpoint, epoch, step });
      else {
        printLines([
          `Run ${printable(runId)} (${typeof checkpoint === 'string' ? `${checkpoint}, ` : ''}step ${step} of epoch ${epoch}) answers at ${host.url}/predict, on this machine alone.`,
          `Token: ${host.token}`,
          `An image has at most ${bytes(flags.bodyLimit)}; \`thaw serve-model --help\` shows how to ask. Ctrl+C ends it.`,
        ]);
      }
      await untilSignal('what was asked is answered');
    } finally {
      await host.close();
    }
  } finally {
    await service.close();
  }
}

export function addServeModelCommand(program: Command): void {
  program
    .command('serve-model')
    .description("a run's predictions over HTTP, for programs on this machine: an image in, JSON out")
    .requiredOption('--run <id>', RUN_CHECKPOINT)
    .option('--port <n>', 'where to listen (default: one that is free)', wholeNumber({ least: 1, most: 65_535 }))
    .addOption(
      new Option('--token <text>', 'what a request must bring (default: a random one, which is printed)')
        .env('THAW_MODEL_TOKEN')
        .argParser(givenToken),
    )
    .addOption(new Option('--precision <type>', 'as of `thaw predict`').choices(PRECISIONS))
    .option(
      '--unsure-below <p>',
      'say of each image whether its most probable class is less probable',
      decimalNumber({ least: 0, most: 1 }),
    )
    .option('--body-limit <bytes>', 'the largest request', byteCount, BODY_BYTES)
    .option('--time-limit <seconds>', 'for each request', wholeNumber({ least: 1, most: 3600 }), SECONDS)
    .option(
      '--at-once <n>',
      'requests that are taken at once; others are told to ask again',
      wholeNumber({ least: 1, most: 256 }),
      REQUESTS,
    )
    .option('--json', 'print one JSON document with the address and the token')
    .addHelpText('after', SAMPLE)
    .action(serveModel);
}
