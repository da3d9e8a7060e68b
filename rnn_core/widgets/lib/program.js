// What a cell computes, worked out from the rounded numbers as a reader would on paper, and put
// right in the last digits by what was sent: see stepper/on_paper.py.
import { unpack } from "./packing.js";

const ONE_WHOLE = 10000;
const whole = (value) => Math.floor(value + 0.5);
const ON_PAPER = {
  add: (...terms) => terms.reduce((a, b) => a + b),
  mul: (a, b) => whole((a * b) / ONE_WHOLE),
  rest: (a) => ONE_WHOLE - a,
  same: (a) => a,
  relu: (a) => Math.max(a, 0),
  tanh: (a) => whole(ONE_WHOLE * Math.tanh(a / ONE_WHOLE)),
  logistic: (a) => whole(ONE_WHOLE / 2 + (ONE_WHOLE / 2) * Math.tanh(a / (2 * ONE_WHOLE))),
};

const unpackAll = (texts) =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, unpack(text)]));

// Every number by key, as decode() in on_paper.py works them out; `free` are those of the free run.
function decode(data, run, free) {
  const { T, H, program } = data;
  const tables = unpackAll(data.fixed);
  const off = unpackAll(run ? run.n : data.n);
  const row = data.row && unpack(data.row);
  const first = run ? run.from : 0;
  const all = {};
  for (const [key] of program) all[key] = free ? free[key].slice() : new Array(T * H);
  function work(key, kind, args, t, u) {
    const at = t * H + u;
    if (run && key === run.gate) return whole(run.value * ONE_WHOLE);
    if (kind === "before") return t ? all[args[0]][at - H] : tables[key][u];
    if (kind === "input") return tables[key][row[t] * H + u];
    if (kind === "unit") return tables[key][u];
    if (kind === "given") return 0;
    if (kind !== "dot") return ON_PAPER[kind](...args.map((k) => all[k][at]));
    let sum = 0;
    for (let v = 0; v < H; v++) sum += tables[key][u * H + v] * all[args[0]][t * H + v];
    return whole(sum / ONE_WHOLE);
  }
  for (let t = first; t < T; t++)
    for (const [key, kind, ...args] of program)
      for (let u = 0; u < H; u++)
        all[key][t * H + u] =
          work(key, kind, args, t, u) + (off[key] ? off[key][(t - first) * H + u] : 0);
  return all;
}

// The numbers of a run by key, step and unit, as Numbers in pen.py.
function reader(data, run, free) {
  const series = decode(data, run, free && free.series);
  let output = data.output && unpack(data.output);
  if (run && run.output) output = output.slice(0, run.from).concat(unpack(run.output));
  const corr = data.follows && unpack(data.follows.r);
  const number = (key, t, u) =>
    key === "y" ? output[t] : key === "corr" ? corr[u] : series[key][t * data.H + u];
  const unit = (key, u) => series[key].filter((_, k) => k % data.H === u);
  return { number, series, output, unit, run };
}

// The free run, and the one that was asked for; each is worked out once.
export function runs(data) {
  const free = reader(data);
  const found = new Map();
  return (hold) => {
    const same = (run) => ["gate", "value", "from"].every((key) => run[key] === hold[key]);
    const run = data.runs.find(same);
    if (run && !found.has(run)) found.set(run, reader(data, run, free));
    return { free, now: run ? found.get(run) : free };
  };
}
