import type { HeatMap, OcclusionRequest } from '../../shared/contract/explain.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { largestIndex, scaledToOne } from '../training/explain/heat-map.ts';
import { fallsOf, occlusionGrid } from '../training/explain/occlusion.ts';
import { askExplainer } from './ask-explainer.ts';
import type { ServiceContext } from './context.ts';
import { classIndexOf, explainedOf, namedAs, toldMap } from './explain.ts';
import { oneImage } from './one-image.ts';
import type { Task } from './tasks.ts';

/** Few enough that a person who ends it need not wait, many enough that the cores are busy. */
const BATCH = 16;
const USUAL_PATCH = 1 / 8;
const USUAL_STRIDE = 1 / 2;

/**
 * How far the probability of a class falls where a square of the image is greyed, square by square.
 *
 * @throws ThawError as `heatMapOf`; `usage.invalid` for more positions of the square than anyone waits for
 */
export async function occlusionOf(context: ServiceContext, request: OcclusionRequest, task: Task): Promise<HeatMap> {
  const { runId, patch = USUAL_PATCH, stride = USUAL_STRIDE } = request;
  const { checkpoint, classes } = await explainedOf(context, request);
  const asked = classIndexOf(classes, request.class, runId);
  const { preprocessing } = modelNetwork(await readModelFile(checkpoint.runDirectory));
  const grid = occlusionGrid(preprocessing, patch, stride);
  const { file, path } = await oneImage(context, request.image, 'An occlusion map is made');
  const ask = async (squares: readonly (typeof grid.squares)[number][] | readonly [null]) =>
    askExplainer<'occlude'>(context, { ...checkpoint, kind: 'occlude', image: file, squares }, task.signal);
  try {
    const { probabilities: whole, region } = await ask([null]);
    const [unhidden = new Float32Array()] = whole;
    const classIndex = asked ?? largestIndex(unhidden);
    const found: number[] = [];
    task.report(0, grid.squares.length);
    for (let start = 0; start < grid.squares.length; start += BATCH) {
      const { probabilities } = await ask(grid.squares.slice(start, start + BATCH));
      found.push(...probabilities.map((own) => own[classIndex] ?? 0));
      task.report(found.length, grid.squares.length);
    }
    const falls = fallsOf(grid, unhidden[classIndex] ?? 0, found);
    const map = { height: grid.rows, width: grid.columns, ...scaledToOne(falls), region };
    return toldMap({ ...map, probabilities: unhidden, classIndex, layer: null }, classes, runId, path);
  } catch (error) {
    throw namedAs(error, file, path);
  }
}

/** The same as a task that is followed and may be cancelled. @throws ThawError as `occlusionOf`, `task.cancelled` */
export async function explainOcclusion(context: ServiceContext, request: OcclusionRequest): Promise<HeatMap> {
  return context.tasks.run(request.taskId, 'image', (task) => occlusionOf(context, request, task));
}
