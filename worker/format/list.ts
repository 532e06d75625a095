import { message, type Text } from "./message.ts";

const NAMED_MAX = 3;

/**
 * "SH010, SH020, SH030 and 9 more", as the reader writes lists.
 * @param names all of them, or only the first ones
 * @param count of all of them
 */
export function listSome(names: readonly Text[], count = names.length): Text {
  if (count <= NAMED_MAX + 1 && names.length === count) return message("shared.list", { names });
  return message("shared.list", {
    names: [...names.slice(0, NAMED_MAX), message("shared.more", { count: count - NAMED_MAX })],
  });
}
