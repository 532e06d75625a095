/** Bytes as two hexadecimal digits each. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** As hexadecimal digits, what nobody can guess. */
export const randomHex = (bytes: number): string => hexOf(crypto.getRandomValues(new Uint8Array(bytes)));

/** The SHA-256 of a text, in UTF-8; the first bytes of it where that is enough. */
export async function sha256Hex(text: string, bytes = 32): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)), 0, bytes));
}
