import { bitsOf } from '../../src/engine/graph/ops/fed-rows.ts';
import { featureFeed } from '../../src/engine/graph/program.ts';
import type { Feed } from '../../src/engine/runtime/session.ts';
import { CLASSES, type Loaded } from './load-program.ts';

type Feeds = Readonly<Record<string, Feed>>;

/** What a step takes beside its images or features. */
export function stepFeeds(batch: number): Feeds {
  return {
    labels: { data: Int32Array.from({ length: batch }, (_, index) => index % CLASSES), shape: [batch] },
    learning_rate: { data: Float32Array.of(0.001), shape: [] },
    dropout_seed: { data: Int32Array.of(1, 1), shape: [2] },
  };
}

/** The features of the images, computed once, and the rows of a batch in them. */
export function cachedInputs({ program, session, images }: Loaded, batch: number): Feeds {
  const features = session.run('features', { images });
  const fed = program.cut.map(({ name }): [string, Feed] => {
    const { data, shape } = features[featureFeed(name)] ?? {};
    if (!(data instanceof Float32Array) || !shape) throw new TypeError(`The program gave no features of '${name}'.`);
    return [featureFeed(name), bitsOf({ data, shape })];
  });
  return {
    ...Object.fromEntries(fed),
    rows: { data: Int32Array.from({ length: batch }, (_, at) => at), shape: [batch] },
  };
}
