// The image formats that a Flamenco job can render.

/** Blender's names of image formats, with their file extensions. Flamenco refuses movie formats. */
export const FORMATS = {
  PNG: { label: "PNG", extension: ".png" },
  JPEG: { label: "JPEG", extension: ".jpg" },
  OPEN_EXR: { label: "OpenEXR", extension: ".exr" },
  OPEN_EXR_MULTILAYER: { label: "OpenEXR, multilayer", extension: ".exr" },
  TIFF: { label: "TIFF", extension: ".tif" },
  WEBP: { label: "WebP", extension: ".webp" },
} as const;
export type Format = keyof typeof FORMATS;

export const FORMAT_NAMES = [
  "PNG",
  "JPEG",
  "OPEN_EXR",
  "OPEN_EXR_MULTILAYER",
  "TIFF",
  "WEBP",
] as const satisfies Format[];
