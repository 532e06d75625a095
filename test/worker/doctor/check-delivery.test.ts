// Faults in the delivery of the script.
import { describe, expect, it } from "vitest";
import { diagnose, htmlPage, openSurroundings } from "../../support/worker/doctor.ts";
import { dead, type Fault, itNames, onPage } from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";

const FAULTS: readonly Fault[] = [
  {
    is: "a script on plain http",
    outside: onPage({}, '<script src="http://edge.studio.tld/kitsu-actions.js"></script>'),
    id: "script-blocked",
    level: "broken",
    says: /browsers block it/,
    fix: /https:\/\/edge\.studio\.tld\/kitsu-actions\.js/,
  },
  {
    is: "two scripts",
    outside: onPage({}, `<script src="${EDGE}/kitsu-actions.js"></script>`.repeat(2)),
    id: "script-twice",
    level: "worth-knowing",
    says: /2 tags/,
    fix: /Remove all but one/,
  },
  {
    is: "the file for a userscript manager in a tag",
    outside: onPage({}, `<script src="${EDGE}/kitsu-actions.user.js"></script>`),
    id: "script-elsewhere",
    level: "worth-knowing",
    says: /another file/,
    fix: /kitsu-actions\.js on/,
  },
  {
    is: "INJECT elsewhere than at Cloudflare",
    settings: { INJECT: "1", BASE_PATH: "/edge", KITSU_URL: `${KITSU},https://edge.studio.tld` },
    request: { path: "/edge/doctor.json" },
    id: "inject-elsewhere",
    level: "broken",
    says: /only at Cloudflare/,
    fix: /remove INJECT/,
  },
  {
    is: "an old copy of the script that is gone",
    outside: ({ answer }) => {
      answer(`${KITSU}/|`, () => htmlPage({}, '<script src="/static/kitsu-actions.js?v=3"></script>'));
      answer(`${KITSU}/static/kitsu-actions.js`, () => htmlPage());
    },
    id: "script-missing",
    level: "broken",
    says: /status 200 text\/html/,
    fix: /https:\/\/edge\.studio\.tld\/kitsu-actions\.js/,
  },
];

describe("the doctor's check of the delivery of the script", () => {
  itNames(FAULTS);

  it("does not say that a page lacks the script if it got no page", async () => {
    const { answer } = openSurroundings();
    answer(KITSU, dead);
    expect((await diagnose()).map(({ id }) => id)).not.toContain("script-not-in-page");
  });
});
