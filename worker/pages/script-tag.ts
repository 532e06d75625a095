// Adds the script's tag to a page of Kitsu while it streams.
import { ENGLISH } from "../format/reader.ts";
import { html } from "./html.ts";
import { TAG_SCRIPT } from "./userscript-file.ts";

type Page = ReadableStream<Uint8Array>;

/** `async`: Kitsu never waits for the script, and works without it. */
export const scriptTag = (src: string, nonce?: string): string =>
  html`<script async src="${src}"${nonce !== undefined && html` nonce="${nonce}"`}></script>`.write(ENGLISH);

const NONCE = /^[\w+/=-]+$/;

/**
 * The page with the tag before its first script, with that script's nonce. A page without a script,
 * or with the tag, stays as it is. If it can't be parsed, it continues as Kitsu sent it.
 * @param contentType names its encoding
 */
export function addScriptTag(body: Page, contentType: string, src: string): Page {
  const [original, copy] = body.tee();
  let addedBytes = 0;
  let isDecided = false;
  const rewriter = new HTMLRewriter().on("script", {
    element(script) {
      if (isDecided) return;
      isDecided = true;
      if (isTag(script.getAttribute("src"))) return;
      const nonce = script.getAttribute("nonce") ?? "";
      const tag = scriptTag(src, NONCE.test(nonce) ? nonce : undefined);
      script.before(tag, { html: true });
      // The tag is ASCII.
      addedBytes = tag.length;
    },
  });
  try {
    const page = new Response(copy, { headers: { "content-type": contentType } });
    const { body: rewritten } = rewriter.transform(page);
    return rewritten === null ? original : toStream(readEither(rewritten, original, () => addedBytes));
  } catch {
    // An encoding that the rewriter doesn't know.
    return original;
  }
}

const isTag = (src: string | null) => src?.split(/[?#]/)[0]?.endsWith(TAG_SCRIPT);

function toStream(pieces: AsyncGenerator<Uint8Array>): Page {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

/**
 * Reads the rewritten page. If the rewriter gives up, continues with the original where it stopped:
 * apart from the tag, both are the same bytes.
 */
async function* readEither(rewritten: Page, original: Page, countAdded: () => number): AsyncGenerator<Uint8Array> {
  const spare = original.getReader();
  let sent = 0;
  let dropped = 0;
  let rest: Uint8Array = new Uint8Array();
  try {
    try {
      for await (const piece of rewritten) {
        yield piece;
        sent += piece.length;
        await dropSent();
      }
      return;
    } catch {}
    if (rest.length > 0) yield rest;
    for (let next = await spare.read(); !next.done; next = await spare.read()) yield next.value;
  } finally {
    await spare.cancel().catch(() => {});
  }

  /** Drops what was sent of the original, which the rewriter has read already. */
  async function dropSent(): Promise<void> {
    let bytes = Math.max(0, sent - countAdded() - dropped);
    dropped += bytes;
    while (bytes > rest.length) {
      bytes -= rest.length;
      const { done, value } = await spare.read();
      if (done) return;
      rest = value;
    }
    rest = rest.subarray(bytes);
  }
}
