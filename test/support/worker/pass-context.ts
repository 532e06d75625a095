// What a pass over a render run needs, with the parts that a test does not care about filled in.
import type { PassContext } from "../../../worker/actions/farm/render-pass.ts";
import { toEnglish } from "../../../worker/format/localize.ts";

export const makePassContext = (parts: Partial<PassContext> = {}): PassContext => ({
  run: { id: "run", url: "https://edge.studio.tld/runs/run?at=1" },
  person: { id: "person", name: "Ana", email: undefined },
  signal: new AbortController().signal,
  kitsu: () => undefined,
  localize: toEnglish,
  readRunReply: async () => undefined,
  save: async () => undefined,
  ...parts,
});
