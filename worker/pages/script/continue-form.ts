/** A form that continues what its reader has begun, a part at a time. Leaving the page stops it. */
export function continueForm(): void {
  document.querySelector<HTMLFormElement>("form[data-continue]")?.requestSubmit();
}
