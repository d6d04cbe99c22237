// Numbers and dates as the one formatter of the site writes them (processing/views/format.py).
// Money comes in whole cents and counts in whole numbers, so nothing here is inexact.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LONG_MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const MINUS = "\u2212";

// A whole number with thousands separators.
export function count(value) {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0 ? MINUS : "") + digits;
}

// Cents as whole dollars, halves to the even dollar.
export function usd0(cents) {
  const dollars = halfEven(Math.abs(cents), 100);
  return (cents < 0 && dollars ? MINUS : "") + "$" + count(dollars);
}

export function share1(part, whole) {
  const thousandths = halfEven(part * 1000, whole);
  return `${count(Math.floor(thousandths / 10))}.${thousandths % 10}%`;
}

export function dateShort(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

export function dateLong(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${LONG_MONTHS[month - 1]} ${year}`;
}

export function bytes(size) {
  if (size < 1000) return `${count(size)} bytes`;
  const tenths = halfEven(size, 100);
  return tenths < 10000
    ? `${count(Math.floor(tenths / 10))}.${tenths % 10} KB`
    : `${count(Math.floor(halfEven(size, 100000) / 10))}.${halfEven(size, 100000) % 10} MB`;
}

// A stored value with its exact digits, as downloads hold it.
export function raw(value, format) {
  if (format !== "usd0") return String(value);
  const size = Math.abs(value);
  const sign = value < 0 ? "-" : "";
  return `${sign}${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`;
}

export function format(name, value) {
  return { usd0, count }[name](value);
}

export function monthOf(iso) {
  return MONTHS[Number(iso.slice(5, 7)) - 1];
}

// Non-negative whole numbers divided, rounded to the nearest whole, halves to even.
function halfEven(value, by) {
  const whole = Math.floor(value / by);
  const twice = (value - whole * by) * 2;
  return whole + (twice > by || (twice === by && whole % 2 === 1) ? 1 : 0);
}
