const IMAGE_NAME = /\.(?:jpe?g|jfif|png|gif|webp|tiff?|avif|bmp)$/i;

/** Whether a file of this name is likely an image; what it is, its first bytes tell. */
export const isImageName = (name: string): boolean => IMAGE_NAME.test(name);
