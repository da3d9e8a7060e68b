import { band, line, px, scale } from "./charts.js";
import { FLOW_CELLS, powerOfTen } from "./flow_words.js";
import { setText } from "./model.js";
import { shown, superscript } from "./packing.js";

// The pictures of the vanishing-gradient explorer: as norms.py and planes.py in
// gradient_flow_parts. `found` holds curves [mean, least, largest] and spectra by name.

const LABEL_GAP = 17;
const firstThat = (limits, fits) => limits.find(fits) ?? limits[limits.length - 1];
const setHook = (root, hook, name, value) => root.querySelector(`[data-${hook}]`).setAttribute(name, value);

function drawAxis(svg, curves, [left, right, top, bottom]) {
  const [least, largest] = [Math.min, Math.max].map((most, k) => most(...curves.flatMap((c) => c[k + 1])));
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
  setHook(svg, "grid", "d", grid);
  return y;
}

export function drawNorms(svg, found, data, length) {
  const box = svg.dataset.box.split(" ").map(Number);
  const x = scale(0, data.steps, box[0], box[1]);
  const y = drawAxis(svg, Object.values(found).map((one) => one.curve), box);
  const last = data.lags.indexOf(length);
  const [end, far] = [x(length), box[3] + LABEL_GAP];
  const ends = FLOW_CELLS.map((name) => y(found[name].curve[0][last]));
  const order = [0, 1, 2].sort((a, b) => ends[a] - ends[b]);
  const heights = [...ends];
  order.reduce((above, k) => (heights[k] = Math.max(heights[k], above + LABEL_GAP)), -LABEL_GAP);
  order.reduceRight((below, k) => (heights[k] = Math.min(heights[k], below - LABEL_GAP)), far);
  for (const name in found) {
    const parts = found[name].curve.map((part) => part.slice(0, last + 1));
    const [mean, low, high] = parts.map((part) => part.map((n, k) => [x(data.lags[k]), y(n)]));
    const k = FLOW_CELLS.indexOf(name);
    setHook(svg, `line="${name}"`, "d", line(mean));
    if (k < 0) continue;
    setHook(svg, `band="${name}"`, "d", band(low, high));
    setHook(svg, `lead="${name}"`, "d", line([[end, ends[k]], [end + 10, heights[k]]]));
    setHook(svg, `end="${name}"`, "x", px(end + 14));
    setHook(svg, `end="${name}"`, "y", px(heights[k] + 5));
    setText(svg.querySelector(`[data-end="${name}"]`), `${name} ${powerOfTen(parts[0][last])}`);
  }
}

export function drawPlanes(root, found) {
  const largest = Math.max(...FLOW_CELLS.flatMap((k) => [found[k].modulus, ...found[k].singular]));
  const unit = 108 / firstThat([1.2, 1.5, 2, 2.5, 3, 4, 5, 8, 16, 32, 64], (r) => 100 * r >= largest);
  const size = (unit / 100).toFixed(4);
  for (const plane of root.querySelectorAll("[data-plane]")) {
    const { real, imaginary, singular, modulus } = found[plane.dataset.plane];
    const dot = (re, im) => `M${re} ${-im}h0` + (im > 0 ? dot(re, -im) : "");
    setHook(plane, "eigen", "d", real.map((re, k) => dot(re, imaginary[k])).join(""));
    setHook(plane, "singular", "d", singular.map((n) => `M${n} -7v14`).join(""));
    setHook(plane, "plain", "transform", `translate(120 120) scale(${size})`);
    setHook(plane, "strip", "transform", `translate(120 252) scale(${size} 1)`);
    setHook(plane, "one", "x", px(120 + unit));
    setText(plane.querySelector("[data-modulus]"), shown(modulus, 2));
    setText(plane.querySelector("[data-largest]"), shown(singular[0], 2));
  }
}
