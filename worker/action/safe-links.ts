// Takes a reply and returns it without the URLs that may not be opened. Runs before a reply is
// shown or logged.
import { isOpenable } from "../../contract.ts";
import { joinParagraphs, message } from "../format/message.ts";
import type { Effect, Reply } from "../format/reply.ts";

/**
 * Appends a note about what was removed: otherwise nobody would know why a link is missing.
 * @param base the address of the worker. Its own links stay, even on plain http.
 */
export function removeUnsafeLinks(reply: Reply, schemes: readonly string[], base: string): Reply {
  let removed = 0;
  const mayOpen = (url: string) => {
    const isSafe = isOpenable(url, schemes) || isWithin(url, base);
    if (!isSafe) removed += 1;
    return isSafe;
  };
  const safe: Reply = { ...reply, ...(reply.links && { links: reply.links.filter(({ url }) => mayOpen(url)) }) };
  if ("outcomes" in safe && safe.outcomes !== undefined)
    safe.outcomes = safe.outcomes.map(({ link, ...outcome }) =>
      link && mayOpen(link.url) ? { ...outcome, link } : outcome,
    );
  if (safe.kind === "started" && safe.picture !== undefined && !mayOpen(safe.picture)) delete safe.picture;
  if (safe.kind === "done" && safe.effects !== undefined)
    safe.effects = safe.effects.flatMap((effect) => removeUnsafeEffect(effect, mayOpen));
  if (removed === 0) return reply;
  return { ...safe, text: joinParagraphs([safe.text, message("links.removed", { count: removed, schemes })]) };
}

const isWithin = (url: string, base: string) => URL.parse(url)?.href.startsWith(`${base}/`) === true;

function removeUnsafeEffect(effect: Effect, mayOpen: (url: string) => boolean): Effect[] {
  if (effect.kind === "open" || effect.kind === "download") return mayOpen(effect.url) ? [effect] : [];
  if (effect.kind !== "launch") return [effect];
  const { help, ...launch } = effect;
  const ways = effect.ways.filter(({ url }) => mayOpen(url));
  return ways.length === 0 ? [] : [{ ...launch, ways, ...(help !== undefined && mayOpen(help) && { help }) }];
}
