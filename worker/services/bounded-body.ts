// Bodies of answers, read up to a limit: memory is what a worker has least of, and what a compressed answer grows to is not known before.

export const MIB = 1_024 * 1_024;

type Answered = Pick<Response, "body" | "headers">;

/**
 * The whole body. One that is larger, or says it will be, is let go at once.
 * @param tooLarge what to throw then
 */
export async function readBytes(
  response: Answered,
  most: number,
  tooLarge: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = response;
  // What it says is the size as it was sent, which for a compressed body is the smaller one.
  if (Number(headers.get("content-length") ?? 0) > most) {
    await body?.cancel();
    throw tooLarge();
  }
  const { bytes, isWhole } = await readUpTo(response, most);
  if (!isWhole) throw tooLarge();
  return bytes;
}

export const readText = async (response: Answered, most: number, tooLarge: () => Error): Promise<string> =>
  new TextDecoder().decode(await readBytes(response, most, tooLarge));

/** As much of it as is wanted, from its beginning. */
export const readStart = async (response: Answered, most: number): Promise<string> =>
  new TextDecoder().decode((await readUpTo(response, most)).bytes);

async function readUpTo(
  { body }: Answered,
  most: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (const reader = body?.getReader(); reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value.subarray(0, most - size));
    size += value.byteLength;
    if (size > most) {
      await reader.cancel();
      break;
    }
  }
  return { bytes: join(chunks, Math.min(size, most)), isWhole: size <= most };
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
