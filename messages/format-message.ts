// Fills in a message. The build compiles the ICU texts of the languages (scripts/messages.ts), so
// that nothing is parsed here.

/** A text, or its parts in order. */
export type CompiledMessage = string | readonly Part[];

/**
 * Text, or a placeholder: the name of its value, and how to write it. `plural` and `select` have a
 * text for each form; other kinds have an optional style.
 */
export type Part =
  | string
  | readonly [name: string, kind?: string, style?: string]
  | readonly [name: string, kind: "plural" | "select", forms: Readonly<Record<string, CompiledMessage>>];

/** Writes the value of a placeholder. `kind` and `style` are undefined for `{name}`. */
export type FormatValue = (value: unknown, kind: string | undefined, style: string) => string;

/** @param language BCP 47, for the plural rules */
export function formatMessage(
  message: CompiledMessage,
  values: object,
  language: string,
  formatValue: FormatValue,
): string {
  if (typeof message === "string") return message;
  return message
    .map((part) => {
      if (typeof part === "string") return part;
      const [name, kind, forms = ""] = part;
      const value: unknown = Reflect.get(values, name);
      if (typeof forms === "string") return formatValue(value, kind, forms);
      const category = kind === "plural" ? findRules(language).select(Number(value)) : "other";
      return formatMessage(forms[`${value}`] ?? forms[category] ?? "", values, language, formatValue);
    })
    .join("");
}

/** They take a hundred times longer to make than to use. */
const rules = new Map<string, Intl.PluralRules>();

function findRules(language: string): Intl.PluralRules {
  const found = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, found);
  return found;
}
