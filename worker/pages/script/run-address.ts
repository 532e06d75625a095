/**
 * The answer to a form has the run's address from now on: a reload or a way back shows the run, and
 * never sends the form again.
 */
export function takeAddress(): void {
  const address = document.querySelector<HTMLElement>("main[data-address]")?.dataset.address;
  if (address === undefined || new URL(address, location.href).origin !== location.origin) return;
  history.replaceState(null, "", address);
}
