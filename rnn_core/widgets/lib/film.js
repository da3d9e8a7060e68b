// A strip of states in shades, as training_replay_parts/strips.py draws it: for each shade from −6
// to 6, the path of the cells that have it. Cells of one shade side by side are one piece.
export function filmPaths(numbers, units, steps, unsigned) {
  const paths = {};
  for (let unit = 0; unit < units; unit++)
    for (let t = 1, start = 0; t <= steps; t++) {
      const number = numbers[start * units + unit];
      if (t < steps && numbers[t * units + unit] === number) continue;
      const level = unsigned ? number + 3 : 2 * number;
      const tall = level > 0 ? `${unit}h${t - start}v1` : `${unit}.2h${t - start}v.6`;
      paths[level] = (paths[level] || "") + `M${start} ${tall}H${start}z`;
      start = t;
    }
  return paths;
}
