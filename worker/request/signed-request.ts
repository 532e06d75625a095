// Checks that a request of a studio's server is signed, according to Standard Webhooks, like the
// calls that it gets from us.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { isSigned } from "../services/webhook-signature.ts";

const SignatureHeaders = v.object({
  "webhook-id": v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  "webhook-timestamp": v.pipe(v.string(), v.regex(/^\d{1,12}$/), v.transform(Number)),
  "webhook-signature": v.string(),
});

/** Who must have signed: the server behind `action`, with its `secret`, for this run. */
type Signer = { secret: string | undefined; run: string; action: string };

/**
 * Throws unless the signature is right. The secret belongs to the server, so only the signed id
 * says which run the request is about.
 * @returns the webhook's id, and when it was signed in epoch seconds
 */
export async function checkSignature(
  request: Request,
  body: string,
  { secret, run, action }: Signer,
): Promise<{ id: string; at: number }> {
  const headers = v.safeParse(SignatureHeaders, Object.fromEntries(request.headers));
  if (headers.success && secret !== undefined) {
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers.output;
    if (id.startsWith(run) && (await isSigned(secret, signatures, { id, atS: at, body }))) return { id, at };
  }
  throw new Failure("signature-refused", {
    text: message("request.badSignature"),
    advice: message("longRun.signReport", { action }),
  });
}
