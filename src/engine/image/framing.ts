import type { Preprocessing } from '../network/preprocessing.ts';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

function centreOf(whole: Size, { width, height }: Size): Region {
  return { left: Math.floor((whole.width - width) / 2), top: Math.floor((whole.height - height) / 2), width, height };
}

/** The largest centred part of an upright image that has the wanted aspect ratio, rounded as Keras rounds it. */
function centredPart(size: Size, wanted: Size): Region {
  const width = Math.min(size.width, Math.max(1, Math.floor((size.height * wanted.width) / wanted.height)));
  const height = Math.min(size.height, Math.max(1, Math.floor((size.width * wanted.height) / wanted.width)));
  return centreOf(size, { width, height });
}

/** A wider or taller image than this is cut before it is resized: of what is cut away a crop shows nothing. */
export const WIDEST = 4;

/** The centred part that a crop can see some of, and the size that its shorter side's asks for. */
function beforeCrop(size: Size, shorterSide: number): { readonly part: Region; readonly resized: Size } {
  const shorter = Math.min(size.width, size.height);
  const longest = WIDEST * shorter;
  const part = centreOf(size, { width: Math.min(size.width, longest), height: Math.min(size.height, longest) });
  // torchvision rounds the longer side down, at most half a pixel away.
  const resized = (side: number): number => Math.round((side * shorterSide) / shorter);
  return { part, resized: { width: resized(part.width), height: resized(part.height) } };
}

/** The part of an image that is brought to a size, and what is then cut out of it; null where that is all of it. */
export interface Framing {
  readonly part: Region | null;
  readonly resized: Size;
  readonly crop: Region | null;
}

/** How a network's resize rule frames an upright image. */
export function framing(upright: Size, preprocessing: Preprocessing): Framing {
  const wanted = { width: preprocessing.width, height: preprocessing.height };
  switch (preprocessing.resize) {
    case 'stretch':
      return { part: null, resized: wanted, crop: null };
    case 'centerCrop':
      return { part: centredPart(upright, preprocessing), resized: wanted, crop: null };
    case 'resizeThenCrop': {
      const shorterSide = preprocessing.shorterSide ?? Math.max(wanted.width, wanted.height);
      const { part, resized } = beforeCrop(upright, shorterSide);
      return { part, resized, crop: centreOf(resized, wanted) };
    }
  }
}
