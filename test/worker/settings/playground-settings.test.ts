// What npm start tells the worker of its farms.
import * as v from "valibot";
import { expect, it } from "vitest";
import { afanasySettings, flamencoSettings } from "../../../playground/farms/settings.ts";
import { Afanasy } from "../../../worker/settings/afanasy-settings.ts";
import { Flamenco } from "../../../worker/settings/flamenco-settings.ts";

it("the settings of the playground's farms are settings here", () => {
  expect(v.safeParse(Flamenco, flamencoSettings("http://127.0.0.1:1")).issues).toBeUndefined();
  expect(v.safeParse(Afanasy, afanasySettings("http://127.0.0.1:2")).issues).toBeUndefined();
});
