// Passes a request on to a farm of the playground, under a path of another server.
import { type IncomingHttpHeaders, type IncomingMessage, request as sendRequest } from "node:http";
import { buffer } from "node:stream/consumers";

export type FarmAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** @param path of the request, as the farm knows it */
export async function passToFarm(url: string, path: string, request: IncomingMessage): Promise<FarmAnswer> {
  const body = await buffer(request);
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": request.headers["content-type"] ?? "",
      // In capitals, as Afanasy's server reads it.
      AFANASY: String(body.length),
      "content-length": body.length,
    };
    const outgoing = sendRequest(url + path, { method: request.method, headers }, (answer) => {
      const { statusCode: status = 0, headers: received } = answer;
      buffer(answer).then((read) => resolve({ status, headers: received, body: read }), reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
