import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';
import { imageReference } from './image-reference.ts';

const asked = z.strictObject({
  runId: z.string().min(1),
  /** The best one where it is left out. */
  checkpoint: checkpointChoice.optional(),
  image: imageReference,
  taskId: z.string().min(1).max(100).optional(),
});

/** The most neighbours that one request names. */
export const MOST_NEIGHBOURS = 100;
/** The most positions of an occluding square along a side. */
export const MOST_OCCLUSIONS = 32;

export const heatMapRequest = asked.extend({
  /** By name; the class that is predicted where it is left out. */
  class: z.string().min(1).optional(),
  /** One of `layers`; the last one with places where it is left out. */
  layer: z.string().min(1).optional(),
});
export type HeatMapRequest = z.infer<typeof heatMapRequest>;

export const occlusionRequest = asked.extend({
  class: z.string().min(1).optional(),
  /** The side of the square that is greyed, as a share of the image's shorter side; 1/8 where it is left out. */
  patch: z.number().min(0.02).max(1).optional(),
  /** From one position to the next, as a share of the patch; 1/2 where it is left out. */
  stride: z.number().min(0.1).max(1).optional(),
});
export type OcclusionRequest = z.infer<typeof occlusionRequest>;

/** Where what the network looked at lies in the upright image, in shares of its width and height. */
const seenRegion = z.strictObject({ left: z.number(), top: z.number(), width: z.number(), height: z.number() });
export type SeenRegion = z.infer<typeof seenRegion>;

/** How much each place of an image speaks for a class. */
export const heatMap = z.strictObject({
  runId: z.string(),
  /** As it was given; the name of a granted file. */
  path: z.string(),
  /** Most probable first, at most five, and the one that was asked for. */
  classes: z.array(z.strictObject({ name: z.string(), probability: z.number() })),
  /** What the map is of. */
  class: z.string(),
  /** null for an occlusion. */
  layer: z.string().nullable(),
  height: z.int(),
  width: z.int(),
  /** [height, width], row-major, from 0 to 1. */
  values: z.instanceof(Float32Array),
  /** What 1 stands for: of Grad-CAM the largest value before scaling, of an occlusion the largest fall of the probability. */
  largest: z.number(),
  region: seenRegion,
});
export type HeatMap = z.infer<typeof heatMap>;

export const neighbourRequest = asked.extend({ count: z.int().min(1).max(MOST_NEIGHBOURS) });

export const neighbours = z.strictObject({
  runId: z.string(),
  path: z.string(),
  /** The layer whose features are compared. */
  layer: z.string(),
  /** So many images were compared with. */
  compared: z.int(),
  /** Of the run's training images, the nearest first. */
  images: z.array(
    z.strictObject({
      path: z.string(),
      /** null where it is no longer there. */
      imageId: z.string().nullable(),
      label: z.string(),
      /** The cosine of the angle between both features. */
      similarity: z.number(),
    }),
  ),
});
export type Neighbours = z.infer<typeof neighbours>;

/** The kernels of a layer that looks at the image itself, as pictures. */
export const filters = z.strictObject({
  layer: z.string(),
  height: z.int(),
  width: z.int(),
  count: z.int(),
  /** uint8 [count, height, width, 3]; each kernel from its smallest value to its largest, 0 in the middle where it has both signs. */
  pixels: z.instanceof(Uint8Array),
});
export type Filters = z.infer<typeof filters>;

export const explainEndpoints = {
  /** Grad-CAM (Selvaraju et al., arXiv:1610.02391): where a layer's output speaks for a class. */
  'explain.heatMap': { request: heatMapRequest, response: heatMap },
  /** Layers that a heat-map can be of, the last one first. */
  'explain.layers': {
    request: z.strictObject({ runId: z.string().min(1) }),
    response: z.array(z.strictObject({ name: z.string(), kind: z.string(), height: z.int(), width: z.int() })),
  },
  /** How far the probability of a class falls when a square of the image is greyed, square by square. */
  'explain.occlusion': { request: occlusionRequest, response: heatMap },
  /** Training images that the network sees most alike. */
  'explain.nearest': { request: neighbourRequest, response: neighbours },
  'explain.filters': {
    request: asked.pick({ runId: true, checkpoint: true }),
    response: filters,
  },
} as const;
