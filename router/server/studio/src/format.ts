/// Numbers as people read them: few digits, a thin space before the unit, and always the same width of meaning.

const THIN = "\u202f";

/// 0.42 ms, 8.3 ms, 214 ms, 1.25 s, 3 min 20 s.
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (ms === 0) return `0${THIN}ms`;
  const size = Math.abs(ms);
  if (size < 0.01) return `${(ms * 1000).toFixed(1)}${THIN}µs`;
  if (size < 1) return `${ms.toFixed(2)}${THIN}ms`;
  if (size < 9.95) return `${ms.toFixed(1)}${THIN}ms`;
  if (size < 999.5) return `${Math.round(ms)}${THIN}ms`;
  if (size < 9995) return `${(ms / 1000).toFixed(2)}${THIN}s`;
  if (size < 59_950) return `${(ms / 1000).toFixed(1)}${THIN}s`;
  return span(ms / 1000);
}

/// 40 s, 3 min 20 s, 2 h 5 min, 6 d 4 h.
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: [number, string][] = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = units.findIndex(([size]) => whole >= size);
  if (first === -1) return `0${THIN}s`;
  const [size, unit] = units[first]!;
  const parts = [`${Math.floor(whole / size)}${THIN}${unit}`];
  const next = units[first + 1];
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  if (next && rest > 0) parts.push(`${rest}${THIN}${next[1]}`);
  return parts.join(" ");
}

/// 812, 9 421, 48.2k, 1.24M.
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)}G`;
  if (size >= 1e6) return `${digits(value / 1e6)}M`;
  if (size >= 10_000) return `${digits(value / 1000)}k`;
  if (size >= 1000) return grouped(value);
  return Number.isInteger(value) ? String(value) : size < 10 ? value.toFixed(1) : String(Math.round(value));
}

/// All of its digits, in groups of three.
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

function digits(value: number): string {
  const size = Math.abs(value);
  return size >= 100 ? String(Math.round(value)) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/// 0.42/s, 8.3/s, 204/s.
export function rate(perSecond: number): string {
  if (perSecond === 0) return "0/s";
  if (perSecond < 0.01) return `${(perSecond * 3600).toFixed(1)}/h`;
  if (perSecond < 1) return `${perSecond.toFixed(2)}/s`;
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`;
}

/// 0 %, 0.42 %, 8.3 %, 52 %.
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const value = share * 100;
  const size = Math.abs(value);
  if (size === 0) return `0${THIN}%`;
  if (size < 0.01) return `<${THIN}0.01${THIN}%`;
  if (size < 1) return `${value.toFixed(2)}${THIN}%`;
  if (size < 9.95) return `${value.toFixed(1)}${THIN}%`;
  return `${Math.round(value)}${THIN}%`;
}

/// 812 B, 4.1 kB, 46 MB.
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : digits(size)}${THIN}${units[unit]}`;
}

/// 1.3×, 12×.
export function factor(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}×`;
}

const two = (value: number) => String(value).padStart(2, "0");

/// The time of day, in the zone of who looks: 14:03:12.
export function clock(at: number | string, withMillis = false): string {
  const date = new Date(at);
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMillis ? `${text}.${String(date.getMilliseconds()).padStart(3, "0")}` : text;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// 21 Nov 14:03, or 14:03:12 for today.
export function moment(at: number | string, now: number = Date.now()): string {
  const date = new Date(at);
  if (date.toDateString() === new Date(now).toDateString()) return clock(at);
  return `${date.getDate()}${THIN}${MONTHS[date.getMonth()]} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/// How long ago, in one unit: now, 12 s, 4 min, 2 h, 3 d.
export function ago(at: number | string, now: number = Date.now()): string {
  const seconds = (now - new Date(at).getTime()) / 1000;
  if (seconds < 2) return "now";
  if (seconds < 60) return `${Math.floor(seconds)}${THIN}s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${THIN}h ago`;
  return `${Math.floor(seconds / 86_400)}${THIN}d ago`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${value < 10_000 ? grouped(value) : count(value)} ${value === 1 ? one : many}`;
}
