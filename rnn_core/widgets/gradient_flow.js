import { knobs } from "./lib/controls.js";
import { drawNorms, drawPlanes } from "./lib/flow_charts.js";
import { FLOW_CELLS, ofNorms, ofSpectra, powerOfTen } from "./lib/flow_words.js";
import { adopt, put, setText, whenever } from "./lib/model.js";
import { unpack } from "./lib/packing.js";

const SLIDERS = ["radius", "bias", "length"];
const STANDS = ["view", "activation", "input_scale", ...SLIDERS];

// The curves [mean, least, largest] and the spectra of any setting: as Reader in data.py.
function reader(data) {
  const opened = (table) =>
    Object.fromEntries(Object.entries(table).map(([name, texts]) => [name, texts.map(unpack)]));
  const [norms, spectra] = [opened(data.norms), opened(data.spectra)];
  return (name, at) => {
    const cut = (list, size) => list.slice(at * size, (at + 1) * size);
    const [mean, below, above] = norms[name].map((list) => cut(list, data.lags.length));
    const curve = [mean, mean.map((n, k) => n - below[k]), mean.map((n, k) => n + above[k])];
    if (!spectra[name]) return { curve };
    const [start, real, imaginary, singular, modulus] = spectra[name];
    return {
      curve,
      real: real.slice(start[at], start[at + 1]),
      imaginary: imaginary.slice(start[at], start[at + 1]),
      singular: cut(singular, data.units * (name === "LSTM" ? 2 : 1)),
      modulus: modulus[at],
    };
  };
}

function drawTable(root, found, data, length) {
  setText(root.querySelector("[data-length]"), String(length));
  for (const cell of root.querySelectorAll("[data-left]")) {
    const at = data.lags.indexOf(+cell.dataset.lag || length);
    const [mean, low, high] = found[cell.dataset.left].curve.map((part) => powerOfTen(part[at]));
    const none = data.lags[at] > length;
    setText(cell.firstChild, none ? "–" : mean);
    setText(cell.lastChild, none || low === high ? "" : `${low} to ${high}`);
  }
}

function render({ model, el }) {
  const root = adopt(model, el);
  const find = (selector) => root.querySelector(selector);
  const values = {};
  const show = knobs(root, model, ["view", "activation", ...SLIDERS], values);
  const scales = [...root.querySelectorAll("[name=input_scale]")];
  for (const node of scales)
    node.addEventListener("input", () => put(model, "input_scale", +node.value));
  let data, read;

  function draw() {
    const [view, activation, inputs] = STANDS.map((name) => model.get(name));
    const length = model.get("length");
    if (data !== model.get("data")) {
      data = model.get("data");
      read = reader(data);
      Object.assign(values, data.values);
    }
    const place = (name) => values[name].indexOf(model.get(name));
    if (SLIDERS.some((name) => place(name) < 0)) return; // a kernel is about to send the data
    for (const name of SLIDERS) {
      const [slider, said] = [find(`[name=${name}]`), data.says[name][place(name)]];
      slider.max = values[name].length - 1;
      slider.setAttribute("aria-valuetext", said);
      setText(find(`[data-out=${name}]`), said);
    }
    show();
    for (const node of scales) node.checked = +node.value === inputs;

    const at = (axis) => place("input_scale") * values[axis].length + place(axis);
    const found = { RNN: read(activation, at("radius")) };
    for (const name of ["LSTM", "LSTM c", "GRU"]) found[name] = read(name, at("bias"));
    root.firstChild.dataset.view = view;
    find("[name=length]").disabled = view !== "norms"; // one step has no length
    for (const svg of root.querySelectorAll(".rnnw-norms")) drawNorms(svg, found, data, length);
    drawPlanes(root, found);
    drawTable(root, found, data, length);
    const cells = FLOW_CELLS.map((name) => found[name]);
    const left = cells.map((cell) => cell.curve[0][data.lags.indexOf(length)]);
    const said = view === "norms" ? ofNorms(left, length) : ofSpectra(cells.map((c) => c.modulus));
    setText(find("[aria-live]"), said);
  }

  return whenever(model, ["data", ...STANDS], draw);
}

export default { render };
