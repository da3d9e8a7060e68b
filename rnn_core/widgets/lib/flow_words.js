import { shown, superscript } from "./packing.js";

// What the vanishing-gradient explorer says: as words.py in gradient_flow_parts.

export const FLOW_CELLS = ["RNN", "LSTM", "GRU"];
const inEachCell = ([a, b, c]) => `${a} in the RNN, ${b} in the LSTM and ${c} in the GRU. `;
const cellsWhere = (holds) => FLOW_CELLS.filter((_, k) => holds[k]).map((cell) => "the " + cell);

export function powerOfTen(n) {
  if (n <= -30000) return "below 10⁻³⁰⁰";
  const value = 10 ** (n / 100);
  if (Math.abs(n) > 300) return "10" + superscript(Math.floor((n + 50) / 100));
  return n < 100 ? value.toPrecision(2) : String(Math.round(value));
}

export function ofNorms(exponents, length) {
  const left = exponents.map((n) => powerOfTen(n) + (n > 0 ? " times as much" : ""));
  left[0] += " reaches step 0";
  const through = cellsWhere(exponents.map((n) => n >= -200));
  const grown = cellsWhere(exponents.map((n) => n >= 300)).join(" and ");
  const alike = Math.max(...exponents) - Math.min(...exponents) < 500;
  const only = `Only ${through.join(" and ")} let`;
  const verdict = [
    (alike ? "They hardly differ: none" : "None") + " lets a hundredth through.",
    only + "s a hundredth or more through.",
    only + " a hundredth or more through.",
    "All three let a hundredth or more through.",
  ][through.length];
  return `Of the error signal at step ${length}, ${inEachCell(left)}${grown ? `It explodes in ${grown}.` : verdict}`;
}

export function ofSpectra(sizes) {
  const beyond = cellsWhere(sizes.map((n) => n > 100)).join(" and ");
  const verdict = beyond
    ? `Beyond the unit circle: ${beyond}. Repeated, this step would let it grow.`
    : "None is beyond the unit circle: repeated, this step would let it fade.";
  return `One step back multiplies the error signal by a matrix. Its largest eigenvalue has size ${inEachCell(sizes.map((n) => shown(n, 2)))}${verdict}`;
}
