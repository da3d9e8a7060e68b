// Names as letters and indices.
const TYPESET_NAME = /\b([A-Za-z])_([a-z]{1,2}(?:,\d)?|\d)|\bL\b/g;

// The same markup as typeset() and broken() in backprop/words.py.
export function typeset(text) {
  return text.replace(TYPESET_NAME, (all, letter, index) =>
    letter ? `<i class="gate-${letter}">${letter}</i><sub>${index}</sub>` : "<i>L</i>");
}

export function broken(text) {
  const parts = typeset(text).split(" = ");
  return parts.map((part, k) => `<span>${k ? "= " : ""}${part}</span>`).join(" ");
}

export function setMarkup(node, markup) {
  if (node.innerHTML !== markup) node.innerHTML = markup;
}
