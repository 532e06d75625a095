// The entry `kitsu-actions/testing`: what a test of an action needs, with Vitest in workerd.
export { type ActionCall, callAction } from "./call-action.ts";
export type { CalledAction } from "./called-action.ts";
export type { TestSettings } from "./environment.ts";
export { type KitsuFailure, openKitsu, type Respond, type TestKitsu } from "./kitsu.ts";
export { KITSU_CALLS } from "./kitsu-calls.ts";
export { shapeOf } from "./reply-shape.ts";
export type { NewTask, SampleComment, SampleProduction, SampleTask } from "./sample-production.ts";
export { type FixtureCall, sendFixture } from "./send-fixture.ts";
