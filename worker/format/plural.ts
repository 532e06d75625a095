/** "1 task", "1,200 tasks", "2 entities". */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? noun : nouns}`;
