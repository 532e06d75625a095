/** What Kitsu sent, kept for the playground's drawer: the person who writes a receiver learns the two dialects from it. */
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

export function tellSent(sent: SentRequest): void {
  for (const listener of listeners) listener(sent);
}
