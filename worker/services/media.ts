// The media of previews, streamed from Zou with the bot's account. Neither the token nor anything else that Zou says of itself goes on.
import { Failure } from "../failure.ts";

/** Longest wait for the beginning of an answer; how long the media takes is the player's affair. */
const ANSWER_MAX_MS = 20_000;

/** What a player may ask with, and what it is told. */
const ASKED = ["range", "if-range"];
const TOLD = ["content-type", "content-length", "content-range", "accept-ranges", "etag", "last-modified"];

/** Zou turns every movie into one of these. */
const MOVIES: ReadonlySet<string> = new Set(["mp4", "mov", "m4v", "avi", "mkv", "webm", "wmv"]);

/** "mp4" of every movie, else what it is; nothing that could be more than the end of a name. */
export function readExtension(extension: string): string {
  const plain = extension.replace(/^\./, "").toLowerCase();
  if (MOVIES.has(plain)) return "mp4";
  return /^[a-z0-9]{1,10}$/.test(plain) ? plain : "bin";
}

type Preview = { previewId: string; extension: string };

/** The preview's original as it comes, whole or in part. */
export async function streamPreview(
  { previewId, extension }: Preview,
  { kitsuApi, kitsuToken }: { kitsuApi: string; kitsuToken: string },
  request: Request,
): Promise<Response> {
  const plain = readExtension(extension);
  const folder = plain === "mp4" ? "movies" : "pictures";
  // A compressed answer would lose its length and its ranges.
  const headers = new Headers({ authorization: `Bearer ${kitsuToken}`, "accept-encoding": "identity" });
  for (const name of ASKED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const answer = await begin(
    `${kitsuApi}/${folder}/originals/preview-files/${encodeURIComponent(previewId)}.${plain}`,
    request,
    headers,
  );
  // A page is not Kitsu's, whatever its status says: a web server's 404 does not mean that the media is gone.
  const isPage = /html/i.test(answer.headers.get("content-type") ?? "") && answer.status < 500;
  if (isPage || ![200, 206, 416].includes(answer.status)) {
    await answer.body?.cancel();
    throw isPage ? notKitsu(answer.status) : refused(answer.status);
  }
  // What is said of a part that is not there is said of an answer in words, which does not go on.
  const isBeyond = answer.status === 416;
  if (isBeyond) await answer.body?.cancel();
  const told = (isBeyond ? ["content-range"] : TOLD).flatMap((name): [string, string][] => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return new Response(isBeyond ? null : answer.body, { status: answer.status, headers: told });
}

async function begin(url: string, { method, signal }: Request, headers: Headers): Promise<Response> {
  const overtime = new AbortController();
  const timer = setTimeout(() => overtime.abort(), ANSWER_MAX_MS);
  try {
    return await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal: AbortSignal.any([signal, overtime.signal]),
    });
  } catch (cause) {
    throw new Failure(overtime.signal.aborted ? "kitsu-timeout" : "kitsu-unreachable", {
      text: "Kitsu did not give the preview.",
      advice: "Try again in a minute; then ask your TD.",
      retry: true,
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** A login page or the web server in front says 200, and a player would be given it for a movie. */
const notKitsu = (status: number) =>
  new Failure("kitsu-broken", {
    text: "Where Kitsu's media should be, another page is.",
    advice: "Your TD checks KITSU_API, and whether a login page stands in front of it.",
    cause: new Error(`The media of a preview: ${status}`),
  });

function refused(status: number): Failure {
  if (status >= 300 && status <= 399) return notKitsu(status);
  const cause = new Error(`The media of a preview: ${status}`);
  if (status === 404)
    return new Failure("kitsu-unknown", { text: "Kitsu has no media for this preview any more.", cause });
  if (status === 401 || status === 403 || status === 422) {
    return new Failure("kitsu-forbidden", {
      text: "Kitsu does not give this preview to the worker's account.",
      advice: "Your TD puts the bot of KITSU_TOKEN into the team of the project.",
      cause,
    });
  }
  return new Failure("kitsu-broken", {
    text: `Kitsu itself failed, with the status ${status}.`,
    retry: status >= 500,
    cause,
  });
}
