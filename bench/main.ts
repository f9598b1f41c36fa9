/**
 * `npm run -s bench -- [NAME ...] [--json] [--list] [--runs N] [--no-peers]`: the figures of the README and of closing
 * notes, each beside its peer's; see docs/benchmarks.md.
 */
import { Command, InvalidArgumentError } from 'commander';
import { accuracy } from './accuracy.ts';
import type { Bench, BenchResult } from './bench.ts';
import { cachedEpoch } from './cached-epoch.ts';
import { compile } from './compile.ts';
import { datasetIndex } from './dataset-index.ts';
import { datasetWindow } from './dataset-window.ts';
import { estimate } from './estimate.ts';
import { evaluation } from './evaluation.ts';
import { exports } from './exports.ts';
import { features } from './features.ts';
import { folderPrediction } from './folder-prediction.ts';
import { forward } from './forward.ts';
import { gpuForward, gpuTrainStep } from './gpu.ts';
import { lastPart } from './last-part.ts';
import { heatMap } from './heat-map.ts';
import { imageDecode } from './image-decode.ts';
import { introspection } from './introspection.ts';
import { leak } from './leak.ts';
import { liveCharts } from './live-charts.ts';
import { log } from './log.ts';
import { describeMachine } from './machine.ts';
import { findPeerPython } from './peer-python.ts';
import { pipelineWait } from './pipeline-wait.ts';
import { renderReport } from './report.ts';
import { series } from './series.ts';
import { sessionOverhead } from './session-overhead.ts';
import { thumbnailScrolling } from './thumbnail-scrolling.ts';
import { thumbnails } from './thumbnails.ts';
import { toggle } from './toggle.ts';
import { trainStep } from './train-step.ts';
import { weightsFiles } from './weights-files.ts';
import { windowStart } from './window-start.ts';

const BENCHES: readonly Bench[] = [
  sessionOverhead,
  exports,
  features,
  forward,
  trainStep,
  lastPart,
  cachedEpoch,
  gpuForward,
  gpuTrainStep,
  compile,
  introspection,
  leak,
  accuracy,
  estimate,
  series,
  log,
  imageDecode,
  pipelineWait,
  datasetIndex,
  datasetWindow,
  evaluation,
  folderPrediction,
  thumbnails,
  thumbnailScrolling,
  toggle,
  liveCharts,
  weightsFiles,
  windowStart,
  heatMap,
];
const LEAST_RUNS = 5;

interface Options {
  readonly json?: boolean;
  readonly list?: boolean;
  readonly runs: number;
  readonly peers: boolean;
}

function runCount(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs >= LEAST_RUNS) return runs;
  throw new InvalidArgumentError(`Medians need at least ${LEAST_RUNS} runs.`);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `features-cold` runs the bench `features` and keeps only its own results. */
function choose(names: readonly string[]): readonly Bench[] {
  const unknown = names.filter((name) => !BENCHES.some((bench) => covers(bench, name)));
  if (unknown.length > 0) {
    say(`Benches are ${BENCHES.map(({ name }) => name).join(', ')}; received ${unknown.join(', ')}.`);
    process.exit(2);
  }
  return BENCHES.filter((bench) => names.length === 0 || names.some((name) => covers(bench, name)));
}

function covers(bench: Bench, name: string): boolean {
  return name === bench.name || name.startsWith(`${bench.name}-`) || name.startsWith(`${bench.name}/`);
}

async function main(names: readonly string[], options: Options): Promise<void> {
  if (options.list === true) {
    for (const { name, description } of BENCHES) process.stdout.write(`${name}: ${description}\n`);
    return;
  }
  const chosen = choose(names);
  const python = options.peers ? findPeerPython() : null;
  if (options.peers && python === null) say('The peers are absent: our figures stand alone. Run: scripts/peers');
  const machine = describeMachine(python);
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  const results: BenchResult[] = [];
  for (const bench of chosen) {
    try {
      const found = await bench.run({ python, runs: options.runs, say, signal: interruption.signal });
      results.push(
        ...found.filter(({ name }) => names.length === 0 || names.some((wanted) => name.startsWith(wanted))),
      );
    } catch (error) {
      say(`${bench.name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
    if (interruption.signal.aborted) break;
  }
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ machine, results }, null, 2)}\n` : renderReport(machine, results),
  );
}

const program = new Command('bench')
  .argument('[names...]', 'benches, or the beginning of a figure; all by default')
  .option('--json', 'print one JSON document')
  .option('--list', 'list the benches')
  .option('--runs <count>', 'how many times each side runs', runCount, 7)
  .option('--no-peers', 'measure Thaw alone')
  .action(async (names: string[], options: Options) => main(names, options));
await program.parseAsync();
