// The newest picture of a job, for browsers that can't reach the farm: read by the worker and handed on.
import { Failure } from "../failure.ts";
import { MIB, readBytes } from "./bounded-body.ts";
import type { FlamencoTarget } from "./flamenco-client.ts";

/** What Flamenco keeps of a rendered frame is some 100 kB of JPEG. */
const PICTURE_MAX_BYTES = 8 * MIB;
const KINDS = /^image\/(jpeg|png|webp)\b/;

/**
 * @param address as `lastRendered` gave it: anything but a picture of a job on this Flamenco is refused
 */
export async function fetchPicture(
  { url, access }: FlamencoTarget,
  address: string,
  signal: AbortSignal,
): Promise<Response> {
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
  if (response.status !== 200 || !KINDS.test(kind)) {
    await response.body?.cancel();
    throw none(new Error(`${response.status} ${kind}`));
  }
  const picture = await readBytes(response, PICTURE_MAX_BYTES, () => none(new Error("too large"))).catch(
    (cause: unknown) => {
      throw signal.aborted ? signal.reason : cause instanceof Failure ? cause : none(cause);
    },
  );
  return new Response(picture, {
    headers: {
      "content-type": kind,
      "cache-control": "private, max-age=10",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
    },
  });
}

const none = (cause?: unknown) =>
  new Failure("loan-over", { text: "There is no picture of it, or not any more.", cause });
