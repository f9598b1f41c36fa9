import { z } from 'zod';
import { environment, runDetail, runResult, runSummary, RUN_STATUSES } from './run.ts';
import { runEvent } from './event.ts';
import { trainingPlan, trainingPlanRequest } from './plan.ts';

const runId = z.strictObject({ runId: z.string().min(1) });

export const networkSummary = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  family: z.string(),
  /** [height, width, channels] */
  inputShape: z.tuple([z.int(), z.int(), z.int()]),
  layers: z.int(),
  blocks: z.array(z.string()),
  /** Without the published classifier. */
  parameters: z.int(),
  source: z.string(),
  /** Where its pretrained weights ship with Thaw. */
  shipped: z.boolean(),
});
export type NetworkSummary = z.infer<typeof networkSummary>;

export const prediction = z.strictObject({
  path: z.string(),
  /** Most probable first; empty where the image could not be read. */
  classes: z.array(z.strictObject({ name: z.string(), probability: z.number() })),
  problem: z.string().nullable(),
});
export type Prediction = z.infer<typeof prediction>;

export const predictResult = z.strictObject({ runId: z.string(), predictions: z.array(prediction) });
export type PredictResult = z.infer<typeof predictResult>;

export const doctorCheck = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  found: z.string(),
  /** The command that mends it, where something is missing. */
  mend: z.string().nullable(),
});
export const cacheSummary = z.strictObject({
  name: z.string(),
  path: z.string(),
  bytes: z.int(),
  /** The command that clears it; null for what is not cleared by one. */
  clear: z.string().nullable(),
});
export type CacheSummary = z.infer<typeof cacheSummary>;

export const doctorReport = z.strictObject({
  environment: environment.nullable(),
  checks: z.array(doctorCheck),
  caches: z.array(cacheSummary),
  home: z.string(),
  freeDiskBytes: z.int(),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/**
 * Every request a host can make of the engine. A transport carries `invoke(name, request)`; the service implements each
 * name (the compiler proves that none is missing).
 */
export const endpoints = {
  'networks.list': { request: z.strictObject({}), response: z.array(networkSummary) },
  /** Starts a run and answers once it is in the log; what follows comes as events. */
  'training.start': {
    request: trainingPlanRequest,
    response: z.strictObject({
      runId: z.string(),
      plan: trainingPlan,
      /** What of the request the plan does without, for people. */
      warnings: z.array(z.string()),
    }),
  },
  /** Asks the run to stop after the step; answers once asked. */
  'training.stop': { request: runId, response: z.strictObject({}) },
  /** Answers when the run has ended, however it ended. */
  'training.wait': { request: runId, response: runResult },
  'runs.list': {
    request: z.strictObject({ status: z.enum(RUN_STATUSES).optional(), limit: z.int().min(1).max(10_000).optional() }),
    response: z.array(runSummary),
  },
  'runs.show': { request: runId, response: runDetail },
  'runs.resume': { request: runId, response: z.strictObject({ runId: z.string() }) },
  predict: {
    request: z.strictObject({
      runId: z.string().min(1),
      images: z.array(z.string().min(1)).min(1),
      top: z.int().min(1).max(1000),
    }),
    response: predictResult,
  },
  'cache.show': { request: z.strictObject({}), response: z.array(cacheSummary) },
  'cache.clear': { request: z.strictObject({}), response: z.strictObject({ bytes: z.int() }) },
  'system.doctor': { request: z.strictObject({}), response: doctorReport },
} as const;

export type EndpointName = keyof typeof endpoints;
export type Request<Name extends EndpointName> = z.infer<(typeof endpoints)[Name]['request']>;
export type Response<Name extends EndpointName> = z.infer<(typeof endpoints)[Name]['response']>;

/** What the engine tells unasked. */
export const events = { run: runEvent } as const;
export type EventName = keyof typeof events;
export type EventOf<Name extends EventName> = z.infer<(typeof events)[Name]>;

/** The engine as a host sees it, whatever carries the messages. */
export interface Transport {
  /** Rejects with a `ThawError`; requests and responses are checked against their schemas. */
  invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>>;
  /** @returns the function that ends the subscription */
  subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void;
}

/** The service's side of the contract: one function for each endpoint. */
export type Implementation = { readonly [Name in EndpointName]: (request: Request<Name>) => Promise<Response<Name>> };
