import { line, px, scale } from "./lib/charts.js";
import { saySlider, timeControls } from "./lib/controls.js";
import { adopt, clamp, put, setText, whenever } from "./lib/model.js";
import { shown } from "./lib/packing.js";
import { runs } from "./lib/program.js";
import { finder, keepInSight } from "./lib/view.js";

const ONE = 10000;
const LEVELS = 8;
const HEIGHT = 64;

// How large a number is drawn, from -1 to 1, as part() in pen.py.
function part(data, number, key, t, u) {
  const value = number(key, t, u) / ONE;
  return data.large.includes(key) ? Math.tanh(value) : value;
}

function drawHeat(view, data, { number }, letter) {
  const paths = {};
  for (let t = 0; t < data.T; t++)
    for (let u = 0; u < data.H; u++) {
      const value = part(data, number, letter, t, u);
      const level = Math.sign(value) * Math.floor(Math.abs(value) * LEVELS + 0.5);
      paths[level] = (paths[level] || "") + `M${t} ${u}${value < 0 ? ".2h1v.6" : "h1v1"}h-1z`;
    }
  for (const path of view.one(".rnnw-heat").children)
    path.setAttribute("d", paths[path.dataset.level] || "");
  for (const radio of view.all("[name=shown]")) radio.checked = radio.value === letter;
}

// The same lines and bars as in curve.py.
function drawCurve(view, { now, free }, letter, u) {
  const rows = [now, free].map((run) => run.unit(letter, u));
  const top = Math.max(1, ...rows.flat().map((value) => Math.ceil(Math.abs(value) / ONE)));
  const y = scale(-top * ONE, top * ONE, HEIGHT - 2, 2);
  const [drawn, ghost] = rows.map((row) => line(row.map((value, k) => [k + 0.5, y(value)])));
  const curve = view.one(".rnnw-curve");
  curve.setAttribute("class", `rnnw-curve gate-${letter}`);
  curve.children[1].setAttribute("d", now.run ? ghost : "");
  curve.children[2].setAttribute("d", drawn);
  view.say("[data-reach]", String(top));
  view.one("[data-letter]").className = `gate-${letter}`;
  view.say("[data-letter]", letter);
}

function drawBars(view, { now, free }) {
  const box = view.one(".rnnw-output");
  if (!box) return;
  const bars = now.output.map((y, k) => `M${k} 100h1v-${px(y / 100)}h-1z`).join("");
  const tops = free.output.flatMap((y, k) => [k, k + 1].map((x) => [x, 100 - y / 100]));
  box.firstChild.setAttribute("d", bars);
  box.lastChild.setAttribute("d", now.run ? line(tops) : "");
}

// Which gate is held, and what the free run has here.
function drawHeld(view, { now, free }, t, u) {
  const run = now.run || { from: Infinity };
  const held = t >= run.from;
  view.one(".rnnw-stepper").toggleAttribute("data-held", held);
  for (const node of view.all("[data-gate]"))
    setText(node, held && node.dataset.gate === run.gate ? "held" : node.dataset.label);
  const mark = view.one(".rnnw-since");
  mark.hidden = !now.run;
  mark.style.setProperty("--s", now.run ? run.from : 0);
  const said = view.one(".rnnw-compare");
  if (!said) return;
  said.hidden = !now.run;
  view.one("[data-then]").hidden = !held;
  const words = `${run.gate} is held at ${run.value} from step ${run.from} on`;
  view.say("[data-hold]", now.run ? words : "");
  view.say("[data-most]", now.run ? run.most : "");
  for (const node of view.all("[data-f]")) setText(node, shown(free.number(node.dataset.f, t, u)));
}

function drawNumbers(view, data, { number, run }, t, u) {
  const held = run && t >= run.from;
  for (const [node, key, enclosed, inner] of view.texts) {
    const text = held && inner ? "" : shown(number(key, t, u));
    setText(node, enclosed && text[0] === "−" ? `(${text})` : text);
  }
  for (const [node, key] of view.shapes)
    node.style.setProperty("--v", part(data, number, key, t, u));
}

// What is said of the present step and unit.
function drawPlace(view, data, t, u, range) {
  const glyph = data.glyphs[t];
  const name = data.names[glyph] || glyph;
  const words = { t: String(t), u: String(u), char: glyph, name };
  for (const key in words) view.say(`[data-${key}]`, words[key]);
  if (data.truth) view.say("[data-truth]", data.truth[t] === "1" ? "yes" : "no");
  for (const node of view.all("[data-best]")) node.hidden = u !== data.follows.best;
  view.one(".rnnw-column").style.setProperty("--t", t);
  view.one(".rnnw-row").style.setProperty("--u", u);
  range.value = t;
  range.setAttribute("aria-valuetext", `step ${t}, ${name}`);
  view.one("[data-do=unit]").selectedIndex = u;
}

function viewOf(root) {
  const find = finder(root);
  const texts = find.all("[data-n]").map((node) => [
    node, node.dataset.n, "p" in node.dataset, node.matches(".rnnw-split"),
  ]);
  const shapes = find.all("[data-v]").map((node) => [node, node.dataset.v]);
  return { ...find, texts, shapes };
}

// The choice of a gate to hold and of the step from which on.
function holdControls(view, model, { holds }) {
  if (!holds) return () => {};
  const radios = view.all("[name=held]");
  const range = view.one("[name=from]");
  const ask = () => {
    const from = holds.steps[range.value];
    const { value } = radios.find((radio) => radio.checked) || {};
    if (value === undefined) put(model, "hold", { ...model.get("hold"), from });
    else put(model, "hold", value ? { gate: value[0], value: +value[1], from } : { from });
  };
  for (const node of [...radios, range]) node.addEventListener("input", ask);
  return ({ gate, value, from = holds.steps[0] }) => {
    for (const radio of radios) radio.checked = radio.value === (gate ? gate + value : "");
    range.value = Math.max(0, holds.steps.filter((step) => step <= from).length - 1);
    saySlider(range, String(from));
  };
}

function listen(view, model, data, move) {
  const setUnit = (u) => put(model, "unit", clamp(u, data.H - 1));
  view.one(".rnnw-strip").addEventListener("click", (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    move(Math.floor(((event.clientX - box.left) / box.width) * data.T));
    const map = view.one(".rnnw-heat").getBoundingClientRect();
    const u = Math.floor(((event.clientY - map.top) / map.height) * data.H);
    if (u >= 0 && u < data.H) setUnit(u);
  });
  view.one(".rnnw-scroll").addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    setUnit(model.get("unit") + by);
  });
  const select = view.one("[data-do=unit]");
  select.addEventListener("change", () => setUnit(select.selectedIndex));
  view.one(".rnnw-letters").addEventListener("change", (e) => put(model, "shown", e.target.value));
  for (const button of view.all("[data-do=best]"))
    button.addEventListener("click", () => {
      put(model, "shown", data.follows.letter);
      setUnit(data.follows.best);
    });
}

function render({ model, el }) {
  const root = adopt(model, el);
  const view = viewOf(root);
  const data = model.get("data");
  const time = timeControls(root, model, data.T - 1);
  const showHold = holdControls(view, model, data);
  listen(view, model, data, time.move);
  let choose;
  const both = () => choose(model.get("hold"));
  const drawStep = () => {
    const [t, u, run] = [model.get("t"), model.get("unit"), both()];
    keepInSight(view.one(".rnnw-scroll"), t, data.T); // first, while the layout is known
    drawNumbers(view, data, run.now, t, u);
    drawPlace(view, data, t, u, time.range);
    drawHeld(view, run, t, u);
  };
  const drawRun = () => {
    showHold(model.get("hold"));
    drawHeat(view, data, both().now, model.get("shown"));
    drawBars(view, both());
    drawStep();
  };
  const drawUnit = () => drawCurve(view, both(), model.get("shown"), model.get("unit"));
  const stops = [
    whenever(model, ["data"], () => (choose = runs(model.get("data")))),
    whenever(model, ["t", "unit"], drawStep),
    whenever(model, ["shown", "hold", "data"], drawRun),
    whenever(model, ["shown", "unit", "hold", "data"], drawUnit),
  ];
  return () => [time.stop, ...stops].forEach((stop) => stop());
}

export default { render };
