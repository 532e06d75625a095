/** Python servers write an absent member as null. Here both mean the same. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body, function (this: unknown, _key, value: unknown) {
      return value === null && !Array.isArray(this) ? undefined : value;
    });
  } catch {
    return undefined;
  }
}
