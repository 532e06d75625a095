// The server of a custom action: does it answer, and does it let Kitsu's page call it?
// Only a browser's own question (OPTIONS) is sent, without credentials, so nothing is run.
import { broken, type Finding, fine, risky, worthKnowing } from "../../../worker/doctor/finding.ts";
import { type Answered, describeStatus, isAnswered, isRedirect, type Probe } from "../../../worker/doctor/probe.ts";

const SLOW_MS = 3_000;
const TRUST =
  "Renew it. If browsers in the studio trust it, because its authority is the studio's own: set NODE_OPTIONS=--use-system-ca, and check again.";

/**
 * @param subject its name, and how many others have its address
 * @param kitsu the origin of Kitsu's page
 */
export async function checkAction(
  { subject, isAjax }: { subject: string; isAjax: boolean },
  { origin, pathname, search }: URL,
  kitsu: string,
  probe: Probe,
): Promise<Finding> {
  const answer = await probe(origin + pathname + search, {
    method: "OPTIONS",
    headers: {
      origin: kitsu,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
    maxBytes: 1_024,
  });
  const where = (origin + pathname).slice(0, 200);
  const check = "Look at its server's log, or correct its URL in Kitsu, under Custom Actions.";
  if (!isAnswered(answer))
    return answer.problem === "certificate"
      ? broken("custom-action-certificate", subject, `${where} has a certificate that is not trusted here.`, TRUST)
      : broken("custom-action-unreachable", subject, `${where} ${answer.text}.`, check);
  const { status, location } = answer;
  if (isRedirect(answer))
    return broken(
      "custom-action-redirects",
      subject,
      `${where} redirects to ${location?.split("?")[0]?.slice(0, 200)}, where the selection does not arrive.`,
      "In Kitsu, under Custom Actions, set its URL to the final address. Artists must pass a login page by themselves.",
    );
  // Some servers know no OPTIONS, which forms don't need.
  if (status === 404 || (status >= 500 && status !== 501))
    return risky("custom-action-failing", subject, `To OPTIONS, ${where} ${describeStatus(status)}.`, check);
  const missing = isAjax && origin !== kitsu ? findMissingHeaders(kitsu, answer) : [];
  if (missing.length > 0)
    return broken(
      "custom-action-preflight",
      subject,
      `Browsers don't send its Ajax calls: ${where} does not allow them from Kitsu's page (CORS).`,
      `Let its server answer OPTIONS with ${missing.join(", ")}. Or turn Ajax off in Kitsu.`,
    );
  return answer.tookMs > SLOW_MS
    ? worthKnowing("custom-action-slow", subject, `${where} took ${answer.tookMs} ms to answer.`, check)
    : { ...fine("custom-action", subject, `${where} answers.`), measured: `${answer.tookMs} ms` };
}

export const isNoAnswer = ({ id }: Finding) => ["custom-action-certificate", "custom-action-unreachable"].includes(id);

/** What a browser demands before it sends Kitsu's Ajax request, which has credentials and JSON. */
function findMissingHeaders(kitsu: string, { status, headers }: Answered): string[] {
  const allowed = (headers.get("access-control-allow-headers") ?? "").toLowerCase().split(/[\s,]+/);
  return [
    ...(status >= 200 && status < 300 ? [] : ["status 204"]),
    ...(headers.get("access-control-allow-origin") === kitsu ? [] : [`Access-Control-Allow-Origin: ${kitsu}`]),
    ...(headers.get("access-control-allow-credentials") === "true" ? [] : ["Access-Control-Allow-Credentials: true"]),
    ...(allowed.includes("content-type") ? [] : ["Access-Control-Allow-Headers: content-type"]),
  ];
}
