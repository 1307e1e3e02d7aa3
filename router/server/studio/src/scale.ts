/// Axes: round ticks, logarithmic heights, and what zooming does to a range.

export interface Range {
  begin: number;
  end: number;
}

/// Round values within a range, at most about this many.
export function ticks({ begin, end }: Range, wanted: number): number[] {
  const width = end - begin;
  if (!(width > 0) || wanted < 1) return [begin];
  const rough = width / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999)!;
  const found: number[] = [];
  for (let index = Math.ceil(begin / step - 1e-9); index * step <= end + step * 1e-9; index += 1) found.push(Number((index * step).toPrecision(12)));
  return found;
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800].map((seconds) => seconds * 1000);

/// Moments on the clock within a range of milliseconds since 1970; `offset` is how far the zone is from UTC.
export function timeTicks({ begin, end }: Range, wanted: number, offset = 0): number[] {
  const rough = (end - begin) / Math.max(1, wanted);
  const step = TIME_STEPS.find((each) => each >= rough) ?? TIME_STEPS[TIME_STEPS.length - 1]!;
  const found: number[] = [];
  for (let at = Math.ceil((begin + offset) / step) * step - offset; at <= end; at += step) found.push(at);
  return found;
}

/// The next round number: the top of an axis that must hold this.
export function ceiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((each) => each * power).find((each) => each >= value * 0.999)!;
}

/// A range about this point, smaller or larger, that stays within the whole and is never narrower than `least`.
export function zoomed(range: Range, whole: Range, at: number, by: number, least: number): Range {
  const width = Math.min(whole.end - whole.begin, Math.max(least, (range.end - range.begin) * by));
  const share = range.end > range.begin ? (at - range.begin) / (range.end - range.begin) : 0.5;
  return within({ begin: at - share * width, end: at - share * width + width }, whole);
}

/// A range moved so that it lies within the whole.
export function within(range: Range, whole: Range): Range {
  const width = Math.min(range.end - range.begin, whole.end - whole.begin);
  const begin = Math.min(Math.max(range.begin, whole.begin), whole.end - width);
  return { begin, end: begin + width };
}

/// Where a bucket of a histogram begins: at the bound of the one before.
export function bucketBegin(bounds: readonly number[], index: number): number {
  return index === 0 ? 0 : bounds[index - 1]!;
}

/// How strong a count is shown, 0 to 1: few must still be seen beside many.
export function intensity(value: number, most: number): number {
  if (value <= 0 || most <= 0) return 0;
  return Math.min(1, 0.07 + 0.93 * (value / most) ** 0.7);
}
