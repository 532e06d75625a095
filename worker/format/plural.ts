/** "1 task", "1,200 tasks", "2 entities". */
export const plural = (count: number, noun: string, many = `${noun}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? noun : many}`;
