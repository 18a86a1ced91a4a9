"use strict";
// Filters, sorts and marks; the page is whole without it.
const all = [...document.querySelectorAll("details.f")];
const list = document.getElementById("findings");
const field = name => document.getElementById(name);
const store = "nalin-marks";
let marks = {};
try { marks = JSON.parse(localStorage.getItem(store)) || {}; } catch { marks = {}; }

document.body.classList.add("scripted");

function shown() { return all.filter(one => !one.hidden); }

function filter() {
  const words = field("words").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rule = field("rule").value, least = Number(field("least").value), seen = field("seen").value;
  for (const one of all) {
    const marked = Boolean(marks[one.id]);
    one.hidden = !(words.every(word => one.dataset.text.includes(word)) &&
      (!rule || one.dataset.rule === rule) && Number(one.dataset.score) >= least &&
      (!seen || (seen === "marked") === marked));
  }
  field("count").textContent = `${shown().length} of ${all.length} shown`;
}

function sort() {
  const key = field("sort").value;
  const by = {
    score: (a, b) => b.dataset.score - a.dataset.score,
    place: () => 0,
    name: (a, b) => a.dataset.name < b.dataset.name ? -1 : Number(a.dataset.name > b.dataset.name),
  }[key];
  const order = (a, b) => by(a, b) || a.dataset.place - b.dataset.place;
  list.append(...[...all].sort(order));
  all.sort(order);
}

function show(one) {
  const mark = marks[one.id] || "";
  one.querySelector(".mark").textContent = mark.replace("_", " ");
  for (const button of one.querySelectorAll("button[data-mark]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mark === mark));
  }
  field("marked").textContent = Object.keys(marks).length;
}

function set(one, mark) {
  if (marks[one.id] === mark) delete marks[one.id]; else marks[one.id] = mark;
  try { localStorage.setItem(store, JSON.stringify(marks)); } catch { /* kept until the page is closed */ }
  show(one);
}

function labels() {
  return all.filter(one => marks[one.id]).map(one => JSON.stringify({
    schema: "label/1", id: one.dataset.id, fingerprint: one.id.slice(2), mark: marks[one.id],
    label: marks[one.id] === "false_alarm" ? 0 : 1, score: Number(one.dataset.exact), path: one.dataset.path,
    cell: Number(one.dataset.cell), line: Number(one.dataset.line), name: one.dataset.exactName,
  }) + "\n").join("");
}

function move(step) {
  const visible = shown(), here = document.activeElement.closest("details.f");
  const next = visible[here ? visible.indexOf(here) + step : 0];
  if (next) { next.querySelector("summary").focus(); next.scrollIntoView({ block: "nearest" }); }
}

const keys = { 1: "right", 2: "wrong_value", 3: "misleading_name", 4: "false_alarm" };
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
  if (event.key === "/") { field("words").focus(); event.preventDefault(); }
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  const here = document.activeElement.closest("details.f");
  if (here && keys[event.key]) set(here, keys[event.key]);
});
list.addEventListener("click", event => {
  const button = event.target.closest("button[data-mark]");
  if (button) set(button.closest("details.f"), button.dataset.mark);
});
for (const name of ["words", "rule", "least", "seen"]) field(name).addEventListener("input", filter);
field("sort").addEventListener("input", sort);
field("export").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([labels()], { type: "application/jsonl" }));
  link.download = "labels.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
});
addEventListener("beforeprint", () => { for (const one of all) one.open = true; });
all.forEach(show);
filter();
