// A response that is written while it is read: the next part is made when the reader has taken the
// one before.

/** @param first the result of the generator's first `next`, which was taken to see that it works */
export function streamText(first: IteratorResult<string, void>, rest: AsyncGenerator<string, void>): ReadableStream {
  const encoder = new TextEncoder();
  let result: IteratorResult<string, void> | undefined = first;
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = result ?? (await rest.next());
        result = undefined;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await rest.return();
      },
    },
    { highWaterMark: 0 },
  );
}
