/** Requests go only to the addresses in the settings: following a redirect would send their content to another server. */
export function checkStays(init: RequestInit | undefined): void {
  if (init?.redirect !== "manual") throw new Error('This fetch would follow redirects. Set redirect: "manual".');
}
