/** If Cloudflare Access protects the worker, programs need a service token. */
export const accessHeaders = ({
  CF_ACCESS_CLIENT_ID: id,
  CF_ACCESS_CLIENT_SECRET: secret,
}: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  id && secret ? { "cf-access-client-id": id, "cf-access-client-secret": secret } : {};
