// Rows of the lookup table, read from its Parquet file by range requests: only the row groups that
// a choice needs, each column once.

import * as hyparquet from "../vendor/hyparquet.js";

// Bytes that hold the footer: of the lookup table with its many row groups, and of one with a single
// group. Where they do not, it is asked for once more.
const FOOTER_GUESS = 16384;
const SMALL_FOOTER_GUESS = 9216;
const CENTS = 100;

export class Missing extends Error {}
export class Changed extends Error {}

// Opens the file at `url`, of which the page knows how many bytes and rows it has.
export async function open(url, expected) {
  if (!hyparquet.parquetRead) throw new Missing();
  const file = rangeFile(url, expected.bytes);
  const guess = expected.lacks ? SMALL_FOOTER_GUESS : FOOTER_GUESS;
  const tail = await file.slice(Math.max(0, expected.bytes - guess), expected.bytes);
  const metadata = await footer(file, tail, expected.bytes);
  if (Number(metadata.num_rows) !== expected.rows) throw new Changed();
  return { file, metadata, groups: describe(metadata), columns: new Map(), lacks: expected.lacks };
}

// A promise of { rows, store_id, week, department, <measure> } for each row group that can hold
// rows of the choice; `department` is a text when the whole group is one department's. What the
// table lacks is not there: its rows are summed over that.
export function read(table, measure, chosen) {
  const wanted = table.groups.filter((group) => mayHold(group, chosen));
  return Promise.all(wanted.map((group) => readGroup(table, group, measure)));
}

async function readGroup(table, group, measure) {
  const only = group.ranges.department;
  const single = only && only.min === only.max;
  const names = ["store_id", "week", measure, ...(single ? [] : ["department"])].filter((name) => name !== table.lacks);
  const missing = names.filter((name) => !table.columns.has(key(group, name)));
  if (missing.length) fetchColumns(table, group, missing);
  const values = await Promise.all(names.map((name) => table.columns.get(key(group, name))));
  const read = { rows: group.rows, department: single ? only.min : null };
  names.forEach((name, at) => { read[name] = values[at]; });
  return read;
}

const key = (group, name) => `${group.start}:${name}`;

// Puts a promise of each column where later choices find it; a failed one is forgotten.
function fetchColumns(table, group, names) {
  const parts = new Map(names.map((name) => [name, new Array(group.rows)]));
  const reading = hyparquet.parquetRead({
    file: table.file,
    metadata: table.metadata,
    columns: names,
    rowStart: group.start,
    rowEnd: group.start + group.rows,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const target = parts.get(columnName);
      for (let at = 0; at < columnData.length; at++) target[rowStart - group.start + at] = columnData[at];
    },
  });
  for (const name of names) {
    const column = reading.then(() => whole(parts.get(name), name));
    column.catch(() => table.columns.delete(key(group, name)));
    table.columns.set(key(group, name), column);
  }
}

// Decimals of two places come as floats near n / 100: their cents are exact up to 2^50.
function whole(values, name) {
  return name.endsWith("_usd") ? values.map((value) => Math.round(value * CENTS)) : values;
}

function describe(metadata) {
  let start = 0;
  return metadata.row_groups.map((group) => {
    const rows = Number(group.num_rows);
    const ranges = {};
    for (const { meta_data: column } of group.columns) {
      const { min_value: min, max_value: max } = column.statistics || {};
      if (min !== undefined && max !== undefined) ranges[column.path_in_schema[0]] = { min, max };
    }
    const described = { start, rows, ranges };
    start += rows;
    return described;
  });
}

function mayHold(group, chosen) {
  const some = (name, values) => {
    const range = group.ranges[name];
    return !values.length || !range || values.some((v) => !below(v, range.min) && !below(range.max, v));
  };
  const weeks = group.ranges.week;
  const inTime = !weeks || (weeks.max >= chosen.firstWeek && weeks.min <= chosen.lastWeek);
  return inTime && some("department", chosen.departments) && some("store_id", chosen.stores);
}

// Texts by code point, as Parquet orders them.
function below(one, other) {
  if (typeof one !== "string") return one < other;
  const [a, b] = [Array.from(one), Array.from(other)];
  const at = a.findIndex((mark, place) => mark !== b[place]);
  if (at < 0) return a.length < b.length;
  return at < b.length && a[at].codePointAt(0) < b[at].codePointAt(0);
}

async function footer(file, tail, size) {
  const length = new DataView(tail).getUint32(tail.byteLength - 8, true) + 8;
  const enough = length <= tail.byteLength ? tail : await file.slice(size - length, size);
  return hyparquet.parquetMetadata(enough);
}

// What hyparquet calls an AsyncBuffer. A server that knows no ranges sends the whole file once.
function rangeFile(url, byteLength) {
  let everything = null;
  const slice = async (start, end = byteLength) => {
    if (everything) return (await everything).slice(start, end);
    const answer = await fetch(url, { headers: { Range: `bytes=${start}-${end - 1}` } });
    if (answer.status === 206) {
      const total = (answer.headers.get("Content-Range") || "").split("/")[1];
      if (total !== undefined && total !== "*" && Number(total) !== byteLength) throw new Changed();
      return answer.arrayBuffer();
    }
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    everything = answer.arrayBuffer();
    const all = await everything;
    if (all.byteLength !== byteLength) { everything = null; throw new Changed(); }
    return all.slice(start, end);
  };
  return { byteLength, slice };
}
