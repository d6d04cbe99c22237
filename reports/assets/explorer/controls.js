// The form: filled from what may be chosen, set to a state, and read into one.

import { dateShort } from "./format.js";
import { allowedValues, ordered } from "./state.js";

export function fill(form, choices) {
  for (const name of ["from", "to"]) {
    const options = choices.weeks.map(([, day]) => new Option(dateShort(day), day));
    form.elements[name].replaceChildren(...options);
  }
  boxes(form, "department", choices.departments);
  boxes(form, "store", choices.stores);
  for (const field of form.querySelectorAll("[data-filter]")) {
    field.addEventListener("input", (event) => { event.stopPropagation(); narrow(form, field); });
  }
}

function boxes(form, name, entries) {
  const made = entries.map(([value, text]) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name, value: String(value) });
    label.append(box, text);
    label.dataset.text = text.toLowerCase();
    return label;
  });
  form.querySelector(`[data-boxes=${name}]`).replaceChildren(...made);
}

// Hides the boxes whose name does not hold what was typed; ticked ones always stay.
function narrow(form, field) {
  const sought = field.value.trim().toLowerCase();
  for (const label of form.querySelectorAll(`[data-boxes=${field.dataset.filter}] label`)) {
    label.hidden = !label.dataset.text.includes(sought) && !label.firstChild.checked;
  }
}

export function put(form, state, choices) {
  for (const name of ["measure", "by", "from", "to"]) form.elements[name].value = state[name];
  for (const name of ["department", "store"]) {
    const chosen = new Set(state[name]);
    for (const box of form.querySelectorAll(`input[name=${name}]`)) box.checked = chosen.has(box.value);
    say(form, name, state, choices);
  }
}

export function get(form, choices) {
  const allowed = allowedValues(choices);
  const state = {};
  for (const name of ["measure", "by", "from", "to"]) state[name] = form.elements[name].value;
  for (const name of ["department", "store"]) {
    const ticked = [...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);
    state[name] = ordered(ticked, allowed[name]);
  }
  return state;
}

// Keeps the first week before the last by moving the one that was not touched.
export function straighten(state, touched) {
  if (state.from > state.to) state[touched === "from" ? "to" : "from"] = state[touched];
  return state;
}

function say(form, name, state, choices) {
  const all = name === "department" ? choices.departments : choices.stores;
  const chosen = state[name].length;
  const only = chosen === 1 && all.find((one) => String(one[0]) === state[name][0]);
  const text = only ? only[1] : chosen ? `${chosen} of ${all.length}` : `all ${all.length}`;
  form.querySelector(`[data-chosen=${name}]`).textContent = text;
}
