// How the script gets into Kitsu's page, and which version.
import { TAG_SCRIPT } from "../pages/userscript-file.ts";
import { readUserscriptVersion } from "../pages/userscript-version.ts";
import { findTags, type ScriptTag } from "./check-kitsu-page.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, inSettings, worthKnowing } from "./finding.ts";
import { type Answered, isAnswered } from "./probe.ts";

const SUBJECT = "Script";

export async function checkDelivery(context: DoctorContext): Promise<Finding[]> {
  const { settings, env, base, probe, readPage, isAtCloudflare } = context;
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
  // Why there is no page is said already.
  if (!isAnswered(page)) return [];
  const [tag, ...others] = findTags(page.body);
  return tag === undefined
    ? [
        worthKnowing(
          "script-not-in-page",
          SUBJECT,
          `Kitsu's page does not have it: each person needs the userscript, version ${version}.`,
          "To save them that, let Kitsu's web server add it (docs/script.md).",
        ),
      ]
    : checkTag(tag, others.length, { url, base, version, probe });
}

type Place = Pick<DoctorContext, "base" | "probe"> & { url: string; version: string };

/** @param others how many more tags for the script the page has */
async function checkTag({ src }: ScriptTag, others: number, { url, base, version, probe }: Place): Promise<Finding[]> {
  const target = URL.parse(src, `${url}/`)?.href.split("?")[0];
  const right = `Set the src of its tag to ${base}${TAG_SCRIPT} on Kitsu's web server.`;
  if (target?.startsWith("http:") && url.startsWith("https:"))
    return [
      broken("script-blocked", SUBJECT, `It is on plain http, so browsers block it: ${target.slice(0, 200)}`, right),
    ];
  // A worker at Cloudflare can't ask itself.
  const other = target === undefined || target.startsWith(`${base}/`) ? undefined : await probe(target);
  if (other !== undefined && isAnswered(other) && !(other.status === 200 && /script/i.test(other.contentType)))
    return [
      broken(
        "script-missing",
        SUBJECT,
        `There is no script at the address in Kitsu's page (${describeAnswer(other)}): ${target?.slice(0, 200)}`,
        right,
      ),
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

const describeAnswer = ({ status, contentType }: Answered) => `status ${status} ${contentType.split(";")[0]}`.trim();
