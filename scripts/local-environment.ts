/**
 * Environment variables that keep Wrangler from contacting Cloudflare and from reading a
 * deployment's settings.
 */
export const LOCAL_ENVIRONMENT = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  CLOUDFLARE_ENV: "",
  CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  X_LOCAL_EXPLORER: "false",
};
