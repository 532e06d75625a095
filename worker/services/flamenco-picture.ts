// The newest picture of a job, for browsers that can't reach the farm: read by the worker and handed on.
import { Failure } from "../failure.ts";
import type { FlamencoTarget } from "./flamenco.ts";

/** What Flamenco keeps of a rendered frame is some 100 kB of JPEG. */
const PICTURE_MAX_BYTES = 8 * 1_024 * 1_024;
const KINDS = /^image\/(jpeg|png|webp)\b/;

/**
 * @param address as `lastRendered` gave it: anything but a picture of a job on this Flamenco is refused
 */
export async function fetchPicture({ url, access }: FlamencoTarget, address: string, signal: AbortSignal): Promise<Response> {
  // Both as URLs: a host in capitals or a port that goes without saying is written otherwise there.
  if (!new URL(address).href.startsWith(new URL(`${url}/job-files/`).href)) throw none();
  const response = await fetch(address, {
    redirect: "manual",
    signal,
    headers: {
      accept: "image/*",
      ...(access && { "cf-access-client-id": access.id, "cf-access-client-secret": access.secret }),
    },
  }).catch((cause: unknown) => {
    throw signal.aborted ? signal.reason : none(cause);
  });
  const kind = response.headers.get("content-type") ?? "";
  const isTooLarge = Number(response.headers.get("content-length") ?? 0) > PICTURE_MAX_BYTES;
  if (response.status !== 200 || !KINDS.test(kind) || isTooLarge) {
    await response.body?.cancel();
    throw none(new Error(`${response.status} ${kind}`));
  }
  return new Response(response.body?.pipeThrough(limit()), {
    headers: {
      "content-type": kind,
      "cache-control": "private, max-age=10",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
    },
  });
}

/** A picture that did not say how large it is breaks off where it is too large. */
function limit(): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > PICTURE_MAX_BYTES) controller.error(none());
      else controller.enqueue(chunk);
    },
  });
}

const none = (cause?: unknown) => new Failure("loan-over", { text: "There is no picture of it, or not any more.", cause });
