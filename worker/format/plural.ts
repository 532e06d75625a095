/** "1 task", "1,200 tasks". */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  count === 1 ? `1 ${noun}` : `${count.toLocaleString("en")} ${nouns}`;
