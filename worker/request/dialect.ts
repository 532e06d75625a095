// Takes the names of a call's fields and returns which of Kitsu's dialects they are. Form and AJAX
// mode name the same things differently; the first AJAX mode (Kitsu 0.9) used camelCase, the first
// form mode (Kitsu 0.3) "entity_type".

/**
 * The set of field names that the call used; a year says when Kitsu used it. "repeated" is our own:
 * the call was made from the record of an earlier run.
 */
export type Dialect = "ajax" | "ajax of 2019" | "form" | "form of 2017" | "mixed" | "repeated" | "unknown";

export function detectDialect(names: readonly string[]): Dialect {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const [ajax, form] = [
    has(/^(user_?(id|email)|production_?id|origin_?(url|server))$/i),
    has(/^(person_?(id|email)|project_?id|current_?(path|server))$/i),
  ];
  if (ajax && form) return "mixed";
  if (ajax) return has(/^(userId|userEmail|productionId|originUrl|originServer|entityType)$/) ? "ajax of 2019" : "ajax";
  if (form) return has(/^entity_type$/) ? "form of 2017" : "form";
  return "unknown";
}
