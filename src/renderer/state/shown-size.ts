interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture smaller than this is enlarged to it, in CSS pixels of its height. */
const LEAST_HEIGHT = 384;
/** Others are enlarged so often at most: to be seen well, and still to be told from large ones. */
const MOST_ENLARGED = 2;

/**
 * Width and height that a picture is shown with, in CSS pixels: whole, in its own shape, never beyond the room.
 *
 * @param picture its own pixels
 */
export function shownSize(picture: Size, room: Size): Size {
  const [width, height] = [Math.max(1, picture.width), Math.max(1, picture.height)];
  const enlarged = Math.max(MOST_ENLARGED, LEAST_HEIGHT / height);
  const scale = Math.min(room.width / width, room.height / height, enlarged);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
