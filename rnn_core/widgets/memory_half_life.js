import { line, px, scale } from "./lib/charts.js";
import { knobs, saySlider } from "./lib/controls.js";
import { adopt, setText, whenever } from "./lib/model.js";
import { shown, unpack } from "./lib/packing.js";

// The two charts, as half_life/charts.py draws them.
const RANGES = [5, 20, 100, 500, 2500];
const [POINTS, TICKS] = [200, 5];
const [FIRST, LAST, BINS] = [-0.6, 3.4, 32];
const [ROOF, FLOOR] = [80, 132];
const left = scale(1, 0, 14, 234);
const axis = scale(FIRST, LAST, 8, 352);

const edge = (k) => axis(FIRST + (k * (LAST - FIRST)) / BINS);

function curve(keep, last, time) {
  const points = [];
  for (let k = 0; k <= POINTS; k++) {
    const t = (k * last) / POINTS;
    points.push([time(t), left(keep ** t)]);
  }
  return line(points);
}

function bars(counts, most) {
  const bar = (count, k) =>
    count ? `M${px(edge(k) + 0.5)} ${FLOOR}V${px(FLOOR - ((FLOOR - ROOF) * count) / most)}` +
      `H${px(edge(k + 1) - 0.5)}V${FLOOR}Z` : "";
  return counts.map(bar).join("");
}

// The path to the half-life, and its label's words, x, y and anchor.
function mark(steps, half, last, time) {
  const words = `half left after ${half} steps`;
  const x = time(steps);
  const beside = steps > 0.6 * last ? [x - 8, 145, "end"] : [x + 8, 114, "start"];
  return [`M30 124H${px(x)}V234`, words, ...beside];
}

function render({ model, el }) {
  const root = adopt(model, el);
  const values = {};
  const show = knobs(root, model, ["bias", "t_max"], values);
  const part = (name) => root.querySelector(`[data-${name}]`);
  const write = (name, text) =>
    root.querySelectorAll(`[data-${name}]`).forEach((node) => setText(node, text));
  const path = (name, d) => part(name).setAttribute("d", d);
  const slider = (name) => root.querySelector(`[name=${name}]`);
  let data, numbers;

  function read() {
    data = model.get("data");
    Object.assign(values, { bias: data.bias, t_max: data.t_max });
    for (const name in values) slider(name).max = values[name].length - 1;
    numbers = {};
    for (const name of ["keep", "half", "counts", "spread"]) numbers[name] = unpack(data[name]);
  }

  function drawBias(k) {
    const keep = numbers.keep[k] / 1e6;
    const half = shown(numbers.half[k], 1);
    const steps = Math.log(0.5) / Math.log(keep);
    write("bias", data.said[k]);
    write("keep", shown(numbers.keep[k], 6));
    write("half", half);
    saySlider(slider("bias"), data.said[k]);
    const last = RANGES.find((range) => 2.5 * steps <= range) ?? RANGES[RANGES.length - 1];
    const time = scale(0, last, 30, 350);
    root.querySelectorAll("[data-tick]").forEach((node, k) => setText(node, String((k * last) / TICKS)));
    path("curve", curve(keep, last, time));
    const [drop, words, x, y, anchor] = mark(steps, half, last, time);
    path("drop", drop);
    const label = part("mark");
    setText(label, words);
    for (const [name, value] of [["x", px(x)], ["y", px(y)], ["text-anchor", anchor]])
      label.setAttribute(name, value);
    const here = axis(Math.log10(steps));
    path("here", part("here").getAttribute("d").replace(/M\S+/g, `M${px(here)}`));
    path("tip", `M${px(here - 6)} 22H${px(here + 6)}L${px(here)} 32Z`);
  }

  function drawLongest(k) {
    const longest = String(data.t_max[k]);
    write("longest", longest);
    saySlider(slider("t_max"), longest + " steps");
    const spread = numbers.spread.slice(3 * k, 3 * k + 3).map((number) => shown(number, 1));
    ["low", "middle", "high"].forEach((name, place) => write(name, spread[place]));
    const counts = numbers.counts.slice(BINS * k, BINS * k + BINS);
    const most = Math.max(...counts);
    path("bars", bars(counts, most));
    write("most", `${most} units`);
    const tallest = edge(counts.indexOf(most) + 0.5);
    part("most").setAttribute("x", px(Math.min(Math.max(tallest, 30), 330)));
  }

  // A live kernel may set a value before it sends the data that has it.
  function draw() {
    if (data !== model.get("data")) read();
    const bias = data.bias.indexOf(model.get("bias"));
    const longest = data.t_max.indexOf(model.get("t_max"));
    if (bias < 0 || longest < 0) return;
    drawBias(bias);
    drawLongest(longest);
    show();
  }

  return whenever(model, ["bias", "t_max", "data"], draw);
}

export default { render };
