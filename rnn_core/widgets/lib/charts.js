// Lines on an SVG, by the same arithmetic as charts.py, to a tenth of a pixel.

export function scale(from, to, start, end) {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

export function px(value) {
  return String(Math.floor(value * 10 + 0.5) / 10);
}

// A path through points [x, y]; a null leaves a gap.
export function line(points) {
  let path = "";
  let pen = "M";
  for (const point of points) {
    if (point) path += pen + px(point[0]) + " " + px(point[1]);
    pen = point ? "L" : "M";
  }
  return path;
}

// The area between two rows of points.
export function band(lower, upper) {
  return lower.length ? line([...lower, ...[...upper].reverse()]) + "Z" : "";
}
