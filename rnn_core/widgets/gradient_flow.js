import { knobs, saySlider } from "./lib/controls.js";
import { drawNorms, drawPlanes } from "./lib/flow_charts.js";
import { FLOW_CELLS, flowSaying, powerOfTen } from "./lib/flow_words.js";
import { adopt, setText, whenever } from "./lib/model.js";
import { unpack } from "./lib/packing.js";

const SLIDERS = ["radius", "bias", "length"];
const STANDS = ["view", "activation", "input_scale", ...SLIDERS];

// The curves [mean, least, largest] and the spectrum of a setting: as Reader in data.py.
function read(data, name, at) {
  const [mean, below, above] = data.norms[name][at].map(unpack);
  const curve = [mean, mean.map((n, k) => n - below[k]), mean.map((n, k) => n + above[k])];
  const [real, imaginary, singular, modulus] = (data.spectra[name] || [])[at]?.map(unpack) || [];
  return { curve, real, imaginary, singular, modulus };
}

function drawTable(root, found, lags, length) {
  setText(root.querySelector("[data-length]"), String(length));
  for (const cell of root.querySelectorAll("[data-left]")) {
    const at = lags.indexOf(+cell.dataset.lag || length);
    const texts = found[cell.dataset.left].curve.map((part) => powerOfTen(part[at]));
    const [mean, low, high] = lags[at] > length ? ["–"] : texts;
    setText(cell.firstChild, mean);
    setText(cell.lastChild, low === high ? "" : `${low} to ${high}`);
  }
}

function render({ model, el }) {
  const root = adopt(model, el);
  const find = (selector) => root.querySelector(selector);
  const values = {};
  const show = knobs(root, model, STANDS, values);

  function draw() {
    const [data, view, activation] = ["data", ...STANDS].map((name) => model.get(name));
    const length = model.get("length");
    Object.assign(values, data.values);
    const place = (name) => values[name].indexOf(model.get(name));
    if (SLIDERS.some((name) => place(name) < 0)) return; // a kernel is about to send the data
    for (const name of SLIDERS) {
      const slider = find(`[name=${name}]`);
      slider.max = values[name].length - 1;
      saySlider(slider, data.says[name][place(name)]);
    }
    show();

    const at = (axis) => place("input_scale") * values[axis].length + place(axis);
    const found = { RNN: read(data, activation, at("radius")) };
    for (const name of ["LSTM", "LSTM c", "GRU"]) found[name] = read(data, name, at("bias"));
    root.firstChild.dataset.view = view;
    find("[name=length]").disabled = view !== "norms"; // one step has no length
    for (const svg of root.querySelectorAll(".rnnw-norms")) drawNorms(svg, found, data, length);
    drawPlanes(root, found);
    drawTable(root, found, data.lags, length);
    const last = data.lags.indexOf(length);
    const each = (number) => FLOW_CELLS.map((name) => number(found[name]));
    const said =
      view === "norms"
        ? flowSaying(data.words, each((cell) => cell.curve[0][last]), length, data.steps)
        : flowSaying(data.words, each((cell) => cell.modulus[0]));
    setText(find("[aria-live]"), said);
  }

  return whenever(model, ["data", ...STANDS], draw);
}

export default { render };
