// Fetches the newest rendered picture of a job for browsers that can't reach the farm.
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { FlamencoTarget } from "./flamenco-client.ts";
import { accessHeaders, HttpError, MIB, sendRequest } from "./http.ts";

/** Flamenco's copy of a rendered frame is a JPEG of about 100 kB. */
const PICTURE_MAX_BYTES = 8 * MIB;
const IMAGE_TYPES = /^image\/(jpeg|png|webp)\b/;

/**
 * @param address from `lastRendered`; anything but a job's picture on this Flamenco is refused
 */
export async function fetchPicture(
  { url, access }: FlamencoTarget,
  address: string,
  signal: AbortSignal,
): Promise<Response> {
  // Compare parsed URLs: the setting may have capitals or the default port.
  if (!new URL(address).href.startsWith(new URL(`${url}/job-files/`).href)) throw noPicture();
  try {
    const answer = await sendRequest({
      server: "Flamenco",
      url: address,
      headers: { accept: "image/*", ...accessHeaders(access) },
      signal,
    });
    const { status, contentType } = answer;
    if (status !== 200 || !IMAGE_TYPES.test(contentType)) {
      await answer.discard();
      throw noPicture(new Error(`${status} ${contentType}`));
    }
    return new Response(await answer.readBytes(PICTURE_MAX_BYTES), {
      headers: {
        "content-type": contentType,
        "cache-control": "private, max-age=10",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
      },
    });
  } catch (thrown) {
    throw thrown instanceof HttpError ? noPicture(thrown) : thrown;
  }
}

const noPicture = (cause?: unknown) => new Failure("loan-over", { text: message("flamenco.noPicture"), cause });
