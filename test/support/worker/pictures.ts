// The smallest files that Zou takes for pictures: it reads their size, but no pixels.

/** A PNG of 16 by 9. */
export const PNG = Uint8Array.of(
  ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  ...[0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 16, 0, 0, 0, 9, 8, 2, 0, 0, 0],
  ...[0, 0, 0, 0],
);

/** A JPEG of 16 by 9: an empty JFIF segment, then the start of the frame. */
export const JPEG = Uint8Array.of(
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 2],
  ...[0xff, 0xc0, 0, 11, 8, 0, 9, 0, 16, 1, 0, 0x11, 0],
);
