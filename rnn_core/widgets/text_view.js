import { knobs, timeControls } from "./lib/controls.js";
import { adopt, put, redrawn, setText, whenever } from "./lib/model.js";
import { shown, unpack } from "./lib/packing.js";

// How strongly a value is drawn, as shade() in reading/data.py.
function shade(number, letter) {
  const value = letter === "c" ? Math.tanh(number / 100) : number / 100;
  const size = Math.floor(8 * Math.min(1, Math.abs(value)) + 0.5);
  return number < 0 ? "-" + size : String(size);
}

// Bring the figure to life; returns how to stop.
function start(model, el) {
  const root = adopt(model, el);
  const data = model.get("data");
  const find = (selector) => root.querySelector(selector);
  const list = (selector) => [...root.querySelectorAll(selector)];
  const write = (name, text) => list(`[data-${name}]`).forEach((node) => setText(node, text));
  const parts = ["words", "unit", "best", "typed", "read"];
  const [words, select, follow, typed, read] = parts.map((part) => find(`[data-do=${part}]`));
  const spans = list(".rnnw-page span");
  const values = {};
  for (const letter in data.values) values[letter] = unpack(data.values[letter]);
  const time = timeControls(root, model, data.T - 1, 250);
  const choose = knobs(root, model, ["shown"]);
  const place = () => data.units.indexOf(model.get("unit"));
  const number = (t) => values[model.get("shown")][t * data.units.length + place()];
  const name = (t) => data.names[data.signs[t]] || data.signs[t];

  // Speak of the character under the cursor, or of that pointed at.
  function say(t) {
    write("place", String(t));
    write("sign", data.signs[t]);
    write("name", name(t));
    write("value", shown(number(t), 2));
    write("truth", data.truth?.[t] === "1" ? "yes" : "no");
  }

  function draw() {
    const [t, unit, letter] = ["t", "unit", "shown"].map((trait) => model.get(trait));
    spans.forEach((span, k) => {
      span.dataset.v = shade(number(k), letter);
      span.toggleAttribute("data-at", k === t);
    });
    choose();
    select.selectedIndex = place();
    time.range.value = t;
    time.range.setAttribute("aria-valuetext", `character ${t}, ${name(t)}`);
    for (const node of list("[data-letter]")) node.className = "gate-" + letter;
    write("letter", letter);
    write("unit", String(unit));
    write("t", String(t));
    write("problem", model.get("problem"));
    write("r", data.r?.[letter][place()]);
    write("measured", data.follows?.r[place()]);
    if (follow) find("[data-best]").hidden = unit !== data.follows.best;
    say(t);
  }

  // Go to the nearest character of the line above or below.
  function byLine(step) {
    const boxes = spans.map((span) => span.getBoundingClientRect());
    const from = boxes[model.get("t")];
    const far = (box) => (box.top - from.top) * step * 1e4 + Math.abs(box.left - from.left);
    const there = boxes.filter((box) => (box.top - from.top) * step > 2);
    there.sort((a, b) => far(a) - far(b));
    if (there.length) time.move(boxes.indexOf(there[0]));
  }

  const on = (node, event, act) => node?.addEventListener(event, act);
  const pointed = (act) => ({ target }) => spans.includes(target) && act(spans.indexOf(target));
  on(words, "click", pointed(time.move));
  on(words, "pointerover", pointed(say));
  on(words, "pointerleave", () => say(model.get("t")));
  on(words, "keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    byLine(step);
    event.preventDefault();
  });
  on(select, "change", () => put(model, "unit", data.units[select.selectedIndex]));
  on(follow, "click", () => {
    if (values[data.follows.letter]) put(model, "shown", data.follows.letter);
    put(model, "unit", data.follows.best);
  });

  if (typed) typed.disabled = read.disabled = !model.get("live");
  on(typed, "keydown", (event) => event.stopPropagation());
  on(read, "click", () => put(model, "typed", typed.value));

  const stop = whenever(model, ["t", "unit", "shown", "problem"], draw);
  return () => {
    time.stop();
    stop();
  };
}

// Python may have read and drawn another text.
const render = redrawn(start, "[data-do=read]");

export default { render };
