import { band, line, px, scale } from "./charts.js";
import { FLOW_CELLS, powerOfTen } from "./flow_words.js";
import { setText } from "./model.js";
import { shown, superscript } from "./packing.js";

// The pictures of the vanishing-gradient explorer: as norms.py and planes.py in
// gradient_flow_parts. `found` holds curves [mean, least, largest] and spectra by name.

const LABEL_GAP = 17;
const firstThat = (limits, fits) => limits.find(fits) ?? limits[limits.length - 1];

// What sets an attribute, or the text, of the element with a hook.
const setter = (root) => (hook, name, value) => {
  const node = root.querySelector(`[data-${hook}]`);
  if (name) node.setAttribute(name, value);
  else setText(node, value);
};

// Name the powers of ten that fit, and return where each exponent is.
function drawAxis(svg, curves, [left, right, top, bottom]) {
  const least = Math.min(...curves.flatMap((curve) => curve[1]));
  const largest = Math.max(...curves.flatMap((curve) => curve[2]));
  const lowest = firstThat([-30, -60, -100, -150, -300], (e) => 100 * e <= least);
  const highest = firstThat([3, 10, 20, 40, 80, 160, 320], (e) => 100 * e >= largest);
  const step = firstThat([10, 20, 50, 100], (e) => (highest - lowest) / e < 8);
  const y = scale(100 * highest, 100 * lowest, top, bottom);
  let [grid, e] = ["", Math.floor(highest / step) * step];
  for (const node of svg.querySelectorAll("[data-tick]")) {
    const height = e < lowest ? -5 : y(100 * e);
    if (e >= lowest) grid += `M${left} ${px(height)}H${right}`;
    node.setAttribute("y", px(height + 5));
    setText(node, e < lowest ? "" : e ? "10" + superscript(e) : "1");
    e -= step;
  }
  setter(svg)("grid", "d", grid);
  return y;
}

export function drawNorms(svg, found, { lags, steps }, length) {
  const box = svg.dataset.box.split(" ").map(Number);
  const set = setter(svg);
  const x = scale(0, steps, box[0], box[1]);
  const y = drawAxis(svg, Object.values(found).map((one) => one.curve), box);
  const [end, count] = [x(length), lags.indexOf(length) + 1];
  const ends = FLOW_CELLS.map((name) => y(found[name].curve[0][count - 1]));
  const order = [0, 1, 2].sort((a, b) => ends[a] - ends[b]);
  const at = [...ends];
  order.reduce((above, k) => (at[k] = Math.max(at[k], above + LABEL_GAP)), -LABEL_GAP);
  order.reduceRight((below, k) => (at[k] = Math.min(at[k], below - LABEL_GAP)), box[3] + LABEL_GAP);
  for (const name in found) {
    const { curve } = found[name];
    const points = (part) => part.slice(0, count).map((n, k) => [x(lags[k]), y(n)]);
    const k = FLOW_CELLS.indexOf(name);
    set(`line="${name}"`, "d", line(points(curve[0])));
    if (k < 0) continue;
    set(`band="${name}"`, "d", band(points(curve[1]), points(curve[2])));
    set(`lead="${name}"`, "d", line([[end, ends[k]], [end + 10, at[k]]]));
    set(`end="${name}"`, "x", px(end + 14));
    set(`end="${name}"`, "y", px(at[k] + 5));
    set(`end="${name}"`, "", `${name} ${powerOfTen(curve[0][count - 1])}`);
  }
}

export function drawPlanes(root, found) {
  const all = FLOW_CELLS.flatMap((name) => [...found[name].modulus, ...found[name].singular]);
  const reach = [1.2, 1.5, 2, 2.5, 3, 4, 5, 8, 16, 32, 64];
  const unit = 108 / firstThat(reach, (r) => 100 * r >= Math.max(...all));
  const size = (unit / 100).toFixed(4);
  for (const plane of root.querySelectorAll("[data-plane]")) {
    const { real, imaginary, singular, modulus } = found[plane.dataset.plane];
    const set = setter(plane);
    const dot = (re, im) => `M${re} ${-im}h0` + (im > 0 ? dot(re, -im) : "");
    set("eigen", "d", real.map((re, k) => dot(re, imaginary[k])).join(""));
    set("singular", "d", singular.map((n) => `M${n} -7v14`).join(""));
    set("plain", "transform", `translate(120 120) scale(${size})`);
    set("strip", "transform", `translate(120 270) scale(${size} 1)`);
    set("one", "x", px(120 + unit));
    set("modulus", "", shown(modulus[0], 2));
    set("largest", "", shown(singular[0], 2));
  }
}
