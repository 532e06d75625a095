/**
 * Names come from Kitsu, where people can type anything: no control character may reach the
 * terminal. The worker's own isolates around a name stay, because they only end where they began.
 */
export const escapeControls = (text: string) =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066\u2067]/gu, "·");
