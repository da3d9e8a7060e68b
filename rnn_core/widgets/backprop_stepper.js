import { timeControls, knobs } from "./lib/controls.js";
import { adopt, put, setText, whenever } from "./lib/model.js";

const NAME = /\b([A-Za-z])_([a-z]{1,2}(?:,\d)?|\d)|\bL\b/g;

// The same markup as typeset() and broken() in words.py.
function typeset(text) {
  return text.replace(NAME, (all, letter, index) =>
    letter ? `<i class="gate-${letter}">${letter}</i><sub>${index}</sub>` : "<i>L</i>");
}

function broken(text) {
  const parts = typeset(text).split(" = ");
  return parts.map((part, k) => `<span>${k ? "= " : ""}${part}</span>`).join(" ");
}

function setMarkup(node, markup) {
  if (node.innerHTML !== markup) node.innerHTML = markup;
}

function render({ model, el }) {
  const root = adopt(model, el);
  const list = (selector) => [...root.querySelectorAll(selector)];
  const [lines, slopes, boxes] = ["[data-e]", "[data-s]", "[data-q]"].map(list);
  const parts = boxes.map((box) => [".rnnw-value", ".rnnw-gradient"].map((k) => box.querySelector(k)));
  const saying = root.querySelector(".rnnw-saying");
  const equations = list(".rnnw-equation");
  const [heading, total, last, at] = [".rnnw-heading", ".rnnw-total", ".rnnw-last", "[data-t]"].map((k) => root.querySelector(k));
  const [steps, routes, products] = [".rnnw-step", ".rnnw-route", ".rnnw-product"].map(list);
  const bars = ["step", "path"].map((k) => list(`.rnnw-${k} + .rnnw-part`));
  const radios = list("[name=path]");
  // Who walks on wants to see the operation, not a path.
  const walker = {
    get: (name) => model.get(name),
    set: (name, value) => {
      model.set("path", 0);
      model.set(name, value);
    },
    save_changes: () => model.save_changes(),
  };
  const time = timeControls(root, walker, model.get("data").ops.length - 1, 1200, "stage");
  const showChoice = knobs(root, model, ["parameter"]);

  function drawStage() {
    const { ops, nodes, totals } = model.get("data");
    const [stage, path, parameter] = ["stage", "path", "parameter"].map((name) => model.get(name));
    let [kind, box, own, words, ...texts] = ops[stage];
    if (path) {
      [own, ...texts] = totals[parameter].paths[path - 1];
      texts.pop();
      const value = texts[1].split(" = ")[1];
      words = `One path to ${parameter}: the product of its local derivatives is ${value}.`;
    }
    const lit = new Set(own);
    for (const node of lines) {
      const on = lit.has(+node.dataset.e);
      node.classList.toggle("rnnw-lit", on);
      node.classList.toggle("rnnw-homeward", on && (path > 0 || kind > 0));
    }
    for (const node of slopes)
      node.classList.toggle("rnnw-told", lit.has(+node.dataset.s) && (path > 0 || kind === 1));
    boxes.forEach((node, k) => {
      const [value, gradient, from, back] = nodes[node.dataset.q];
      node.classList.toggle("rnnw-lit", !path && +node.dataset.q === box);
      setText(parts[k][0], stage >= from ? value : "");
      setText(parts[k][1], stage >= back ? gradient : "");
    });
    setMarkup(saying, typeset(words));
    equations.forEach((node, k) => setMarkup(node, texts[k] ? broken(texts[k]) : ""));
    setText(at, String(stage));
    time.range.value = stage;
    for (const radio of radios) radio.checked = +radio.value === path;
  }

  function drawTotal() {
    const found = model.get("data").totals[model.get("parameter")];
    const paths = found.paths || [];
    setMarkup(heading, typeset(found.heading));
    found.steps.forEach(([text], k) => setMarkup(steps[k], broken(text)));
    paths.forEach(([, way, product], k) => {
      setMarkup(routes[k], typeset(way));
      setText(products[k], product);
    });
    [found.steps, paths].forEach((rows, which) =>
      rows.forEach((row, k) => bars[which][k].style.setProperty("--v", row[row.length - 1])));
    setMarkup(total, broken(found.total));
    setMarkup(last, typeset(found.last));
    showChoice();
  }

  function drawGiven() {
    const data = model.get("data");
    for (const node of slopes) setText(node, data.edges[node.dataset.s]);
    for (const node of list("[data-given]")) setText(node, data.given[node.dataset.given]);
  }

  for (const radio of radios) radio.addEventListener("input", () => put(model, "path", +radio.value));
  const stops = [
    whenever(model, ["stage", "path", "parameter", "data"], drawStage),
    whenever(model, ["parameter", "data"], drawTotal),
    whenever(model, ["data"], drawGiven),
  ];
  return () => {
    time.stop();
    stops.forEach((stop) => stop());
  };
}

export default { render };
