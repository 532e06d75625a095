/** The icon of the pages and the userscript: a spark on Kitsu's violet. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#5e60ba"/><path d="M18 4 8 18h6l-1 10 11-15h-7z" fill="#fff"/></svg>`;
