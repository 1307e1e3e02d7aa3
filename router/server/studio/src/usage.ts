/// How often each line of an operation was used: what its field's coordinate was counted for.

/// The counts by the name of the field, the last part of its coordinate; of several the largest.
export function usageByLine(text: string, fields: readonly { coordinate: string; requests: number }[]): (number | null)[] {
  const counts = new Map<string, number>();
  for (const { coordinate, requests } of fields) {
    const name = coordinate.slice(coordinate.lastIndexOf(".") + 1);
    counts.set(name, Math.max(counts.get(name) ?? 0, requests));
  }
  return text.split("\n").map((line) => {
    if (/^\s*(query|mutation|subscription|fragment|\.\.\.|#|\}|\)|$)/.test(line)) return null;
    const field = /^\s*(?:\w+\s*:\s*)?(\w+)/.exec(line)?.[1];
    return field === undefined ? null : (counts.get(field) ?? null);
  });
}
