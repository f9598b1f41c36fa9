import { charts } from './charts.ts';
import { dataset } from './dataset.ts';
import { embeddingMap } from './embedding-map.ts';
import { errors } from './errors.ts';
import { explain } from './explain.ts';
import { files } from './files.ts';
import { health } from './health.ts';
import { imageInspector } from './image-inspector.ts';
import { network } from './network.ts';
import { predict } from './predict.ts';
import { queue } from './queue.ts';
import { runSentence } from './run-sentence.ts';
import { runs } from './runs.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { stages } from './stages.ts';
import { structure } from './structure.ts';
import { train } from './train.ts';

/** All words of the window, one file for each view: a translation replaces this table. */
export const strings = {
  charts,
  dataset,
  embeddingMap,
  errors,
  explain,
  files,
  health,
  imageInspector,
  network,
  predict,
  queue,
  runSentence,
  runs,
  settings,
  shell,
  stages,
  structure,
  train,
} as const;
