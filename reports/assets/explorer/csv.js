// A CSV that a spreadsheet may open, by the rules of processing/views/csv.py.

const STARTS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"];
const BREAKS = ["\t", "\r", "\n"];
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]/g;

// Marks without width: what follows them looks like the start of the cell, and may be read as such.
const NO_WIDTH = /[\u00ad\u180e\u200b-\u200d\u2060-\u2064]/;

// A header and one line per row of texts. `numeric` columns are numbers and stand as they are.
export function csv(columns, rows, numeric) {
  const line = (cells) => cells.join(",") + "\n";
  const body = rows.map((row) => line(row.map((cell, at) => (numeric[at] ? cell : quote(neutral(cell))))));
  return line(columns.map((name) => quote(neutral(name)))) + body.join("");
}

export function neutral(text) {
  // Without the `u` flag the class above would cut characters beyond the first plane in two.
  const seen = (mark) => mark.length > 1 || !(mark.match(UNSAFE) || NO_WIDTH.test(mark));
  const visible = [...text].filter(seen).join("").trimStart();
  const runs = STARTS.some((mark) => visible.startsWith(mark)) || BREAKS.some((mark) => text.startsWith(mark));
  return runs ? "'" + text : text;
}

function quote(text) {
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}
