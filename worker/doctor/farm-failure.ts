// Why a farm failed to answer: what does answer at its address, and what to set then.
import type { Failure } from "../format/failure.ts";
import { toEnglish } from "../format/localize.ts";
import { type AccessToken, accessHeaders } from "../services/http.ts";
import { readTitle } from "../services/zou-answer.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, inSettings, USE_TUNNEL } from "./finding.ts";
import { type Answered, describeStatus, isAnswered, isPrivateHost, isRedirect, type Unanswered } from "./probe.ts";

export type Farm = {
  name: "FLAMENCO" | "AFANASY";
  url: string;
  access?: AccessToken | undefined;
  token?: string | undefined;
};

export const giveAccess = (name: Farm["name"]): string =>
  `${asSecret(`${name}_ACCESS_ID`)}, and ${name}_ACCESS_SECRET (docs/network.md, "Reaching the studio").`;

export async function explainFarmFailure(failure: Failure, farm: Farm, context: DoctorContext): Promise<Finding> {
  const { code, reply } = failure;
  const text = toEnglish(reply.text ?? reply.title);
  const fixed = findFix(JSON.stringify(reply.text), farm, context);
  if (fixed !== undefined) return broken("farm-failed", farm.name, text, fixed);
  const { name, url, access } = farm;
  const address = name === "FLAMENCO" ? `${url}${VERSION_PATH}` : url;
  const answer = await context.probe(address, { headers: accessHeaders(access) });
  const what = describe(answer);
  const said = code === "farm-unreachable" ? "" : `${text} `;
  return broken(
    "farm-failed",
    name,
    what === undefined ? text : `${said}${url} ${what}.`,
    await explainAnswer(answer, farm, context),
  );
}

const VERSION_PATH = "/api/v3/version";
const start = ({ name }: Farm) => `Start it, or correct ${name}.url in the settings: http or https, host and port.`;

/** If the failure itself says enough. */
function findFix(said: string, farm: Farm, { isAtCloudflare }: DoctorContext): string | undefined {
  if (said.includes('"afanasy.noAccessBecause"'))
    return `If the relay answered: ${asSecret("AFANASY_TOKEN")}, one of those in its token file.`;
  if (said.includes('"afanasy.relayReports"'))
    return 'Start afserver, or correct "afserver" in the relay\'s configuration.';
  if (isAtCloudflare && isPrivateHost(new URL(farm.url).hostname)) return USE_TUNNEL;
  return /"(http\.timeout|afanasy\.late)"/.test(said) ? start(farm) : undefined;
}

const isPage = ({ contentType }: Answered) => /html/i.test(contentType);

/** What is no answer of a farm's, as a sentence about `it`. */
function describe(answer: Answered | Unanswered): string | undefined {
  if (!isAnswered(answer)) return answer.text;
  if (isRedirect(answer)) return `redirects to ${answer.location?.slice(0, 100)}`;
  if (answer.status >= 400) return describeStatus(answer.status);
  return isPage(answer) ? `answers with a web page: “${readTitle(answer.body).slice(0, 80)}”` : undefined;
}

async function explainAnswer(answer: Answered | Unanswered, farm: Farm, { probe }: DoctorContext): Promise<string> {
  const { name, url } = farm;
  const status = isAnswered(answer) ? answer.status : 0;
  const isRefused = status === 401 || status === 403 || (status >= 300 && status < 400);
  const right = name === "FLAMENCO" && !isRefused ? await findFlamenco(url, probe) : undefined;
  if (right !== undefined) return inSettings(`set FLAMENCO.url to "${right}"`);
  if (!isAnswered(answer) || status >= 500) return start(farm);
  if (name === "AFANASY" && readTitle(answer.body) === "AFANASY")
    return "Use the relay: something on the way changes requests (docs/afanasy.md).";
  const correct = `If another server answers: correct ${name}.url in the settings.`;
  return isRefused || isPage(answer) ? `${correct} If a login does: ${giveAccess(name)}` : correct;
}

/** Where it usually is. It gets no token. */
async function findFlamenco(url: string, probe: DoctorContext["probe"]): Promise<string | undefined> {
  const { origin, hostname } = new URL(url);
  for (const candidate of [origin, `http://${hostname}:8080`]) {
    if (candidate === url) continue;
    const answer = await probe(`${candidate}${VERSION_PATH}`);
    if (isAnswered(answer) && /"shortversion"/.test(answer.body)) return candidate;
  }
  return undefined;
}
