import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileHeatMaps, type HeatMapProgram } from '../../graph/heat-map-program.ts';
import type { Network } from '../../network/layer.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import { assignValues } from '../../runtime/assign-values.ts';
import { deviceInformation } from '../../runtime/binding.ts';
import { Session } from '../../runtime/session.ts';
import type { ExtractorJob } from '../extractor-protocol.ts';
import { loadExtractor, type Extractor } from '../features-file/load-extractor.ts';
import { checkpointValues } from '../first-values.ts';
import { modelNetwork, readModelFile } from '../model-file.ts';
import { loadPredictionModel, type PredictionModel } from '../prediction-model.ts';
import type { PredictJob } from '../protocol.ts';
import { mappedLayers } from './mapped-layers.ts';

/** A run's checkpoint that is asked about. */
export interface ExplainedCheckpoint extends Pick<PredictJob, 'runDirectory' | 'checkpoint' | 'plan'> {
  /** The same for the same checkpoint only. */
  readonly model: string;
}

/** A network with gradients in TensorFlow. */
export interface HeatMapModel {
  readonly network: Network;
  readonly preprocessing: Preprocessing;
  readonly program: Pick<HeatMapProgram, 'logits'>;
  readonly session: Session;
}

async function loadHeatMapModel({ runDirectory, checkpoint }: ExplainedCheckpoint): Promise<HeatMapModel> {
  const { network, preprocessing } = modelNetwork(await readModelFile(runDirectory));
  const { values } = await checkpointValues(runDirectory, checkpoint, network);
  const layers = mappedLayers(network).map(({ name }) => name);
  const program = compileHeatMaps(network, preprocessing, layers, deviceInformation().kernels);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-explain-'));
  try {
    const session = Session.load(
      directory,
      program.savedModel,
      program.signatures,
      network.layers.map(({ name }) => name),
    );
    assignValues(session, program, values);
    return { network, preprocessing, program: { logits: program.logits }, session };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What a process has loaded of the checkpoint that it was asked about last: each part when it is first needed. */
export class ExplainedModel {
  readonly #checkpoint: ExplainedCheckpoint;
  #heatMaps: Promise<HeatMapModel> | null = null;
  #prediction: Promise<PredictionModel> | null = null;
  #extractor: Promise<Extractor> | null = null;

  constructor(checkpoint: ExplainedCheckpoint) {
    this.#checkpoint = checkpoint;
  }

  get model(): string {
    return this.#checkpoint.model;
  }

  /** @throws ThawError as `loadPredictionModel` */
  async heatMaps(): Promise<HeatMapModel> {
    return (this.#heatMaps ??= this.#kept(loadHeatMapModel(this.#checkpoint), () => (this.#heatMaps = null)));
  }

  /** BatchNorms folded: what many images are predicted with. @throws ThawError as `loadPredictionModel` */
  async prediction(): Promise<PredictionModel> {
    return (this.#prediction ??= this.#kept(loadPredictionModel(this.#checkpoint), () => (this.#prediction = null)));
  }

  /**
   * All below the head.
   *
   * @param job the same each time
   * @throws ThawError as `loadExtractor`
   */
  async extractor(job: ExtractorJob): Promise<Extractor> {
    return (this.#extractor ??= this.#kept(
      loadExtractor(job, 0, () => undefined),
      () => (this.#extractor = null),
    ));
  }

  async dispose(): Promise<void> {
    const loaded = await Promise.allSettled([this.#heatMaps, this.#prediction, this.#extractor]);
    for (const outcome of loaded) if (outcome.status === 'fulfilled') outcome.value?.session.dispose();
    this.#heatMaps = null;
    this.#prediction = null;
    this.#extractor = null;
  }

  /** What could not be loaded is tried again by the next who asks. */
  #kept<Loaded>(loading: Promise<Loaded>, forget: () => void): Promise<Loaded> {
    loading.catch(forget);
    return loading;
  }
}
