import type { PredictResult, Prediction, Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readResult } from '../experiment/run-reader.ts';
import { checkpointPrefix } from '../training/checkpoint.ts';
import type { PredictJob, PredictorMessage } from '../training/protocol.ts';
import type { ServiceContext } from './context.ts';
import { endingOf, forkEntry } from './fork-entry.ts';

function askPredictor(entry: string, job: PredictJob): Promise<readonly Prediction[]> {
  return new Promise((resolve, reject) => {
    const { child, tail } = forkEntry(entry);
    child.on('message', (received) => {
      const message = received as PredictorMessage;
      if (message.kind === 'predictions') resolve(message.predictions);
      else reject(ThawError.from(message.error));
    });
    child.on('error', reject);
    // After an answer this changes nothing.
    child.on('close', (code, signal) =>
      reject(
        new ThawError(
          'training.process',
          `Predicting ends with predictions; its process ended with ${endingOf(code, signal)}.`,
          '`thaw doctor` looks for a cause.',
          { cause: tail() },
        ),
      ),
    );
    child.send(job, () => undefined);
  });
}

/**
 * The most probable classes of each image, by the best checkpoint of a run.
 *
 * @throws ThawError `run.unknown`, `training.checkpoint` where the run left no checkpoint, or what the predictor met
 */
export async function predict(context: ServiceContext, request: Request<'predict'>): Promise<PredictResult> {
  // A run that is not in the log is told before one whose files are gone.
  readResult(context.log, request.runId);
  const runDirectory = context.runDirectory(request.runId);
  await checkpointPrefix(runDirectory, 'best');
  const predictions = await askPredictor(context.entries.predictor, {
    runDirectory,
    images: request.images,
    top: request.top,
  });
  return { runId: request.runId, predictions: [...predictions] };
}
