/** The little of Zou's API that a page or a userscript asks for before anything else. Everything else is honestly not there. */
import type { ServerResponse } from "node:http";
import { ADA } from "./data.ts";
import { idOf } from "./ids.ts";

const CONFIG = {
  crisp_token: "",
  dark_theme_by_default: false,
  default_locale: "en_US",
  default_timezone: "Europe/Paris",
  indexer_configured: false,
  is_self_hosted: true,
  saml_enabled: false,
  saml_idp_name: "",
  sentry: { dsn: "", sampleRate: 0.1 },
};

const AUTHENTICATED = {
  authenticated: true,
  ldap: false,
  organisation: { id: idOf("organisation"), name: "Studio Example", has_avatar: false, hours_by_day: 8 },
  user: { ...ADA, active: true, has_avatar: false, timezone: "Europe/Paris", type: "Person" },
};

const ANSWERS = new Map<string, unknown>([
  ["/api/config", CONFIG],
  ["/api/auth/authenticated", AUTHENTICATED],
]);

export function answerAsZou(path: string, response: ServerResponse): void {
  const answer = ANSWERS.get(path);
  const body = answer ?? { error: true, message: `The playground has no ${path}.` };
  response.writeHead(answer ? 200 : 404, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
