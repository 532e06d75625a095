// What the security policy of Kitsu's page allows: https://www.w3.org/TR/CSP3/

export type Policy = ReadonlyMap<string, readonly string[]>;

/** @param texts of headers, each of which may have several policies, and of meta elements */
export const parsePolicies = (texts: readonly string[]): Policy[] =>
  texts
    .flatMap((text) => text.split(","))
    .map(
      (text) =>
        new Map(
          text
            .split(";")
            .map((part) => part.trim().split(/\s+/))
            .flatMap(([name = "", ...sources]) => (name === "" ? [] : [[name.toLowerCase(), sources] as const]))
            // The first of several counts.
            .toReversed(),
        ),
    )
    .filter(({ size }) => size > 0);

type Directive = "connect-src" | "form-action" | "script-src";

/** Only these fall back to `default-src`. */
const FALLBACKS: Readonly<Record<Directive, readonly string[]>> = {
  "connect-src": ["connect-src", "default-src"],
  "form-action": ["form-action"],
  "script-src": ["script-src-elem", "script-src", "default-src"],
};

/**
 * Do all policies allow it?
 * @param page the address of the page that has the policies
 * @param proofs sources that allow it regardless of its address: "'nonce-…'"
 */
export const isAllowed = (
  policies: readonly Policy[],
  directive: Directive,
  url: string,
  page: string,
  proofs: readonly string[] = [],
): boolean =>
  policies.every((policy) => {
    const name = FALLBACKS[directive].find((one) => policy.has(one));
    const sources = name === undefined ? undefined : policy.get(name);
    return (
      sources === undefined ||
      sources.some((source) => proofs.includes(source)) ||
      (!sources.includes("'strict-dynamic'") &&
        sources.some((source) => matches(source.toLowerCase(), new URL(url), new URL(page))))
    );
  });

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443" };
const portOf = ({ port, protocol }: URL) => port || (DEFAULT_PORTS[protocol] ?? "");

function matches(source: string, url: URL, page: URL): boolean {
  if (source === "*") return true;
  if (source === "'self'") return url.hostname === page.hostname && portOf(url) === portOf(page);
  if (source.startsWith("'")) return false;
  if (/^[a-z][a-z0-9+.-]*:$/.test(source)) return isScheme(source, url.protocol);
  const [, scheme, host = "", port, path = ""] =
    /^([a-z][a-z0-9+.-]*:)?(?:\/\/)?([^/:]*)(?::([^/]*))?(\/.*)?$/.exec(source) ?? [];
  // A host without a scheme is taken as that of the page, and for WebSockets, too.
  if (scheme !== undefined && !isScheme(scheme, url.protocol)) return false;
  const isHost = host === "*" || (host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host);
  const isPort =
    port === undefined ? DEFAULT_PORTS[url.protocol] === portOf(url) : port === "*" || port === portOf(url);
  const isPath = path === "" || (path.endsWith("/") ? url.pathname.startsWith(path) : url.pathname === path);
  return isHost && isPort && isPath;
}

/** The encrypted kind of a scheme is allowed, too. */
const isScheme = (allowed: string, scheme: string) =>
  allowed === scheme || `${allowed.slice(0, -1)}s:` === scheme || (allowed === "ws:" && /^https?:$/.test(scheme));
