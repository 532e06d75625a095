// What ends the program with a sentence instead of a stack.

/** What the program's exit tells a CI. */
export const EXIT = { done: 0, trouble: 1, somethingToDo: 2, noConsent: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Something the person can understand and do something about. Anything else that is thrown is a fault of this program. */
export class Trouble extends Error {
  readonly exit: Exit;

  constructor(sentence: string, { cause, exit = EXIT.trouble }: { cause?: unknown; exit?: Exit } = {}) {
    super(sentence, { cause });
    this.exit = exit;
  }
}
