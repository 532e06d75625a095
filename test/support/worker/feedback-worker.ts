// A worker that only posts feedback, once per request: the test against a real Zou runs the same
// code in the same runtime.
import * as v from "valibot";
import { postFeedback } from "../../../worker/actions/farm/post-feedback.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { openKitsu } from "../../../worker/services/kitsu.ts";
import { openZou } from "../../../worker/services/zou.ts";
import { FeedbackSettings } from "../../../worker/settings/feedback-settings.ts";
import { mapInEnglish } from "./english.ts";

const Body = v.object({
  api: v.string(),
  token: v.string(),
  person: v.object({ id: v.string(), name: v.string() }),
  run: v.object({ url: v.string() }),
  feedback: FeedbackSettings,
  shots: v.array(
    v.object({
      task: v.string(),
      state: v.picklist(["done", "failed", "canceled"]),
      reason: v.optional(v.string()),
      url: v.optional(v.string()),
      /** in base64 */
      picture: v.optional(v.string()),
    }),
  ),
});

const decode = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export default {
  async fetch(request: Request): Promise<Response> {
    const { api, token, shots, ...context } = v.parse(Body, await request.json());
    const kitsu = openKitsu(openZou(api, token, request.signal), `${api} bot`, []);
    const results = await postFeedback(
      { ...context, kitsu, farm: "Flamenco", localize: toEnglish, until: Date.now() + 10_000 },
      shots.map(({ picture, ...shot }) => ({
        ...shot,
        picture: picture === undefined ? undefined : async () => decode(picture),
      })),
    );
    return Response.json(Object.fromEntries(mapInEnglish(results)));
  },
};
