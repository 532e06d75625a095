/**
 * Counts the errors of machines in a block or a task. After too many, a machine gets no more of it.
 */

type Entry = { count: number; at: number };

export class ErrorHosts {
  readonly #hosts = new Map<string, Entry>();

  add(name: string, now: number): void {
    this.#hosts.set(name, { count: (this.#hosts.get(name)?.count ?? 0) + 1, at: now });
  }

  get size(): number {
    return this.#hosts.size;
  }

  /** @param most errors after which a machine is avoided; 0 never avoids one */
  isAvoided(name: string, most: number): boolean {
    return most > 0 && (this.#hosts.get(name)?.count ?? 0) >= most;
  }

  countAvoided(most: number): number {
    return [...this.#hosts.keys()].filter((name) => this.isAvoided(name, most)).length;
  }

  /** @param seconds since the last error after which a machine is forgiven; 0 never forgives */
  forgive(seconds: number, now: number): void {
    if (seconds <= 0) return;
    for (const [name, { at }] of this.#hosts) if (now - at > seconds * 1_000) this.#hosts.delete(name);
  }

  reset(): void {
    this.#hosts.clear();
  }

  /** As text for people, in afserver's format. */
  list(most: number): string[] {
    return [...this.#hosts].map(([name, { count, at }]) => {
      const avoiding = this.isAvoided(name, most) ? " - ! AVOIDING !" : "";
      return `${name}: ${count} at ${writeTime(at)}${avoiding}`;
    });
  }
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

/** "Sat 28 Nov 10:35.24" */
export function writeTime(ms: number): string {
  const time = new Date(ms);
  const day = `${DAYS[time.getUTCDay()]} ${two(time.getUTCDate())} ${MONTHS[time.getUTCMonth()]}`;
  return `${day} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}.${two(time.getUTCSeconds())}`;
}
