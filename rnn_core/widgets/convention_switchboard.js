import { band, line, px, scale } from "./lib/charts.js";
import { knobs, saySlider } from "./lib/controls.js";
import { adopt, setText, whenever } from "./lib/model.js";
import { unpack } from "./lib/packing.js";

// The chart, as switchboard/chart.py draws it.
const STEPS = 40;
const APART = 17;
const time = scale(0, STEPS - 1, 26, 276);
const value = scale(1000, -1000, 22, 178);
const INPUTS = [1, 2, 3, 4, 8, 16, 32, 64, 128, 256];
const UNITS = [2, 4, 8, 16, 32, 64, 128, 256, 512];

const points = (packed) => (packed ? unpack(packed).map((v, t) => [time(t), value(v)]) : []);

function labels(right, wrong) {
  const y = right[STEPS - 1][1] + 4.5;
  const other = wrong.length ? wrong[STEPS - 1][1] + 4.5 : y;
  if (Math.abs(other - y) >= APART) return [y, other];
  return [y, other > y || y < 40 ? y + APART : y - APART];
}

// A shape in D, H and numbers, as numbers.
function measure(shape, sizes) {
  const product = (part) => part.split("·").reduce((all, k) => all * (sizes[k] || +k), 1);
  return shape.match(/[\dDH·]+/g).map(product);
}

function render({ model, el }) {
  const root = adopt(model, el);
  const all = (query) => root.querySelectorAll(query);
  const part = (query) => root.querySelector(query);
  const show = knobs(root, model, ["written", "read", "inputs", "units"], {
    inputs: INPUTS,
    units: UNITS,
  });

  function drawPair() {
    const { rows, pairs, h } = model.get("data");
    for (const side of ["written", "read"])
      for (const node of all(`[data-${side}]`))
        node.hidden = node.getAttribute("data-" + side) !== model.get(side);
    const at = rows.indexOf(model.get("written"));
    const pair = pairs[at * rows.length + rows.indexOf(model.get("read"))];
    all("[data-mark]").forEach((node, k) => {
      const mark = pair.marks[k] || "×";
      node.setAttribute("data-mark", mark);
      setText(node, mark);
    });
    setText(part("[data-verdict]"), pair.verdict);
    setText(part("[data-said]"), pair.said);
    const [right, wrong] = [points(h[at]), points(pair.h)];
    part("[data-right]").setAttribute("d", line(right));
    part("[data-wrong]").setAttribute("d", line(wrong));
    part("[data-off]").setAttribute("d", wrong.length ? band(right, wrong) : "");
    const [y, other] = labels(right, wrong);
    part("[data-at-right]").setAttribute("y", px(y));
    part("[data-at-wrong]").setAttribute("y", px(other));
    part("[data-at-wrong]").toggleAttribute("hidden", !wrong.length);
  }

  function drawSizes() {
    const sizes = { D: model.get("inputs"), H: model.get("units") };
    saySlider(part("[name=inputs]"), String(sizes.D));
    saySlider(part("[name=units]"), String(sizes.H));
    for (const table of all("table")) {
      let total = 0;
      for (const row of table.querySelectorAll("[data-shape]")) {
        const { shape, times } = row.dataset;
        const lengths = measure(shape, sizes);
        const count = lengths.reduce((product, length) => product * length, +times);
        const tuple = lengths.length > 1 ? lengths.join(", ") : lengths + ",";
        setText(row.querySelector("[data-size]"), (times > 1 ? times + " × " : "") + `(${tuple})`);
        setText(row.querySelector("[data-count]"), String(count));
        total += count;
      }
      setText(table.querySelector("[data-total]"), String(total));
    }
  }

  function draw() {
    drawPair();
    drawSizes();
    show();
  }

  return whenever(model, ["written", "read", "inputs", "units", "data"], draw);
}

export default { render };
