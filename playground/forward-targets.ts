/**
 * The actions of the studio's own server, which the worker forwards to it. Together they show every
 * kind of answer that such a server may give.
 */
export type ForwardTarget = {
  /** the action's id in the worker: `/actions/<id>` */
  id: string;
  title: string;
  url: string;
  modes: readonly ("form" | "ajax")[];
};

const BOTH = ["form", "ajax"] as const;
const AJAX = ["ajax"] as const;

const TARGETS: readonly (readonly [id: string, title: string, behaviour: string, modes: ForwardTarget["modes"]])[] = [
  ["publish", "Publish (studio server)", "reply", BOTH],
  ["cache", "Cache the geometry (goes on, can be paused)", "long", BOTH],
  ["deliver", "Deliver to the client (refused with a reason)", "problem", AJAX],
  ["report", "Report of the day (answers a page)", "html", BOTH],
  ["review", "Review room (redirects)", "redirect", BOTH],
  ["simulate", "Simulate cloth (takes 40 s)", "slow", AJAX],
  ["sync", "Sync the dailies (answers nothing)", "nothing", AJAX],
  ["tell", "Tell the supervisor (answers a message)", "message", AJAX],
  ["tidy", "Tidy up (answers plain text)", "text", AJAX],
  ["upload", "Upload (server is down)", "down", AJAX],
];

/** The discard port. Nothing listens there, so connections are refused immediately. */
const NOBODY_LISTENS = "http://127.0.0.1:9";

/**
 * @param playground the address the worker reaches the playground at, for example
 * `http://127.0.0.1:8788`
 */
export function forwardTargets(playground: string): ForwardTarget[] {
  return TARGETS.map(([id, title, behaviour, modes]) => {
    const server = behaviour === "down" ? NOBODY_LISTENS : playground;
    return { id, title, url: `${server}/studio/${behaviour}`, modes };
  });
}
