// A worker that does nothing but tell Kitsu, as often as it is asked: the test against a real Zou runs the very code in the very runtime.
import * as v from "valibot";
import { postFeedback } from "../../../worker/actions/farm/post-feedback.ts";
import { openKitsu } from "../../../worker/services/kitsu.ts";
import { openZou } from "../../../worker/services/zou.ts";
import { FeedbackSettings } from "../../../worker/settings/feedback-settings.ts";

const Asked = v.object({
  api: v.string(),
  token: v.string(),
  person: v.object({ id: v.string(), name: v.string() }),
  run: v.object({ url: v.string() }),
  tell: FeedbackSettings,
  endings: v.array(
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
    const { api, token, endings, ...teller } = v.parse(Asked, await request.json());
    const kitsu = openKitsu(openZou(api, token, request.signal), `${api} bot`, []);
    const told = await postFeedback(
      { ...teller, kitsu, farm: "Flamenco", until: Date.now() + 10_000 },
      endings.map(({ picture, ...ending }) => ({
        ...ending,
        picture: picture === undefined ? undefined : async () => decode(picture),
      })),
    );
    return Response.json(Object.fromEntries(told));
  },
};
