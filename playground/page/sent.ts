/** The requests that Kitsu sent, for the playground's drawer. */
export type SentRequest = {
  url: string;
  contentType: string;
  body: string;
  fields: readonly (readonly [name: string, value: string])[];
};

type Listener = (sent: SentRequest) => void;

const listeners: Listener[] = [];

export function onSent(listener: Listener): void {
  listeners.push(listener);
}

export function notifySent(sent: SentRequest): void {
  for (const listener of listeners) listener(sent);
}
