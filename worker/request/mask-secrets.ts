// Masks what gives access in an address.

/** Stands for a secret. */
export const MASK = "(masked)";

/**
 * Masks run keys and the tokens of temporary links: an address with one grants access. It may be in
 * another address, as in that of a program.
 */
export const maskSecrets = (address: string) =>
  address
    .replace(/((?:[?&]|%3F|%26)key(?:=|%3D))(?:[^&#%]|%(?!26|23))*/gi, `$1${MASK}`)
    .replace(/(\/|%(?:25)*2F)[0-9a-f]{64}(?![0-9a-f])/gi, `$1${MASK}`);
