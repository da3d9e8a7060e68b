// Numbers as they travel from Python: see packing.py.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUE = new Map([...DIGITS].map((digit, value) => [digit, value]));

// The inverse of pack() in packing.py: whole numbers, mostly ten-thousandths.
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
