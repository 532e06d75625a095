/** Writes one line of the log, with the time. */
export type WriteLine = (line: Readonly<Record<string, unknown>>) => void;

export const writeLine: WriteLine = (line) => {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
};
