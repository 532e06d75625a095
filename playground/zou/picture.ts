/** What a picture is and how large, by the bytes it begins with: Zou asks no more of it, and takes one that was cut off. */
export type Picture = { bytes: Buffer; type: "image/png" | "image/jpeg" };
export type Size = { width: number; height: number };

/** Undefined where it is neither a PNG nor a JPEG, whatever it is called. */
export function readPictureFile(bytes: Buffer): { picture: Picture; size: Size } | undefined {
  const png = readPngSize(bytes);
  if (png) return { picture: { bytes, type: "image/png" }, size: png };
  const jpeg = readJpegSize(bytes);
  return jpeg && { picture: { bytes, type: "image/jpeg" }, size: jpeg };
}

const PNG = Buffer.from("89504e470d0a1a0a", "hex");

function readPngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(PNG) || bytes.toString("latin1", 12, 16) !== "IHDR")
    return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** In the segment that begins the frame, which others may come before. */
function readJpegSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (FRAMES.has(bytes.readUInt8(at + 1)))
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
  }
  return undefined;
}

const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
