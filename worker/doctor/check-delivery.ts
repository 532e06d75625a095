// How the script gets into Kitsu's page, and which version.
import { TAG_SCRIPT } from "../pages/userscript-file.ts";
import { readUserscriptVersion } from "../pages/userscript-version.ts";
import { findTags, type ScriptTag } from "./check-kitsu-page.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, inSettings, worthKnowing } from "./finding.ts";
import { isAnswered } from "./probe.ts";

const SUBJECT = "Script";

export async function checkDelivery(context: DoctorContext): Promise<Finding[]> {
  const { settings, env, base, readPage, isAtCloudflare } = context;
  const [url] = settings.kitsuUrls;
  if (url === undefined) return [];
  const version = await readUserscriptVersion(env, settings);
  if (settings.injects)
    return [
      isAtCloudflare
        ? fine("script-injected", SUBJECT, `The worker adds version ${version} to Kitsu's page.`)
        : broken(
            "inject-elsewhere",
            "INJECT",
            "It works only at Cloudflare: here, requests for Kitsu's pages come back to the worker.",
            inSettings("remove INJECT, and let Kitsu's web server add the script (docs/script.md)"),
          ),
    ];
  const page = await readPage(url);
  const [tag, ...others] = isAnswered(page) ? findTags(page.body) : [];
  return tag === undefined
    ? [
        worthKnowing(
          "script-not-in-page",
          SUBJECT,
          `Kitsu's page does not have it: each person needs the userscript, version ${version}.`,
          "To save them that, let Kitsu's web server add it (docs/script.md).",
        ),
      ]
    : checkTag(tag, others.length, { url, base, version });
}

type Place = { url: string; base: string; version: string };

/** @param others how many more tags for the script the page has */
function checkTag({ src }: ScriptTag, others: number, { url, base, version }: Place): Finding[] {
  const target = URL.parse(src, `${url}/`)?.href.split("?")[0];
  const right = `Set the src of its tag to ${base}${TAG_SCRIPT} on Kitsu's web server.`;
  if (target?.startsWith("http:") && url.startsWith("https:"))
    return [
      broken("script-blocked", SUBJECT, `It is on plain http, so browsers block it: ${target.slice(0, 200)}`, right),
    ];
  return [
    ...(others > 0
      ? [worthKnowing("script-twice", SUBJECT, `Kitsu's page has ${others + 1} tags for it.`, "Remove all but one.")]
      : []),
    target === `${base}${TAG_SCRIPT}`
      ? fine("script-in-page", SUBJECT, `Kitsu's page has it, version ${version}.`)
      : worthKnowing(
          "script-elsewhere",
          SUBJECT,
          `Kitsu's page has another file, or that of another worker: ${target?.slice(0, 200)}`,
          right,
        ),
  ];
}
