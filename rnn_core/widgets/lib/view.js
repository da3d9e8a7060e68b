// Finding and keeping in sight what changes in a figure.
import { setText } from "./model.js";

// Elements by selector, looked for once: a figure's elements stay, only what they say changes.
export function finder(root) {
  const found = {};
  const all = (selector) => found[selector] || (found[selector] = [...root.querySelectorAll(selector)]);
  const say = (selector, text) => all(selector).forEach((node) => setText(node, text));
  return { all, say, one: (selector) => all(selector)[0] };
}

// Keep the current column in sight by scrolling its box, never the page.
export function keepInSight(scroll, t, T) {
  const at = ((t + 0.5) / T) * scroll.scrollWidth;
  const margin = Math.min(48, scroll.clientWidth / 4);
  const hidden = at < scroll.scrollLeft + margin || at > scroll.scrollLeft + scroll.clientWidth - margin;
  if (hidden) scroll.scrollLeft = at - scroll.clientWidth / 2;
}
