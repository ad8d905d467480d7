"use strict";
document.documentElement.classList.add("js");

const commentaries = [...document.querySelectorAll(".commentary")];
const yaml = document.getElementById("yaml");
const said = document.getElementById("said");
const states = { left_out: "drop", kept: "keep", title_line: "begin" };
const isDate = /^(\d{4}-\d\d-\d\d|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{1,2}\.\s\p{L}{3,9}\s\d{4})?$/u;

function corrections() {
  const found = [];
  for (const commentary of commentaries) {
    for (const input of commentary.querySelectorAll(".fields input")) {
      const is = input.value.trim();
      const right = input.dataset.field !== "date" || isDate.test(is);
      input.setAttribute("aria-invalid", String(!right));
      input.classList.toggle("changed", is !== input.dataset.was);
      if (right && is !== input.dataset.was)
        found.push({ commentary: commentary.dataset.id, field: input.dataset.field, was: input.dataset.was, is });
    }
    for (const row of commentary.querySelectorAll(".row")) {
      const pressed = row.querySelector("[aria-pressed='true']");
      for (const [field, state] of Object.entries(states)) row.classList.toggle(state, pressed?.dataset.field === field);
      row.classList.toggle("changed", Boolean(pressed));
      if (pressed) found.push({ commentary: commentary.dataset.id, field: pressed.dataset.field, was: row.dataset.was });
    }
  }
  return found;
}

function show() {
  const found = corrections();
  // a JSON string is one of YAML as well
  yaml.value = found
    .map((one) => Object.entries(one).map(([key, value], n) => `${n ? "  " : "- "}${key}: ${JSON.stringify(value)}\n`).join(""))
    .join("");
  yaml.rows = Math.min(20, Math.max(6, found.length * 4));
  for (const button of [document.getElementById("copy"), document.getElementById("save")]) button.disabled = !found.length;
  said.textContent = found.length === 1 ? "1 Korrektur." : found.length ? `${found.length} Korrekturen.` : "Noch keine.";
}

function count() {
  const seen = commentaries.filter((one) => one.querySelector(".done").checked);
  for (const one of commentaries) one.classList.toggle("seen", seen.includes(one));
  document.querySelector(".banner .seen").textContent = seen.length ? `${seen.length} von ${commentaries.length} durchgesehen` : "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".do button");
  if (!button) return;
  const press = button.getAttribute("aria-pressed") !== "true";
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(press && other === button));
  show();
});
document.addEventListener("input", (event) => (event.target.matches(".done") ? count() : show()));
document.getElementById("copy").addEventListener("click", async () => {
  yaml.select();
  try {
    await navigator.clipboard.writeText(yaml.value);
  } catch {
    document.execCommand("copy");
  }
  said.textContent = "Kopiert.";
});
document.getElementById("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([yaml.value], { type: "text/yaml" }));
  link.download = "corrections.yaml";
  link.click();
  URL.revokeObjectURL(link.href);
});
window.addEventListener("pageshow", () => { show(); count(); });
