// The faults of a round, beside the kill at its end. Each is as likely as not, and gets a random
// extent.

import type { ProxyFaults } from "./faulty-proxy.ts";
import type { Log } from "./log-store.ts";
import type { Random } from "./random.ts";
import type { Studio } from "./studio.ts";

const REFUSALS = [429, 500, "drop"] as const;

export async function injectFaults(random: Random, log: Log, studio: Studio): Promise<void> {
  const refusal = () => (random.chance(0.25) ? { refusal: random.pick(REFUSALS) } : undefined);
  const [put, get, list] = [refusal(), refusal(), refusal()];
  log.refusals = {
    ...(put && { put: put.refusal }),
    ...(get && { get: get.refusal }),
    ...(list && { list: list.refusal }),
  };
  studio.kitsuProxy.faults = random.chance(0.5) ? pickProxyFaults(random, 0.04) : {};
  studio.forwardProxy.faults = random.chance(0.5) ? pickProxyFaults(random, 0.15) : {};
  const times = () => (random.chance(0.3) ? random.integer(1, 3) : 0);
  const farmFaults = () => ({
    down: random.chance(0.1),
    slowMs: random.chance(0.1) ? random.integer(200, 3_000) : 0,
    failNext: times(),
    acceptThenDrop: times(),
    answerCut: times(),
  });
  await studio.farms.flamenco.control({ ...farmFaults(), busyNext: times() });
  await studio.farms.afanasy.control({ ...farmFaults(), ...(random.chance(0.05) && { die: true }) });
}

function pickProxyFaults(random: Random, maxProbability: number): ProxyFaults {
  const probability = () => (random.chance(0.5) ? random.next() * maxProbability : 0);
  return {
    refuse: probability(),
    page: probability(),
    busy: probability(),
    stall: probability(),
    cut: probability(),
    half: probability(),
  };
}

export async function clearFaults(log: Log, studio: Studio): Promise<void> {
  log.refusals = {};
  studio.kitsuProxy.faults = {};
  studio.forwardProxy.faults = {};
  const none = { down: false, slowMs: 0, failNext: 0, acceptThenDrop: 0, answerCut: 0 };
  await studio.farms.flamenco.control({ ...none, busyNext: 0 });
  await studio.farms.afanasy.control(none);
}
