import { clamp, put, setText } from "./model.js";

// Keys pressed in a figure stay in it, or the notebook would take them as commands.
function keepKeys(root, act) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (act) act(event);
  });
}

// Buttons back, play and next, a slider, and the arrow keys, for a figure with steps 0 … last.
export function timeControls(root, model, last, pause = 500, trait = "t") {
  const range = root.querySelector("[data-do=time]");
  const play = root.querySelector("[data-do=play]");
  let timer = 0;
  const go = (t) => put(model, trait, clamp(t, last));
  const saying = root.querySelector("[aria-live]");
  const name = (text) => {
    play.setAttribute("aria-label", text);
    play.title = text;
    root.toggleAttribute("data-playing", text === "Pause");
    saying.setAttribute("aria-live", text === "Pause" ? "off" : "polite");
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    name("Play");
  };
  const tick = () => {
    const t = model.get(trait) + 1;
    if (t >= last) stop(); // before the last step, so that it is read aloud
    go(t);
  };
  const move = (t) => {
    stop();
    go(t);
  };
  const start = () => {
    if (model.get(trait) === last) go(0);
    timer = setInterval(tick, pause);
    name("Pause");
  };
  play.addEventListener("click", () => (timer ? stop() : start()));
  const by = (step) => () => move(model.get(trait) + step);
  root.querySelector("[data-do=back]").addEventListener("click", by(-1));
  root.querySelector("[data-do=next]").addEventListener("click", by(1));
  range.addEventListener("input", () => move(+range.value));
  keepKeys(root, (event) => {
    if (event.target.matches("select, input")) return; // these have arrow keys of their own
    const t = model.get(trait);
    const to = { ArrowLeft: t - 1, ArrowRight: t + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  return { move, stop, range };
}

// Write where a slider stands beside it, and have it read aloud.
export function saySlider(slider, text) {
  setText(slider.parentNode.querySelector("[data-out]"), text);
  slider.setAttribute("aria-valuetext", text);
}

// Tie sliders, selects, check boxes and radio buttons to the traits of the same names. A slider's
// place is a whole number; `values[name]`, if given, is the list it points into. A radio button's
// value is a number where the trait is one.
export function knobs(root, model, names, values = {}) {
  const read = (node) => {
    if (node.type === "checkbox") return node.checked;
    if (node.type === "range" && values[node.name]) return values[node.name][node.value];
    return typeof model.get(node.name) === "number" ? +node.value : node.value;
  };
  const write = (node, value) => {
    if (node.type === "radio") node.checked = read(node) === value;
    else if (node.type === "checkbox") node.checked = value;
    else node.value = values[node.name] ? values[node.name].indexOf(value) : value;
  };
  const nodes = [...root.querySelectorAll("[name]")].filter((node) => names.includes(node.name));
  for (const node of nodes)
    node.addEventListener("input", () => put(model, node.name, read(node)));
  const show = () => nodes.forEach((node) => write(node, model.get(node.name)));
  if (!root.querySelector("[data-do=play]")) keepKeys(root); // else timeControls does
  return show;
}
