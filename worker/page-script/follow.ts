// Keeps the page of a run that goes on up to date: told by a socket, or asking where there is none.

import { hear, type Reply, type Run } from "../../contract.ts";

const ASK_EVERY_MS = 3_000;

export function followRun(): void {
  const element = document.querySelector<HTMLElement>("[data-follow]");
  const { follow, socket } = element?.dataset ?? {};
  if (element === null || follow === undefined || socket === undefined) return;
  const lost = element.querySelector<HTMLElement>(".unfollowed");
  // A page that is on its way to another must not be loaded again.
  let isLeaving = false;
  element.addEventListener("submit", () => {
    isLeaving = true;
  });
  const take = (text: string) => {
    if (isLeaving) return;
    if (lost !== null) lost.hidden = true;
    const heard = hear(200, "application/json", text);
    if (heard.as === "reply") show(element, heard.reply, heard.run);
  };
  connect();

  function connect(): void {
    const line = new WebSocket(socket ?? "");
    line.addEventListener("message", ({ data }) => take(String(data)));
    // A proxy may not let sockets through, and a laptop may have slept.
    line.addEventListener("close", () => {
      if (lost !== null) lost.hidden = false;
      fetch(follow ?? "", { credentials: "omit", cache: "no-store" })
        .then((response) => response.text())
        .then(take, () => {})
        .finally(() => setTimeout(connect, ASK_EVERY_MS));
    });
  }
}

/** Another kind of reply, another list, or other buttons are another page. */
function show(element: HTMLElement, reply: Reply, run: Run | undefined): void {
  const { outcomes = [], progress = undefined } = reply.kind === "started" ? reply : {};
  const rows = outcomes.map(({ id }) => element.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`));
  const controls = ["pause", "resume", "cancel"].filter((name) => run !== undefined && name in run).join(" ");
  const isAnother =
    controls !== element.dataset.controls ||
    rows.includes(null) ||
    (progress && element.querySelector("[data-progress]") === null) ||
    (reply.kind === "started" && reply.picture && element.querySelector("img.picture") === null);
  if (reply.kind !== "started" || isAnother) {
    location.reload();
    return;
  }
  const told = element.querySelector(".text");
  if (told !== null) told.textContent = reply.text ?? "";
  const picture = element.querySelector<HTMLImageElement>("img.picture");
  if (picture !== null && reply.picture !== undefined && picture.src !== reply.picture) picture.src = reply.picture;
  if (progress) draw(element, progress, progress.text);
  for (const [at, { state, reason, progress: own }] of outcomes.entries()) {
    const row = rows[at];
    if (!row) continue;
    row.className = state;
    const [word, why] = [row.querySelector(".state"), row.querySelector(".reason")];
    if (word !== null) word.textContent = state;
    if (why !== null) why.textContent = reason ?? "";
    if (own) draw(row, own);
  }
}

function draw(element: HTMLElement, { done, total }: { done: number; total: number }, text = `${done} of ${total}`): void {
  const [bar, words] = [element.querySelector("progress"), element.querySelector("[data-progress]")];
  if (bar !== null) Object.assign(bar, { max: total, value: done });
  if (words !== null) words.textContent = text;
}
