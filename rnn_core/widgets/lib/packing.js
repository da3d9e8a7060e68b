// Numbers as they travel from Python: see packing.py.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SMALL = { t: [3, 1], h: [2, 3] };
const VALUE = new Map([...DIGITS].map((digit, value) => [digit, value]));

// The inverse of pack() in packing.py: whole numbers, mostly ten-thousandths.
export function unpack(text) {
  if (SMALL[text[0]]) return unpackSmall(text, ...SMALL[text[0]]);
  const width = +text[0];
  const shift = 2 ** (6 * width - 1);
  const numbers = new Array((text.length - 1) / width).fill(0);
  for (let place = 0; place < width; place++)
    numbers.forEach((number, k) => {
      numbers[k] = number * 64 + VALUE.get(text[1 + place * numbers.length + k]);
    });
  return numbers.map((number) => number - shift);
}

// Numbers of at most `most` in size, of which `share` stand in a digit, the lowest place first.
function unpackSmall(text, share, most) {
  const base = 2 * most + 1;
  const numbers = [];
  for (const digit of text.slice(2))
    for (let rest = VALUE.get(digit), k = 0; k < share; k++, rest = Math.floor(rest / base))
      numbers.push((rest % base) - most);
  return numbers.slice(0, numbers.length - +text[1]);
}

// The same text as shown() in packing.py: a whole number of 10^-places.
export function shown(number, places = 4) {
  const size = Math.abs(number);
  const one = 10 ** places;
  const part = places ? "." + String(size % one).padStart(places, "0") : "";
  return (number < 0 ? "−" : "") + Math.floor(size / one) + part;
}

// The same text as superscript() in packing.py.
export function superscript(number) {
  return String(number).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
}
