// The address by which a request reached us from outside: links, cookies and the userscript are made of it. Where a proxy in front of the worker ends TLS,
// only that proxy knows it, and it is believed only where the deployment says so: anybody can send these headers.
import * as v from "valibot";
import type { Settings } from "../settings/settings.ts";

type ProxySettings = Pick<Settings, "trustsProxy">;

/** The request under the address its sender used: `X-Forwarded-Proto` and `X-Forwarded-Host` of a proxy that is trusted. */
export function withPublicUrl(request: Request, { trustsProxy }: ProxySettings): Request {
  if (!trustsProxy) return request;
  const url = new URL(request.url);
  const [scheme, host] = [readFirst(request, "x-forwarded-proto"), readFirst(request, "x-forwarded-host")];
  if (scheme === "http" || scheme === "https") url.protocol = scheme;
  // A port that the request arrived at is the worker's own, behind the proxy.
  if (HOST.test(host)) Object.assign(url, { port: "", host });
  return url.href === request.url ? request : new Request(url, request);
}

/** Whose request it is, for counting: a proxy that is trusted names the address that reached it last. */
export const readClientAddress = ({ headers }: Request, { trustsProxy }: ProxySettings): string | null =>
  (trustsProxy && headers.get("x-forwarded-for")?.split(",").at(-1)?.trim()) || headers.get("cf-connecting-ip");

const HOST = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

/** What the proxy nearest to the browser said. */
const readFirst = ({ headers }: Request, name: string) => headers.get(name)?.split(",")[0]?.trim().toLowerCase() ?? "";

const Visitor = v.pipe(v.string(), v.parseJson(), v.object({ scheme: v.literal("http") }));

/**
 * Cloudflare serves every host by https as well: a script that was installed by http would come by http at each update, for whoever is on the way to change.
 * Nothing where the request came by https, or where nobody knows whether there is https.
 */
export function redirectToHttps({ headers, url }: Request): Response | undefined {
  if (!url.startsWith("http:") || !v.is(Visitor, headers.get("cf-visitor"))) return undefined;
  return new Response(null, {
    status: 308,
    headers: { location: url.replace(/^http:/, "https:"), "cache-control": "no-store" },
  });
}

const LOOPBACK = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Can whoever is on the way read and change what is sent? */
export function isUnencrypted(base: string): boolean {
  const { protocol, hostname } = new URL(base);
  return protocol === "http:" && !LOOPBACK.test(hostname);
}
