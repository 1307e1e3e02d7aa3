/// Lines and areas through points, with gaps where nothing is known.

export interface At {
  x: number;
  y: number | null;
}

export function line(points: readonly At[]): string {
  let path = "";
  let open = false;
  points.forEach(({ x, y }, index) => {
    if (y === null) {
      open = false;
      return;
    }
    path += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    // A point between two gaps is a short dash, or it would not be seen.
    const next = points[index + 1];
    if (!open && (!next || next.y === null)) path += "h1.5";
    open = true;
  });
  return path;
}

export function area(points: readonly At[], floor: number): string {
  let path = "";
  let begin: number | null = null;
  let end = 0;
  for (const { x, y } of [...points, { x: 0, y: null }]) {
    if (y === null) {
      if (begin !== null) path += `L${end.toFixed(1)} ${floor}L${begin.toFixed(1)} ${floor}Z`;
      begin = null;
      continue;
    }
    path += `${begin === null ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    begin ??= x;
    end = x;
  }
  return path;
}
