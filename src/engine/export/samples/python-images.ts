import { WIDEST } from '../../image/framing.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';

const KERNELS = { bilinear: 'BILINEAR', bicubic: 'BICUBIC' } as const;

/** How Pillow frames an image as `framing` does; `image` is upright and RGB. */
function framed(preprocessing: Preprocessing): string {
  const { height, width, resize, shorterSide } = preprocessing;
  switch (resize) {
    case 'stretch':
      return '';
    case 'centerCrop':
      return `    # The largest centred part of the wanted aspect ratio.
    crop_width = min(image.width, max(1, image.height * ${width} // ${height}))
    crop_height = min(image.height, max(1, image.width * ${height} // ${width}))
    left, top = (image.width - crop_width) // 2, (image.height - crop_height) // 2
    image = image.crop((left, top, left + crop_width, top + crop_height))
`;
    case 'resizeThenCrop':
      return `    # What is far wider than tall is cut first: a line of pixels would become gigabytes.
    longest = ${WIDEST} * min(image.size)
    part_width, part_height = min(image.width, longest), min(image.height, longest)
    left, top = (image.width - part_width) // 2, (image.height - part_height) // 2
    image = image.crop((left, top, left + part_width, top + part_height))
    # The shorter side is brought to a length, and the centre is cut out.
    scale = ${shorterSide ?? Math.max(height, width)} / min(image.size)
    image = image.resize((int(image.width * scale + 0.5), int(image.height * scale + 0.5)), KERNEL)
    left, top = (image.width - ${width}) // 2, (image.height - ${height}) // 2
    return np.asarray(image.crop((left, top, left + ${width}, top + ${height})))
`;
  }
}

/**
 * Python that brings an image file to the pixels that an exported model takes, with Pillow and NumPy alone:
 * `load_image(path)` gives uint8 [height, width, 3].
 */
export function pythonLoadImage(preprocessing: Preprocessing): string {
  const { height, width, resize, kernel } = preprocessing;
  const last =
    resize === 'resizeThenCrop' ? '' : `    return np.asarray(image.resize((${width}, ${height}), KERNEL))\n`;
  return `KERNEL = Image.Resampling.${KERNELS[kernel]}


def load_image(path):
    """Red, green and blue of an image from 0 to 255: uint8 [${height}, ${width}, 3]."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ('RGBA', 'LA', 'PA') or 'transparency' in image.info:
        image = image.convert('RGBA')
        image = Image.alpha_composite(Image.new('RGBA', image.size, 'white'), image)
    image = image.convert('RGB')
${framed(preprocessing)}${last}`;
}
