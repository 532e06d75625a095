// Takes a request and returns it with the URL that its sender used. Links, cookies and the
// userscript are built from that URL. If a proxy in front of the worker terminates TLS, only the
// proxy knows it. Its headers count only if the deployment trusts the proxy: anyone can send them.
import * as v from "valibot";
import type { Settings } from "../settings/settings.ts";

type ProxySettings = Pick<Settings, "trustsProxy">;

/** Applies `X-Forwarded-Proto` and `X-Forwarded-Host` if the deployment trusts its proxy. */
export function withPublicUrl(request: Request, { trustsProxy }: ProxySettings): Request {
  if (!trustsProxy) return request;
  const url = new URL(request.url);
  const [scheme, host] = [readFirst(request, "x-forwarded-proto"), readFirst(request, "x-forwarded-host")];
  if (scheme === "http" || scheme === "https") url.protocol = scheme;
  // The port of the request is the worker's own, behind the proxy.
  if (HOST.test(host)) Object.assign(url, { port: "", host });
  return url.href === request.url ? request : new Request(url, request);
}

/**
 * The client's IP address, for rate limits. A trusted proxy appends the address that reached it.
 */
export const readClientAddress = ({ headers }: Request, { trustsProxy }: ProxySettings): string | null =>
  (trustsProxy && headers.get("x-forwarded-for")?.split(",").at(-1)?.trim()) || headers.get("cf-connecting-ip");

const HOST = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

/** The first of several values is from the proxy that is nearest to the browser. */
const readFirst = ({ headers }: Request, name: string) => headers.get(name)?.split(",")[0]?.trim().toLowerCase() ?? "";

const Visitor = v.pipe(v.string(), v.parseJson(), v.object({ scheme: v.literal("http") }));

/**
 * Cloudflare serves every host by https, too. A userscript installed by http would update by http,
 * and anyone on the network path could change it. Returns undefined if the request came by https,
 * or if it is unknown whether https works.
 */
export function redirectToHttps({ headers, url }: Request): Response | undefined {
  if (!url.startsWith("http:") || !v.is(Visitor, headers.get("cf-visitor"))) return undefined;
  return new Response(null, {
    status: 308,
    headers: { location: url.replace(/^http:/, "https:"), "cache-control": "no-store" },
  });
}

const LOOPBACK = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Can others on the network read and change what is sent to this address? */
export function isUnencrypted(base: string): boolean {
  const { protocol, hostname } = new URL(base);
  return protocol === "http:" && !LOOPBACK.test(hostname);
}
