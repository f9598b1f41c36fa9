import { z } from 'zod';
import { layerState } from './run.ts';

/** One tensor of a layer as it stands in a weight file, in a run's best checkpoint, or before any training. */
export const tensorInspection = z.strictObject({
  /** `<layer>/<role>` */
  name: z.string(),
  shape: z.array(z.int()),
  dtype: z.literal('float32'),
  trainable: z.boolean(),
  /** Where its values come from, for people: the file and the name it has there, or the initialiser. */
  origin: z.string(),
  /** null where the values are drawn anew by an initialiser. */
  values: z
    .strictObject({
      mean: z.number(),
      standardDeviation: z.number(),
      minimum: z.number(),
      maximum: z.number(),
      /** Counts of equally wide bins from `minimum` to `maximum`. */
      histogram: z.instanceof(Uint32Array),
      /** At most the first 64, row-major. */
      first: z.instanceof(Float32Array),
    })
    .nullable(),
  /** Only of a run: whether the written tensor is the one from before, by SHA-256; null where it trained. */
  unchanged: z.boolean().nullable(),
  /** SHA-256 of the frozen tensor before and after; null where it trained or where nothing was proven. */
  proof: z.strictObject({ before: z.string(), after: z.string() }).nullable(),
  /** Only of a run: ‖after − before‖ / ‖before‖ over the tensor; null where the first values are not known. */
  drift: z.number().nullable(),
});
export type TensorInspection = z.infer<typeof tensorInspection>;

export const layerInspection = z.strictObject({ layer: layerState, tensors: z.array(tensorInspection) });
export type LayerInspection = z.infer<typeof layerInspection>;
