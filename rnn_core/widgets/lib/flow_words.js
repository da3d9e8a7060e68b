import { shown, superscript } from "./packing.js";

// What the vanishing-gradient explorer says: as words.py in gradient_flow_parts.

export const FLOW_CELLS = ["RNN", "LSTM", "GRU"];
const filled = (template, ...parts) => template.replace(/#/g, () => parts.shift());

export function powerOfTen(n) {
  if (n <= -30000) return "below 10⁻³⁰⁰";
  const value = 10 ** (n / 100);
  if (Math.abs(n) > 300) return "10" + superscript(Math.floor((n + 50) / 100));
  return n < 100 ? value.toPrecision(2) : String(Math.round(value));
}

// Exponents of what is left `length` steps back, or sizes of eigenvalues for no length.
export function flowSaying(words, numbers, length, steps) {
  const from = (least) => FLOW_CELLS.filter((_, k) => numbers[k] >= least).map((cell) => "the " + cell);
  const told = (template, cells) => filled(template, cells.join(" and "));
  if (!length) {
    const verdict = told(words[from(101).length ? "beyond" : "within"], from(101));
    return filled(words.spectrum, ...numbers.map((n) => shown(n, 2)), verdict);
  }
  const through = from(-200);
  let verdict = told(words.through[through.length], through);
  if (!through.length && Math.max(...numbers) - Math.min(...numbers) < 500) verdict = words.alike;
  if (from(300).length) verdict = told(words.grown, from(300));
  return filled(words.norms, length, steps, ...numbers.map(powerOfTen), verdict);
}
