// Faults in the farms.
import { describe } from "vitest";
import { htmlPage } from "../../support/worker/doctor.ts";
import { AT_CLOUDFLARE, at, dead, type Fault, itNames, refuse } from "../../support/worker/doctor-faults.ts";

const FLAMENCO = "https://flamenco.studio.tld";
const flamenco = { FLAMENCO: { url: FLAMENCO, blend: "/mnt/prod/{entity}.blend", output: "/mnt/prod/{entity}" } };
const AFANASY = "https://afanasy.studio.tld";
const afanasy = {
  AFANASY: { url: AFANASY, templates: [{ id: "blender", service: "blender", command: "blender @#@ @#@" }] },
};

const FAULTS: readonly Fault[] = [
  {
    is: "a Flamenco that is dead",
    settings: flamenco,
    outside: at(FLAMENCO, dead),
    id: "farm-failed",
    level: "broken",
    says: /flamenco\.studio\.tld can't be reached/,
    fix: /Start it, or correct FLAMENCO\.url/,
  },
  {
    is: "an Afanasy that is dead",
    settings: afanasy,
    outside: at(AFANASY, dead),
    id: "farm-failed",
    level: "broken",
    says: /afanasy\.studio\.tld can't be reached/,
    fix: /Start it, or correct AFANASY\.url/,
  },
  {
    is: "a Flamenco behind a login",
    settings: flamenco,
    outside: at(FLAMENCO, refuse(403)),
    id: "farm-failed",
    level: "broken",
    says: /rejected/,
    fix: /secret put FLAMENCO_ACCESS_ID/,
  },
  {
    is: "a page in place of Flamenco",
    settings: flamenco,
    outside: at(FLAMENCO, () => htmlPage()),
    id: "farm-failed",
    level: "broken",
    says: /unexpected format/,
    fix: /FLAMENCO\.url.*login.*FLAMENCO_ACCESS_ID/,
  },
  {
    is: "a relay with another token",
    settings: { ...afanasy, AFANASY_TOKEN: "another" },
    outside: at(AFANASY, refuse(401, { error: "unauthorized" })),
    id: "farm-failed",
    level: "broken",
    says: /401/,
    fix: /If the relay answered: npx wrangler secret put AFANASY_TOKEN/,
  },
  {
    is: "a Flamenco that is open to all",
    settings: flamenco,
    outside: ({ answer }) => {
      answer(`${FLAMENCO}/api/v3/version`, () => Response.json({ version: "3.6", name: "Flamenco" }));
      answer(`${FLAMENCO}/api/v3/configuration`, () => Response.json({ isFirstRun: false }));
      answer(`${FLAMENCO}/api/v3/jobs/types`, () => Response.json({ job_types: [{ name: "simple-blender-render" }] }));
      answer(`${FLAMENCO}/api/v3/worker-mgt/workers`, () => Response.json({ workers: [{ id: "w", status: "awake" }] }));
    },
    request: AT_CLOUDFLARE,
    id: "farm-open",
    level: "risky",
    says: /Internet/,
    fix: /Cloudflare Access/,
  },
];

describe("the doctor's check of the farms", () => {
  itNames(FAULTS);
});
