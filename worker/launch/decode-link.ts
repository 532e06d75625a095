// Makes the address of a program readable: programs take paths and links in hexadecimal digits
// (rvlink://baked/…) or in base64 (mpv://play/…), where nobody sees a name or a token.

const ENCODED = /[\w-]{16,}={0,2}/g;

/** Any other text stays as it is. */
export const decodeLink = (text: string): string =>
  /^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(text)
    ? text.replace(ENCODED, (run) => decode(readHex(run)) ?? decode(readBase64(run)) ?? run)
    : text;

const readHex = (run: string): Uint8Array | undefined =>
  /^(?:[0-9a-f]{2})+$/i.test(run)
    ? Uint8Array.from(run.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : undefined;

function readBase64(run: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(run.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Undefined if the bytes are not text, such as those of ids and tokens. */
function decode(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return /\p{C}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
