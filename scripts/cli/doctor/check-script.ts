// The script that browsers get by the tag in Kitsu's page: whether it loads, and whether it is the
// worker's current version. A cache between may keep an older one.
import { findTags } from "../../../worker/doctor/check-kitsu-page.ts";
import { broken, type Finding, risky } from "../../../worker/doctor/finding.ts";
import { describeStatus, isAnswered, type Probe } from "../../../worker/doctor/probe.ts";

/** @param page the HTML of Kitsu's page at `url` */
export async function checkScript(url: string, page: string, worker: string, probe: Probe): Promise<Finding[]> {
  const [tag] = findTags(page);
  const address = tag && URL.parse(tag.src, `${url}/`);
  if (!address) return [];
  const [script, metadata] = await Promise.all([probe(address.href), probe(`${worker}/kitsu-actions.meta.js`)]);
  const where = address.origin + address.pathname;
  if (!isAnswered(script) || script.status !== 200 || !/javascript/i.test(script.contentType)) {
    const what = !isAnswered(script)
      ? script.text
      : script.status === 200
        ? "is not a script, but a page"
        : describeStatus(script.status);
    return [
      broken(
        "script-not-loaded",
        url,
        `Its tag for the script leads nowhere: ${where} ${what}.`,
        "Correct the src of the tag on Kitsu's web server. Let /kitsu-actions.* bypass a login in front of the worker (docs/script.md).",
      ),
    ];
  }
  const [, loaded] = /\}\)\(\{"version":"([\d.]+)"/.exec(script.body) ?? [];
  const [, current] = (isAnswered(metadata) && /^\/\/ @version +([\d.]+)$/m.exec(metadata.body)) || [];
  return loaded === undefined || current === undefined || loaded === current
    ? []
    : [
        risky(
          "script-old",
          url,
          `Browsers get version ${loaded} of the script from ${where}, but the worker has ${current}.`,
          "A cache in front of it keeps a copy, or it is another worker's. Purge the cache, and let it obey Cache-Control.",
        ),
      ];
}
