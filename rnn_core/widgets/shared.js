// What the widgets share. Python has drawn the figure; these helpers bring it to life.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUE = new Map([...DIGITS].map((digit, value) => [digit, value]));

// The inverse of pack() in packing.py: ten-thousandths as whole numbers.
export function unpack(text) {
  const width = +text[0];
  const shift = 2 ** (6 * width - 1);
  const numbers = new Array((text.length - 1) / width).fill(0);
  for (let place = 0; place < width; place++)
    numbers.forEach((number, k) => {
      numbers[k] = number * 64 + VALUE.get(text[1 + place * numbers.length + k]);
    });
  return numbers.map((number) => number - shift);
}

// The same text as shown() in packing.py.
export function shown(number) {
  const size = Math.abs(number);
  const part = String(size % 10000).padStart(4, "0");
  return (number < 0 ? "−" : "") + Math.floor(size / 10000) + "." + part;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function clamp(value, last) {
  return Math.max(0, Math.min(last, value));
}

export function put(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

// Put the drawn figure into a live notebook; on a static page it is there already.
export function adopt(model, el) {
  if (!el.querySelector(".rnnw")) el.innerHTML = model.get("markup");
  const root = el.querySelector(".rnnw");
  root.querySelectorAll("[disabled]").forEach((node) => (node.disabled = false));
  return root;
}

// Buttons back, play and next, a slider, and the arrow keys, for a figure with steps 0 … last.
export function timeControls(root, model, last, pause = 500) {
  const range = root.querySelector("input[type=range]");
  const play = root.querySelector("[data-do=play]");
  let timer = 0;
  const go = (t) => put(model, "t", clamp(t, last));
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
    const t = model.get("t") + 1;
    if (t >= last) stop(); // before the last step, so that it is read aloud
    go(t);
  };
  const move = (t) => {
    stop();
    go(t);
  };
  const start = () => {
    if (model.get("t") === last) go(0);
    timer = setInterval(tick, pause);
    name("Pause");
  };
  play.addEventListener("click", () => (timer ? stop() : start()));
  root.querySelector("[data-do=back]").addEventListener("click", () => move(model.get("t") - 1));
  root.querySelector("[data-do=next]").addEventListener("click", () => move(model.get("t") + 1));
  range.addEventListener("input", () => move(+range.value));
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation(); // or the notebook would take the key as a command
    if (event.target.matches("select, input")) return; // these have arrow keys of their own
    const t = model.get("t");
    const to = { ArrowLeft: t - 1, ArrowRight: t + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  return { move, stop, range };
}
