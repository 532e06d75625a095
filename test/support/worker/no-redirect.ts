/** Servers are asked at the addresses that the settings name, and nowhere else: whoever asks one must not go where its answer leads, with what it was sent. */
export function checkStays(init: RequestInit | undefined): void {
  if (init?.redirect !== "manual") throw new Error('A redirect would be followed: say redirect: "manual"');
}
