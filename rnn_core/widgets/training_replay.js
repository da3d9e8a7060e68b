import { line, px, scale } from "./lib/charts.js";
import { knobs, timeControls } from "./lib/controls.js";
import { filmPaths } from "./lib/film.js";
import { adopt, redrawn, setText, whenever } from "./lib/model.js";
import { unpack } from "./lib/packing.js";

// The fields that curves.py draws on.
const [WIDE, HIGH] = [600, 100];
const dot = ([x, y]) => `M${px(x)} ${px(y)}h0`;

// The points of a cell's curves over training, and of those over a sequence at a kept step.
function reader(data, cell) {
  const { steps, times } = data;
  const along = scale(steps[0], steps[steps.length - 1], 0, WIDE);
  const overTraining = (what, most) => {
    const y = scale(0, most, HIGH, 0);
    return unpack(cell[what]).map((value, k) => [along(steps[k]), y(value / 1000)]);
  };
  const x = scale(0, data.T, 0, WIDE);
  const y = scale(100 * data.top, 100 * data.floor, 0, HIGH);
  const left = unpack(cell.left);
  return {
    accuracy: overTraining("accuracy", 1),
    loss: overTraining("loss", data.most),
    left: (k) => times.map((t, at) => [x(t + 0.5), y(left[k * times.length + at])]),
    states: Object.fromEntries(Object.entries(cell.states).map(([k, text]) => [k, unpack(text)])),
  };
}

function start(model, el) {
  const root = adopt(model, el);
  const data = model.get("data");
  const last = data.steps.length - 1;
  const time = timeControls(root, model, last, 250, "checkpoint");
  const show = knobs(root, model, ["shown"]);
  const numbers = {};
  for (const name in data.cells) numbers[name] = reader(data, data.cells[name]);
  // A hook says what and of which cell: data-dot="loss LSTM".
  const hooks = (kind) =>
    [...root.querySelectorAll(`[data-${kind}]`)].map((node) => {
      const [what, ...name] = node.dataset[kind].split(" ");
      return [node, what, name.join(" ")];
    });
  const [past, dots, said, films] = ["past", "dot", "said", "film"].map(hooks);
  const words = root.querySelectorAll("[data-t], [data-step]");
  const curves = root.querySelector(".rnnw-curves");
  const along = scale(data.steps[0], data.steps[last], 0, 100);

  function drawStates(k) {
    for (const [node, what, name] of films) {
      const { states, units } = data.cells[name];
      const letter = states[model.get("shown")] ? model.get("shown") : Object.keys(states)[0];
      if (what === "letter") {
        setText(node, data.names[letter]);
        continue;
      }
      const size = data.T * units.length;
      const numbersNow = numbers[name].states[letter].slice(k * size, (k + 1) * size);
      const paths = filmPaths(numbersNow, units.length, data.T, data.unsigned.includes(letter));
      for (const path of node.children) path.setAttribute("d", paths[path.dataset.level] || "");
    }
  }

  function draw() {
    const k = model.get("checkpoint");
    const step = data.steps[k];
    for (const node of words) setText(node, String(step));
    for (const [node, what, name] of said) setText(node, data.cells[name][what][k]);
    curves.style.setProperty("--at", px(along(step)) + "%");
    const points = (what, name) =>
      what === "left" ? numbers[name].left(k) : numbers[name][what].slice(0, k + 1);
    for (const [node, what, name] of past) node.setAttribute("d", line(points(what, name)));
    for (const [node, what, name] of dots)
      node.setAttribute("d", dot(points(what, name)[what === "left" ? data.since : k]));
    drawStates(k);
    time.range.value = k;
    time.range.setAttribute("aria-valuetext", `step ${step}`);
    show();
  }

  const quiet = whenever(model, ["checkpoint", "shown"], draw);
  return () => {
    time.stop();
    quiet();
  };
}

// A live kernel that trained anew sends a whole new drawing.
const render = redrawn(start);

export default { render };
