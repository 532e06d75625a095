// Uint8Array.prototype.toHex() exists in workerd, but not in TypeScript's ES2024 library.

/** Two hexadecimal digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += PAIRS[byte];
  return hex;
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A random token, in hexadecimal digits. */
export const randomHex = (bytes: number): string => toHex(crypto.getRandomValues(new Uint8Array(bytes)));

/** The first bytes of the SHA-256 of a text in UTF-8. */
export async function sha256Hex(text: string, bytes = 32): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)), 0, bytes));
}
