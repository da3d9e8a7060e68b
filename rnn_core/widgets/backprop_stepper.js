import { timeControls, knobs } from "./lib/controls.js";
import { adopt, setText, whenever } from "./lib/model.js";
import { broken, setMarkup, typeset } from "./lib/names.js";

function render({ model, el }) {
  const root = adopt(model, el);
  const get = (name) => model.get(name);
  const list = (selector) => [...root.querySelectorAll(selector)];
  const [lines, slopes, boxes] = ["[data-e]", "[data-s]", "[data-q]"].map(list);
  const parts = boxes.map((box) => [".rnnw-value", ".rnnw-gradient"].map((k) => box.querySelector(k)));
  const equations = list(".rnnw-equation");
  const [saying, heading, total, last, at] = [".rnnw-saying", ".rnnw-heading", ".rnnw-total", ".rnnw-last", "[data-t]"].map((k) => root.querySelector(k));
  const [steps, routes, products] = [".rnnw-step", ".rnnw-route", ".rnnw-product"].map(list);
  const bars = ["step", "path"].map((k) => list(`.rnnw-${k} + .rnnw-part`));
  const paths = list(".rnnw-path");
  const uses = list("[data-u]").map((use) => [use, ...use.querySelectorAll("tspan, text:last-child")]);
  // Who walks on wants to see the operation, not a path.
  const walker = {
    get,
    set: (name, value) => {
      model.set("path", 0);
      model.set(name, value);
    },
    save_changes: () => model.save_changes(),
  };
  const time = timeControls(root, walker, get("data").ops.length - 1, 1200, "stage");
  const showChoices = knobs(root, model, ["parameter", "path"]);

  function drawStage() {
    const { ops, nodes, totals } = get("data");
    const [stage, path, parameter] = ["stage", "path", "parameter"].map(get);
    let [[kind, box, own, words, ...texts], end] = [ops[stage]];
    if (path) {
      [own, ...texts] = totals[parameter].paths[path - 1];
      texts.pop();
      end = texts[0].split(" → ").at(-2).slice(2);
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
    showChoices();
    paths.forEach((node, k) => node.classList.toggle("rnnw-lit", k + 1 === path));
    for (const [use] of uses) use.classList.toggle("rnnw-lit", use.dataset.u === end);
  }

  function drawTotal() {
    const parameter = get("parameter");
    const found = get("data").totals[parameter];
    const routed = found.paths || [];
    for (const [node, ...parts] of uses)
      [...parameter.split("_"), found.uses[node.dataset.u - 1]].forEach((text, k) => setText(parts[k], text));
    setMarkup(heading, typeset(found.heading));
    found.steps.forEach(([text], k) => setMarkup(steps[k], broken(text)));
    routed.forEach(([, way, product], k) => {
      setMarkup(routes[k], typeset(way));
      setText(products[k], product);
    });
    [found.steps, routed].forEach((rows, which) =>
      rows.forEach((row, k) => bars[which][k].style.setProperty("--v", row[row.length - 1])));
    setMarkup(total, broken(found.total));
    setMarkup(last, typeset(found.last));
  }

  function drawGiven() {
    const data = get("data");
    for (const node of slopes) setText(node, data.edges[node.dataset.s]);
    for (const node of list("[data-given]")) setText(node, data.given[node.dataset.given]);
  }

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
