/** A picture's type and size by its first bytes. Zou checks no more, and takes truncated ones. */
export type Picture = { bytes: Uint8Array; type: "image/png" | "image/jpeg" };
export type Size = { width: number; height: number };

/** undefined unless it is a PNG or a JPEG, whatever its name says. */
export function readPictureFile(bytes: Uint8Array): { picture: Picture; size: Size } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const png = readPngSize(view);
  if (png) return { picture: { bytes, type: "image/png" }, size: png };
  const jpeg = readJpegSize(view);
  return jpeg && { picture: { bytes, type: "image/jpeg" }, size: jpeg };
}

const PNG_SIGNATURE = 0x89504e470d0a1a0an;
/** "IHDR" */
const PNG_HEADER = 0x49484452;

function readPngSize(view: DataView): Size | undefined {
  if (view.byteLength < 33 || view.getBigUint64(0) !== PNG_SIGNATURE || view.getUint32(12) !== PNG_HEADER)
    return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** It is in the segment that starts the frame; other segments may come before. */
function readJpegSize(view: DataView): Size | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (FRAMES.has(view.getUint8(at + 1))) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
  return undefined;
}

const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
