/** What stands above the lines in a picture of a chart. */
export interface PictureHeading {
  readonly title: string;
  readonly subtitle: string;
  readonly legend: readonly { readonly label: string; readonly colour: string }[];
}

export interface PictureColours {
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly fontFamily: string;
}

const HEADING_HEIGHT = 48;
const MARGIN = 16;

/** A chart as a PNG with its title and legend: a canvas by itself has neither them nor a background. */
export async function chartPicture(
  canvas: HTMLCanvasElement,
  heading: PictureHeading,
  colours: PictureColours,
): Promise<Blob> {
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const picture = document.createElement('canvas');
  picture.width = canvas.width + 2 * MARGIN * scale;
  picture.height = canvas.height + (HEADING_HEIGHT + MARGIN) * scale;
  const context = picture.getContext('2d');
  if (!context) throw new TypeError('This browser gives no canvas to draw on.');
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  context.scale(scale, scale);
  context.textBaseline = 'middle';
  context.fillStyle = colours.text;
  context.font = `600 14px ${colours.fontFamily}`;
  context.fillText(heading.title, MARGIN, 18);
  context.fillStyle = colours.muted;
  context.font = `11px ${colours.fontFamily}`;
  context.fillText(heading.subtitle, MARGIN, 36);
  let x = MARGIN + Math.max(140, context.measureText(heading.subtitle).width + 24);
  for (const { label, colour } of heading.legend) {
    context.fillStyle = colour;
    context.fillRect(x, 17, 16, 2);
    context.fillStyle = colours.muted;
    context.fillText(label, x + 22, 18);
    x += 22 + context.measureText(label).width + 18;
  }
  context.drawImage(canvas, MARGIN, HEADING_HEIGHT, canvas.width / scale, canvas.height / scale);
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new TypeError('The picture could not be made.'));
    }, 'image/png');
  });
}

/** Hands a file to the person, where their browser or system puts what is saved. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download reads it after this; a minute is plenty for what lies in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
