import { useMemo } from "preact/hooks";
import type { Series } from "../model.ts";
import { area, line } from "./paths.ts";

/// A line so small that only its shape counts.
export function Spark({ series, colour = "var(--accent)", width = 96, height = 24, zero = true }: { series: Series; colour?: string; width?: number; height?: number; zero?: boolean }) {
  const [stroke, fill] = useMemo(() => {
    const known = series.points.filter((each): each is number => each !== null);
    if (known.length === 0) return ["", ""];
    const top = Math.max(...known);
    const bottom = zero ? 0 : Math.min(...known) * 0.9;
    const points = series.points.map((each, index) => ({ x: 1 + (index / Math.max(1, series.points.length - 1)) * (width - 2), y: each === null ? null : height - 2 - ((each - bottom) / (top - bottom || 1)) * (height - 4) }));
    return [line(points), area(points, height - 1)];
  }, [series, width, height, zero]);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true" focusable="false" style={{ color: colour }}>
      <path d={fill} fill="currentColor" opacity="0.1" />
      <path d={stroke} fill="none" stroke="currentColor" stroke-width="1.3" stroke-linejoin="round" />
    </svg>
  );
}
