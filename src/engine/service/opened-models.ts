import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PIXEL_RANGES, type OpenedModel } from '../../shared/contract/models.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { findNetwork } from '../network/registry.ts';
import type { ServiceContext } from './context.ts';
import { summarize } from './list-networks.ts';
import { writeAside } from './write-aside.ts';

const MOST_OPENED = 50;

const noted = z.strictObject({
  name: z.string(),
  title: z.string(),
  classes: z.int(),
  path: z.string().min(1),
  pixels: z.enum(PIXEL_RANGES).nullable(),
  size: z.int().nullable().default(null),
  input: z.string().nullable().default(null),
  output: z.string().nullable().default(null),
  openedAt: z.int(),
});
type Noted = z.infer<typeof noted>;
const openedFile = z.strictObject({ schemaVersion: z.literal(1), models: z.array(noted) });

const fileOf = (context: ServiceContext): string => path.join(context.home, 'opened-models.json');

/** A list of conveniences: one that cannot be read is an empty one. */
function read(context: ServiceContext): readonly Noted[] {
  try {
    return openedFile.parse(JSON.parse(readFileSync(fileOf(context), 'utf8'))).models;
  } catch {
    return [];
  }
}

/**
 * Remembers a model as opened now, in the place of what the same file was opened as before. That it cannot be remembered is
 * no reason not to open it.
 */
export function noteOpened(context: ServiceContext, model: Omit<Noted, 'openedAt'>): void {
  const others = read(context).filter((other) => other.path !== model.path);
  const models = [{ ...model, openedAt: Date.now() }, ...others].slice(0, MOST_OPENED);
  try {
    writeAside(fileOf(context), `${JSON.stringify({ schemaVersion: 1, models }, null, 2)}\n`);
  } catch {
    // The disk is full or read-only: what matters will say so.
  }
}

/** Every tfjs model's file is called the same: its folder tells which it is, where a person named that. */
function nameOf(context: ServiceContext, file: string): string {
  const [folder, name] = [path.dirname(file), path.basename(file)];
  const isUpload = !path.relative(context.home, file).startsWith('..');
  return name === 'model.json' && !isUpload ? `${path.basename(folder)}/${name}` : name;
}

async function describe(context: ServiceContext, model: Noted): Promise<OpenedModel | null> {
  const { name, title, classes, path: file, pixels, size, input, output, openedAt } = model;
  try {
    const network = summarize(findNetwork(name));
    const exists = await stat(file).then(
      () => true,
      () => false,
    );
    const grantId = context.grants.idOf(file);
    return {
      network,
      title,
      classes,
      file: { grantId, name: nameOf(context, file), path: file, exists },
      pixels,
      size,
      input,
      output,
      openedAt,
    };
  } catch (error) {
    // What was kept of it is gone, or of another Thaw: its file can be opened again.
    if (error instanceof ThawError) return null;
    throw error;
  }
}

/** Whole models that were opened before, the last one first; each is told with a grant of its file. */
export async function listOpened(context: ServiceContext): Promise<OpenedModel[]> {
  const models = await Promise.all(read(context).map((model) => describe(context, model)));
  return models.filter((model) => model !== null);
}
