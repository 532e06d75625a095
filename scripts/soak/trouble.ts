// What goes wrong beside the kills, for a round: about half of it at a time.
import type { Dice } from "./dice.ts";
import type { LogStore } from "./log-store.ts";
import type { Studio } from "./studio.ts";
import type { Troubles } from "./troubled-way.ts";

const REFUSALS = [429, 500, "drop"] as const;

export async function trouble(dice: Dice, log: LogStore, studio: Studio): Promise<void> {
  const refusal = () => (dice.chance(0.25) ? { refusal: dice.pick(REFUSALS) } : undefined);
  const [put, get, list] = [refusal(), refusal(), refusal()];
  log.refusals = {
    ...(put && { put: put.refusal }),
    ...(get && { get: get.refusal }),
    ...(list && { list: list.refusal }),
  };
  studio.zouWay.troubles = dice.chance(0.5) ? someTroubles(dice, 0.04) : {};
  studio.studioWay.troubles = dice.chance(0.5) ? someTroubles(dice, 0.15) : {};
  const times = () => (dice.chance(0.3) ? dice.between(1, 3) : 0);
  const slowMs = () => (dice.chance(0.1) ? dice.between(200, 3_000) : 0);
  await studio.farms.flamenco.control({
    ...{
      down: dice.chance(0.1),
      slowMs: slowMs(),
      failNext: times(),
      acceptThenDrop: times(),
      answerCut: times(),
      busyNext: times(),
    },
  });
  await studio.farms.afanasy.control({
    ...{ down: dice.chance(0.1), slowMs: slowMs(), failNext: times(), acceptThenDrop: times(), answerCut: times() },
    ...(dice.chance(0.05) && { die: true }),
  });
}

function someTroubles(dice: Dice, most: number): Troubles {
  const one = () => (dice.chance(0.5) ? dice.next() * most : 0);
  return { refuse: one(), page: one(), busy: one(), stall: one(), cut: one(), half: one() };
}

/** Everything is well again. */
export async function calm(log: LogStore, studio: Studio): Promise<void> {
  log.refusals = {};
  studio.zouWay.troubles = {};
  studio.studioWay.troubles = {};
  const well = { down: false, slowMs: 0, failNext: 0, acceptThenDrop: 0, answerCut: 0 };
  await studio.farms.flamenco.control({ ...well, busyNext: 0 });
  await studio.farms.afanasy.control(well);
}
