// Streams the media of previews from Zou with the bot's token. Neither the token nor Zou's other
// headers reach the player.
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { type HttpAnswer, HttpError, sendRequest } from "./http.ts";

/** Until the headers arrive. How long the media takes depends on the player. */
const HEADERS_MAX_MS = 20_000;

const REQUEST_HEADERS = ["range", "if-range"];
const RESPONSE_HEADERS = ["content-type", "content-length", "content-range", "accept-ranges", "etag", "last-modified"];

/** Zou converts each of these to MP4. */
const MOVIES: ReadonlySet<string> = new Set(["mp4", "mov", "m4v", "avi", "mkv", "webm", "wmv"]);

/** "mp4" for every movie, else the extension itself; "bin" if it is not a plain extension. */
export function readExtension(extension: string): string {
  const plain = extension.replace(/^\./, "").toLowerCase();
  if (MOVIES.has(plain)) return "mp4";
  return /^[a-z0-9]{1,10}$/.test(plain) ? plain : "bin";
}

type Preview = { previewId: string; extension: string };

/** The original file of a preview, or the range that the player asks for. */
export async function streamPreview(
  { previewId, extension }: Preview,
  { kitsuApi, kitsuToken }: { kitsuApi: string; kitsuToken: string },
  request: Request,
): Promise<Response> {
  const plain = readExtension(extension);
  const folder = plain === "mp4" ? "movies" : "pictures";
  // A compressed answer has neither a length nor ranges.
  const headers = new Headers({ authorization: `Bearer ${kitsuToken}`, "accept-encoding": "identity" });
  for (const name of REQUEST_HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const answer = await requestMedia(
    `${kitsuApi}/${folder}/originals/preview-files/${encodeURIComponent(previewId)}.${plain}`,
    request,
    headers,
  );
  // An HTML page is not from Kitsu, whatever its status: a web server's 404 does not mean that the
  // media was deleted.
  const isPage = /html/i.test(answer.contentType) && answer.status < 500;
  if (isPage || ![200, 206, 416].includes(answer.status)) {
    await answer.discard();
    throw isPage ? notKitsu(answer.status) : refused(answer.status);
  }
  // The body and the other headers of a 416 describe an error message, not the media.
  const isOutOfRange = answer.status === 416;
  if (isOutOfRange) await answer.discard();
  const passedOn = (isOutOfRange ? ["content-range"] : RESPONSE_HEADERS).flatMap((name): [string, string][] => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return new Response(isOutOfRange ? null : answer.stream, { status: answer.status, headers: passedOn });
}

async function requestMedia(url: string, { method, signal }: Request, headers: Headers): Promise<HttpAnswer> {
  // Not startDeadline: the time limit must not abort the stream.
  const overtime = new AbortController();
  const timer = setTimeout(() => overtime.abort(), HEADERS_MAX_MS);
  try {
    const deadline = { limitMs: HEADERS_MAX_MS, signal: overtime.signal };
    return await sendRequest({ server: "Kitsu", url, method, headers, signal, deadline });
  } catch (thrown) {
    if (!(thrown instanceof HttpError)) throw thrown;
    throw new Failure(thrown.kind === "timeout" ? "kitsu-timeout" : "kitsu-unreachable", {
      text: thrown.text,
      advice: message("kitsu.tryAgainThenAsk"),
      retry: true,
      cause: thrown.cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** A login page has status 200, and a player would take it for a movie. */
const notKitsu = (status: number) =>
  new Failure("kitsu-broken", {
    text: message("kitsu.mediaElsewhere"),
    advice: message("kitsu.checkMediaAddress"),
    cause: new Error(`The media of a preview: ${status}`),
  });

function refused(status: number): Failure {
  if (status >= 300 && status <= 399) return notKitsu(status);
  const cause = new Error(`The media of a preview: ${status}`);
  if (status === 404) return new Failure("kitsu-unknown", { text: message("kitsu.mediaGone"), cause });
  if (status === 401 || status === 403 || status === 422) {
    return new Failure("kitsu-forbidden", {
      text: message("kitsu.previewHidden"),
      advice: message("kitsu.addBotToTeam"),
      cause,
    });
  }
  return new Failure("kitsu-broken", {
    text: message("kitsu.failed", { status: String(status) }),
    retry: status >= 500,
    cause,
  });
}
