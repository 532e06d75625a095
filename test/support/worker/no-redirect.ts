/** Following a redirect would send a request to a server that is not in the settings. */
export function checkStays(init: RequestInit | undefined): void {
  if (init?.redirect !== "manual") throw new Error('This fetch would follow redirects. Set redirect: "manual".');
}
