/**
 * Gives the answer to a form the run's address: a reload or the back button then shows the run, and
 * does not send the form again.
 */
export function adoptRunAddress(): void {
  const address = document.querySelector<HTMLElement>("main[data-address]")?.dataset.address;
  if (address === undefined || new URL(address, location.href).origin !== location.origin) return;
  history.replaceState(null, "", address);
}
