// Which addresses of a reply may be opened: what may not is taken out before the reply is shown, followed or written down.
import { type Effect, isOpenable, type Reply } from "../../contract.ts";

/** The reply without the URLs that may not be opened. Says so, for otherwise nobody would know why a link is missing. */
export function removeUnsafeLinks(reply: Reply, schemes: readonly string[]): Reply {
  let removed = 0;
  const mayOpen = (url: string) => {
    const isKept = isOpenable(url, schemes);
    if (!isKept) removed += 1;
    return isKept;
  };
  const kept: Reply = { ...reply, ...(reply.links && { links: reply.links.filter(({ url }) => mayOpen(url)) }) };
  if ("outcomes" in kept && kept.outcomes !== undefined)
    kept.outcomes = kept.outcomes.map(({ link, ...outcome }) =>
      link && mayOpen(link.url) ? { ...outcome, link } : outcome,
    );
  if (kept.kind === "started" && kept.picture !== undefined && !mayOpen(kept.picture)) delete kept.picture;
  if (kept.kind === "done" && kept.effects !== undefined)
    kept.effects = kept.effects.flatMap((effect) => removeUnsafeEffect(effect, mayOpen));
  if (removed === 0) return reply;
  const note = `${removed === 1 ? "A link was" : `${removed} links were`} left out: only ${schemes.join(", ")} addresses are opened.`;
  return { ...kept, text: kept.text ? `${kept.text}\n\n${note}` : note };
}

function removeUnsafeEffect(effect: Effect, mayOpen: (url: string) => boolean): Effect[] {
  if (effect.kind === "open" || effect.kind === "download") return mayOpen(effect.url) ? [effect] : [];
  if (effect.kind !== "launch") return [effect];
  const { help, ...launch } = effect;
  const ways = effect.ways.filter(({ url }) => mayOpen(url));
  return ways.length === 0 ? [] : [{ ...launch, ways, ...(help !== undefined && mayOpen(help) && { help }) }];
}
