import path from 'node:path';
import type { PartWeights, TrainingPlan } from '../../shared/contract/plan.ts';
import type { RunDetail } from '../../shared/contract/run.ts';
import { SPLITS } from '../../shared/contract/splits.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readEvaluation } from '../experiment/evaluations.ts';
import { readRun } from '../experiment/run-reader.ts';
import type { CardFacts } from '../export/model-card.ts';
import { findNetwork } from '../network/registry.ts';
import type { ServiceContext } from './context.ts';
import { licenceOf } from './published-weights.ts';
import { thawVersion } from './version.ts';

/** Runs go on from runs; those of one that is its own ancestor end somewhere. */
const MOST_PARENTS = 100;
/** Of what ships with Thaw. */
const OWN_LICENCE = 'Apache-2.0';

/** The run whose weights were not those of another run; null where one on the way has gone. */
function firstRun(context: LogOf, run: RunDetail): RunDetail | null {
  let first = run;
  for (let parents = 0; parents < MOST_PARENTS; parents += 1) {
    const { weights } = first.plan;
    if (weights.kind !== 'run') return first;
    try {
      first = readRun(context.log, weights.runId);
    } catch (error) {
      if (error instanceof ThawError && error.code === 'run.unknown') return null;
      throw error;
    }
  }
  return null;
}

type LogOf = Pick<ServiceContext, 'log'>;
type WeightsFacts = NonNullable<CardFacts['weights']>;

/** What part of a fused network began with; only of the whole is there a SHA-256 in the log. */
function partFacts(context: LogOf, part: PartWeights): WeightsFacts {
  switch (part.kind) {
    case 'shipped':
      return { source: 'the weights that ship with Thaw', sha256: null, licence: OWN_LICENCE };
    case 'file':
      return { source: `the file ${path.basename(part.path)}`, sha256: null, licence: null };
    case 'run':
      return { source: `the weights of run ${part.runId}`, sha256: null, licence: licenceOfRun(context, part.runId) };
  }
}

/** null where it is not known. */
function licenceOfRun(context: LogOf, runId: string): string | null {
  try {
    const run = readRun(context.log, runId);
    // A run that began with fused weights may go on from runs without end.
    if (run.plan.weights.kind === 'fused') return null;
    const facts = weightsFacts(context, run);
    return facts === null ? "its maker's own" : facts.licence;
  } catch (error) {
    if (error instanceof ThawError && error.code === 'run.unknown') return null;
    throw error;
  }
}

function fusedFacts(context: LogOf, run: RunDetail, parts: readonly PartWeights[]): WeightsFacts {
  const facts = parts.map((part) => partFacts(context, part));
  const licences = [...new Set(facts.map(({ licence }) => licence))];
  return {
    source: facts.map(({ source }, place) => `${source} (part ${place + 1})`).join(', '),
    sha256: run.loadReport?.sha256 ?? null,
    licence: licences.includes(null) ? null : licences.join(', '),
  };
}

function weightsFacts(context: LogOf, run: RunDetail): CardFacts['weights'] {
  const { weights } = run.plan;
  if (weights.kind === 'none') return null;
  if (weights.kind === 'fused') return fusedFacts(context, run, weights.parts);
  const first = firstRun(context, run);
  if (first !== run) {
    const begun = weights.kind === 'run' ? `the weights of run ${weights.runId}` : 'weights of another run';
    const before = first && weightsFacts(context, first);
    return {
      source: before ? `${begun}, which began with ${before.source}` : begun,
      sha256: before?.sha256 ?? null,
      // What was trained from scratch, as its own run says, has no licence of others.
      licence: first && before === null ? "its maker's own: it was trained from scratch" : (before?.licence ?? null),
    };
  }
  const sha256 = run.loadReport?.sha256 ?? null;
  if (weights.kind === 'shipped') return { source: 'the weights that ship with Thaw', sha256, licence: OWN_LICENCE };
  const file = weights.kind === 'file' ? path.basename(weights.path) : 'weights';
  return { source: `the file ${file}`, sha256, licence: sha256 === null ? null : licenceOf(sha256) };
}

/** Who published a network; of one that is known no more nothing. */
function sourceOf(network: string): string {
  try {
    return findNetwork(network).source;
  } catch (error) {
    if (error instanceof ThawError) return 'unknown';
    throw error;
  }
}

/** The strategies that its weights have been trained under until a stage, that one included. */
function strategyUntil({ strategy, stages }: TrainingPlan, stage: number): string {
  if (stages.length === 0) return strategy;
  return stages
    .slice(0, stage + 1)
    .map((one) => one.strategy)
    .join(', then ');
}

/**
 * What people must know of a run who use its model: nothing in it says where on this machine anything lies.
 *
 * @param stage that its checkpoint is of, from 0
 */
export function cardFacts(context: LogOf, run: RunDetail, stage: number): CardFacts {
  const { summary, plan, result, layers } = run;
  const { runId, name, createdAt } = summary;
  const { dataset } = result;
  return {
    thaw: run.environment?.thaw ?? thawVersion(),
    runId,
    name,
    createdAt,
    network: plan.network,
    source: sourceOf(plan.network),
    strategy: strategyUntil(plan, stage),
    weights: weightsFacts(context, run),
    head: plan.headWeights?.runId ?? null,
    dataset: dataset && {
      name: path.basename(dataset.root),
      version: dataset.version,
      images: { train: dataset.train, validation: dataset.validation, test: dataset.test },
    },
    layers,
    parameters: result.parameters,
    evaluations: SPLITS.flatMap((split) => {
      const { evaluation } = readEvaluation(context.log, runId, split);
      if (evaluation?.accuracy == null || evaluation.loss === null) return [];
      return [{ ...evaluation, accuracy: evaluation.accuracy, loss: evaluation.loss }];
    }),
  };
}
