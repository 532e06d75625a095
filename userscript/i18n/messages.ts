/** The types of the texts. English decides which there are, and what has to be put into each. */
import type { en } from "./en.ts";

type English = typeof en;
type Key = keyof English;

/** A text for each plural category of the language. */
export type Plural<T extends string = string> = { readonly other: T } & {
  readonly [category in Intl.LDMLPluralRule]?: T;
};

/** A text with the placeholders of this English one, in any order. */
type Text<T> = T extends `${string}{${infer Name}}${infer Rest}` ? `${string}{${Name}}${string}` & Text<Rest> : string;

/** All texts in one language. */
export type Messages = {
  readonly [K in Key]: English[K] extends { other: infer T } ? Plural<Text<T>> : Text<English[K]>;
};

type PlaceholderOf<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholderOf<Rest> : never;
type ParameterOf<K extends Key> = PlaceholderOf<English[K] extends { other: infer T } ? T : English[K]>;

/** The texts without placeholders. */
export type PlainKey = { [K in Key]: [ParameterOf<K>] extends [never] ? K : never }[Key];
export type TemplateKey = Exclude<Key, PlainKey>;
export type Parameters<K extends TemplateKey> = Readonly<Record<ParameterOf<K>, string | number>>;
