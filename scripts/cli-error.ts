/** An error that the person at the terminal can fix. Its message is shown without a stack trace. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, { cause, exitCode = 1 }: { cause?: unknown; exitCode?: number } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
