/** Makes the browser refuse what it may refuse: `?clipboard=refused` and `?popups=blocked`. */
export function breakPage(query: URLSearchParams): void {
  if (query.get("clipboard") === "refused") {
    const writeText = () => Promise.reject(new DOMException("Write permission denied.", "NotAllowedError"));
    Object.defineProperty(navigator, "clipboard", { value: { writeText } });
    document.execCommand = () => false;
  }
  // As if the click on the action was too long ago.
  if (query.get("popups") === "blocked")
    Object.defineProperty(navigator, "userActivation", { value: { isActive: false } });
}
