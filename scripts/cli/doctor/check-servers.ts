// The servers of all custom actions, the worker included, as this machine reaches them. Each
// address is asked once, and of a server that does not answer only the first.
import { type Finding, type ListedAction, listSome, nameEntry } from "../../../worker/doctor/finding.ts";
import type { Probe } from "../../../worker/doctor/probe.ts";
import { checkAction, isNoAnswer } from "./check-action.ts";

const SERVERS_AT_ONCE = 50;
const ADDRESSES_AT_ONCE = 10;

type Entry = { one: ListedAction; target: URL };

/** @param kitsu the address of Kitsu's page */
export async function checkServers(
  customActions: readonly ListedAction[],
  { worker, kitsu, probe }: { worker: string; kitsu: string; probe: Probe },
): Promise<Finding[]> {
  const own = new URL(worker).origin;
  const located = customActions.flatMap((one) => {
    const target = URL.parse(one.url.trim(), `${kitsu}/`);
    if (target === null || !/^https?:$/.test(target.protocol)) return [];
    // The worker says of these that they lead to Kitsu itself.
    const isKitsu = target.origin === new URL(kitsu).origin && target.pathname.startsWith("/actions/");
    return isKitsu && target.origin !== own ? [] : [{ one, target }];
  });
  const ask = async ([first, ...same]: readonly Entry[]): Promise<Finding[]> => {
    if (first === undefined) return [];
    const { one, target } = first;
    const subject = listSome([one, ...same.map((other) => other.one)].map(nameEntry), 1);
    return [await checkAction({ subject, isAjax: one.is_ajax }, target, new URL(kitsu).origin, probe)];
  };
  const servers = [...Map.groupBy(located, ({ target }) => target.origin)];
  return inTurns(servers, SERVERS_AT_ONCE, async ([origin, entries]) => {
    const byAddress = Map.groupBy(entries, ({ one, target }) => `${one.is_ajax} ${target.pathname}${target.search}`);
    const [first = [], ...others] = byAddress.values();
    const found = await ask(first);
    const findings = found.some(isNoAnswer)
      ? found.map((finding) => ({
          ...finding,
          subject: listSome(
            entries.map(({ one }) => nameEntry(one)),
            1,
          ),
        }))
      : [...found, ...(await inTurns(others, ADDRESSES_AT_ONCE, ask))];
    return origin === own ? findings.filter(({ level }) => level !== "fine") : findings;
  });
}

/** So many at a time. */
async function inTurns<T>(all: readonly T[], most: number, check: (one: T) => Promise<Finding[]>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let at = 0; at < all.length; at += most)
    findings.push(...(await Promise.all(all.slice(at, at + most).map(check))).flat());
  return findings;
}
