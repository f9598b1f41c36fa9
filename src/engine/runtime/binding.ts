import process from 'node:process';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Kernels } from '../graph/graph.ts';
import { readToolchain } from './toolchain.ts';

/** A tensor in TensorFlow's hands, as the binding describes an output. */
interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type NativeData = Float32Array | Int32Array | Uint8Array;

/**
 * What we call of the N-API binding that `@tensorflow/tfjs-node-gpu` compiles (`binding/tfjs_binding.cc`). Types are numbers
 * of `types.proto`; op names are `name:index`, joined by commas. Every tensor created or returned must be deleted.
 */
export interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  /** Shares the array's memory where its address suits TensorFlow, otherwise copies; strings are always copied. */
  createTensor(shape: readonly number[], dtype: number, data: NativeData | readonly Uint8Array[]): number;
  deleteTensor(id: number): void;
  /** A copy. Knows float32, int32, int64, bool, string and resource only. */
  tensorDataSync(id: number): unknown;
  /** @param tags joined by commas */
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** A run that fails leaks the memory of what it was fed. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): NativeTensor[];
  getNumOfTensors(): number;
}

/** Settings that TensorFlow reads once, when it is loaded; what the user has set stays. */
const ENVIRONMENT = {
  // Errors come back as exceptions; information and warnings would break progress bars.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Otherwise TensorFlow takes all memory of a GPU at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // By itself TensorFlow uses oneDNN only where a processor has instructions for neural networks; with AVX2 alone it makes
  // MobileNets learn up to twice as fast all the same. Where a build has no oneDNN this says nothing.
  TF_ENABLE_ONEDNN_OPTS: '1',
} as const;

let loaded: Binding | null = null;

/**
 * The native binding, loaded at its first use; it takes 0.2 s.
 *
 * @throws ThawError `runtime.missing` when there is none, or it cannot be loaded
 */
export function loadBinding(): Binding {
  if (loaded) return loaded;
  const { binding } = readToolchain();
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
  const target: { exports: Partial<Binding> } = { exports: {} };
  try {
    process.dlopen(target, binding.path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new ThawError(
      'runtime.missing',
      `TensorFlow's Node binding must be loadable: ${found}.`,
      'Run `npm run setup`, which builds it anew.',
      { cause },
    );
  }
  loaded = complete(target.exports, binding.path);
  return loaded;
}

const NAMES = [
  'TF_Version',
  'isUsingGpuDevice',
  'createTensor',
  'deleteTensor',
  'tensorDataSync',
  'loadSavedModel',
  'deleteSavedModel',
  'runSavedModel',
  'getNumOfTensors',
] as const satisfies readonly (keyof Binding)[];

function complete(exports: Partial<Binding>, path: string): Binding {
  const lacking = NAMES.filter((name) => exports[name] === undefined);
  if (lacking.length === 0) return exports as Binding;
  throw new ThawError(
    'runtime.missing',
    `TensorFlow's Node binding must be that of tfjs-node-gpu 4.22; ${path} lacks ${lacking.join(', ')}.`,
    'Run `npm run setup`, which builds it anew.',
  );
}

export interface DeviceInformation {
  /** Its version. */
  readonly tensorflow: string;
  readonly gpu: boolean;
  readonly kernels: Kernels;
  /** For people, and for what depends on the last bits. */
  readonly device: string;
}

/**
 * What computes here; loads TensorFlow.
 *
 * @throws ThawError `runtime.missing` when it cannot be loaded
 */
export function deviceInformation(): DeviceInformation {
  const binding = loadBinding();
  const gpu = binding.isUsingGpuDevice();
  // Builds for other processors have no oneDNN, or one of their own.
  const usesOneDnn = !gpu && process.arch === 'x64' && process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0';
  return {
    tensorflow: binding.TF_Version,
    gpu,
    kernels: usesOneDnn ? 'oneDNN' : 'other',
    device: gpu ? 'GPU' : usesOneDnn ? 'CPU, oneDNN' : 'CPU',
  };
}
