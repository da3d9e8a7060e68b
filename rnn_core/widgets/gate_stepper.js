import { timeControls } from "./lib/controls.js";
import { adopt, clamp, put, setText } from "./lib/model.js";
import { shown, unpack } from "./lib/packing.js";

const LEVELS = 8;
const UNBOUNDED = new Set(["c", "c0", "fc", "ig"]);

// The numbers by key, step and unit; the keys are those of Numbers in pen.py.
function reader(data) {
  const H = data.H;
  const all = (texts) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, unpack(text)]));
  const series = all(data.n);
  const output = data.output && unpack(data.output);
  const r = data.follows && unpack(data.follows.r);
  const row = data.parts && unpack(data.parts.row);
  const parts = {};
  for (const k of data.parts ? "ifgo" : "") parts[k] = all(data.parts[k]);
  return (key, t, u) => {
    const at = t * H + u;
    if (series[key]) return series[key][at];
    if (key === "ig") return series.c[at] - series.fc[at] - series.slack[at];
    if (key === "c0") return t ? series.c[at - H] : series.start[u];
    if (key === "y") return output[t];
    if (key === "r") return r[u];
    const part = parts[key[1]];
    const fromX = part.x[row[t] * H + u];
    if (key[0] === "a") return part.a[at];
    if (key[0] === "b") return part.b[u];
    if (key[0] === "x") return fromX;
    return part.a[at] - fromX - part.b[u] - part.slack[at];
  };
}

// How large a number is drawn, from -1 to 1: cell states through tanh, as part() in pen.py.
function part(number, key, t, u) {
  const value = number(key, t, u) / 10000;
  return UNBOUNDED.has(key) ? Math.tanh(value) : value;
}

function heatPaths(data, number, letter) {
  const paths = {};
  for (let t = 0; t < data.T; t++)
    for (let u = 0; u < data.H; u++) {
      const value = part(number, letter, t, u);
      const level = Math.sign(value) * Math.floor(Math.abs(value) * LEVELS + 0.5);
      paths[level] = (paths[level] || "") + `M${t} ${u}${value < 0 ? ".2h1v.6" : "h1v1"}h-1z`;
    }
  return paths;
}

// Keep the current column in sight by scrolling its box, never the page.
function keepInSight(scroll, t, T) {
  const at = ((t + 0.5) / T) * scroll.scrollWidth;
  const margin = Math.min(48, scroll.clientWidth / 4);
  const hidden = at < scroll.scrollLeft + margin || at > scroll.scrollLeft + scroll.clientWidth - margin;
  if (hidden) scroll.scrollLeft = at - scroll.clientWidth / 2;
}

function render({ model, el }) {
  const root = adopt(model, el);
  const data = model.get("data");
  const number = reader(data);
  const find = (selector) => root.querySelector(selector);
  const list = (selector) => [...root.querySelectorAll(selector)];
  const texts = list("[data-n]").map((node) => [node, node.dataset.n, "p" in node.dataset]);
  const shapes = list("[data-v]").map((node) => [node, node.dataset.v]);
  const [steps, units, chars, names] = ["t", "u", "char", "name"].map((k) => list(`[data-${k}]`));
  const [truth, best] = ["[data-truth]", "[data-best]"].map(find);
  const [column, line] = [".rnnw-column", ".rnnw-row"].map(find);
  const [scroll, heat, select] = [".rnnw-scroll", ".rnnw-heat", "[data-do=unit]"].map(find);
  const time = timeControls(root, model, data.T - 1);
  const setUnit = (u) => put(model, "unit", clamp(u, data.H - 1));

  function draw() {
    const t = model.get("t");
    const u = model.get("unit");
    const glyph = data.glyphs[t];
    const name = data.names[glyph] || glyph;
    keepInSight(scroll, t, data.T); // first, while nothing has changed and the layout is known
    for (const [node, key, enclosed] of texts) {
      const text = shown(number(key, t, u));
      setText(node, enclosed && text[0] === "−" ? `(${text})` : text);
    }
    for (const [node, key] of shapes)
      node.style.setProperty("--v", part(number, key, t, u));
    for (const node of steps) setText(node, String(t));
    for (const node of units) setText(node, String(u));
    for (const node of chars) setText(node, glyph);
    for (const node of names) setText(node, name);
    if (truth) setText(truth, data.truth[t] === "1" ? "yes" : "no");
    if (best) best.hidden = u !== data.follows.best;
    column.style.setProperty("--t", t);
    line.style.setProperty("--u", u);
    time.range.value = t;
    time.range.setAttribute("aria-valuetext", `step ${t}, ${name}`);
    select.selectedIndex = u;
  }

  function drawHeat() {
    const letter = model.get("shown");
    const paths = heatPaths(data, number, letter);
    for (const path of heat.children) path.setAttribute("d", paths[path.dataset.level] || "");
    for (const radio of list("[name=shown]")) radio.checked = radio.value === letter;
  }

  find(".rnnw-strip").addEventListener("click", (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    time.move(Math.floor(((event.clientX - box.left) / box.width) * data.T));
    const map = heat.getBoundingClientRect();
    const u = Math.floor(((event.clientY - map.top) / map.height) * data.H);
    if (u >= 0 && u < data.H) setUnit(u);
  });
  scroll.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    setUnit(model.get("unit") + by);
  });
  select.addEventListener("change", () => setUnit(select.selectedIndex));
  find(".rnnw-letters").addEventListener("change", (event) => put(model, "shown", event.target.value));
  const follow = find("[data-do=best]");
  if (follow)
    follow.addEventListener("click", () => {
      put(model, "shown", data.follows.letter);
      setUnit(data.follows.best);
    });

  const heard = { "change:t": draw, "change:unit": draw, "change:shown": drawHeat };
  for (const event in heard) model.on(event, heard[event]);
  draw();
  drawHeat();
  return () => {
    time.stop();
    for (const event in heard) model.off(event, heard[event]);
  };
}

export default { render };
