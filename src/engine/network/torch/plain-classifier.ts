import type { Initializer } from '../layer.ts';
import type { ModuleList } from './module-list.ts';

interface ClassifierOptions {
  /** Height and width that the pooling before it gives, whatever the size of the image. */
  readonly pooled: number;
  /** Channels of the last convolution. */
  readonly channels: number;
  /** Where each dropout stands: before the dense layers, or after their activations. */
  readonly dropoutFirst: boolean;
  readonly initializers: (fanIn: number) => { readonly kernel: Initializer; readonly bias: Initializer };
}

const UNITS = 4096;
const DROPOUT = 0.5;

/** Two wide dense layers and the logits, on every pixel of a pooled image: AlexNet's classifier and VGG's. */
export function plainClassifier(list: ModuleList, classes: number, options: ClassifierOptions): void {
  const { pooled, channels, dropoutFirst, initializers } = options;
  list.startBlock('pooling');
  list.adaptivePool('avgpool', pooled);
  list.startBlock('top');
  list.flatten([pooled, pooled, channels]);
  let index = 0;
  const next = (): string => {
    const name = `classifier.${index}`;
    index += 1;
    return name;
  };
  for (const fanIn of [pooled * pooled * channels, UNITS]) {
    if (dropoutFirst) list.dropout(next(), DROPOUT);
    list.dense(next(), UNITS, initializers(fanIn));
    list.activation(next(), 'relu');
    if (!dropoutFirst) list.dropout(next(), DROPOUT);
  }
  list.dense(next(), classes, initializers(UNITS));
}
