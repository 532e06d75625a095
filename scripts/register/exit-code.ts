/** The exit codes of npm run register, for CI. `failed` is that of an error. */
export const EXIT_CODES = { done: 0, failed: 1, changesNeeded: 2, notConfirmed: 3 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
