// Requests of the doctor. They change nothing, follow no redirect, and there are only so many: at
// Cloudflare, the free plan allows 50 for one request.
import { HttpError, sendRequest, startDeadline } from "../services/http.ts";

export type Answered = {
  status: number;
  headers: Headers;
  contentType: string;
  /** where a redirect points to */
  location: string | undefined;
  /** its start */
  body: string;
  tookMs: number;
};

/** Why there is no answer, as a sentence about `it`. */
export type Unanswered = { problem: "timeout" | "unreachable" | "certificate" | "not-asked"; text: string };

type Asked = { method?: "GET" | "OPTIONS" | "POST"; headers?: Record<string, string>; maxBytes?: number };

export type Probe = (url: string, asked?: Asked) => Promise<Answered | Unanswered>;

const REQUESTS_MAX = 40;
const ANSWER_MAX_MS = 6_000;
const BODY_MAX_BYTES = 262_144;

export const isAnswered = (answer: Answered | Unanswered): answer is Answered => !("problem" in answer);

export function openProbe(signal: AbortSignal, requestsMax = REQUESTS_MAX): Probe {
  let asked = 0;
  return async (url, { maxBytes = BODY_MAX_BYTES, ...init } = {}) => {
    asked += 1;
    if (asked > requestsMax)
      return { problem: "not-asked", text: `was not asked: one check sends at most ${REQUESTS_MAX} requests` };
    const startedAt = Date.now();
    try {
      const answer = await sendRequest({ server: url, url, ...init, signal, deadline: startDeadline(ANSWER_MAX_MS) });
      const { status, headers, contentType, location } = answer;
      const body = await answer.readStart(maxBytes);
      return { status, headers, contentType, location, body, tookMs: Date.now() - startedAt };
    } catch (thrown) {
      if (thrown instanceof HttpError) return explain(thrown);
      throw thrown;
    }
  };
}

function explain({ kind, cause }: HttpError): Unanswered {
  if (kind === "timeout") return { problem: "timeout", text: `did not answer within ${ANSWER_MAX_MS / 1_000} seconds` };
  if (kind === "incomplete") return { problem: "unreachable", text: "cut its answer" };
  const isCertificate = /certificate|\b(TLS|SSL)\b/i.test(`${cause} ${cause instanceof Error ? cause.cause : ""}`);
  return isCertificate
    ? { problem: "certificate", text: "has a certificate that is not valid" }
    : { problem: "unreachable", text: "can't be reached: no such host, no answer, or a certificate that is not valid" };
}

/** A status as a sentence about `it`. From 520 on, Cloudflare says what is wrong behind it. */
export const describeStatus = (status: number): string =>
  status === 525 || status === 526
    ? `has no valid certificate for Cloudflare (${status})`
    : status === 530
      ? "has no DNS entry or no tunnel at Cloudflare (530)"
      : `answers with status ${status}`;

export const isRedirect = ({ status }: Answered) => status >= 300 && status < 400;

/** Can only the network of the studio reach it? By its name: nothing is looked up. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, "");
  if (host.includes(":")) return /^(::1$|::$|f[cd]|fe[89ab]|::ffff:)/.test(host);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host))
    return /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(host);
  return (
    !host.includes(".") || /\.(local|localhost|lan|internal|intranet|corp|home|test|home\.arpa|localdomain)$/.test(host)
  );
}
