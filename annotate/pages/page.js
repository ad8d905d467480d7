"use strict";
document.documentElement.classList.add("js");

let closeOpened = () => {}; // one panel at a time on the whole page
const narrow = window.matchMedia("(max-width: 62rem)");

const WORD = /([\p{L}\p{N}_]+)/gu;

// what would recur in the panel of each sentence: itself, bars of what stands there in words, and questions
function complete(detail, text, name) {
  if (detail.querySelector("blockquote")) return;
  const quoted = [...detail.querySelectorAll(".reasons q:not(.elsewhere)")].map((q) => q.textContent);
  const named = new Set(quoted.join(" ").match(WORD));
  const parts = text.split(WORD).map((part) => (named.has(part) ? made("em", part) : part));
  const heading = made("h3", name);
  heading.tabIndex = -1;
  detail.prepend(heading, made("blockquote", ...parts));
  for (const said of detail.querySelectorAll("p.scores")) said.replaceWith(bars(said));
  const questions = document.querySelectorAll(".legend h4"); // in the order of the codebook
  for (const rest of detail.querySelectorAll("[data-targets]")) {
    const list = made("ul");
    for (const n of rest.dataset.targets.split(" ")) list.append(made("li", questions[n].textContent));
    rest.append(list);
  }
}

function bars(said) {
  const list = made("ul");
  list.className = "scores";
  const given = (said.dataset.given ?? "0").split(" ");
  const lines = (said.dataset.at ?? "").split(" ");
  const scores = said.textContent.matchAll(/(.+?) ([<>]?\xa0?(\d+)\xa0%)(?: · |$)/gs); // "Ja 87 % · Nein < 1 %"
  for (const [n, [, label, percent, number]] of [...scores].entries()) {
    const width = percent.startsWith("<") ? 0 : percent.startsWith(">") ? 100 : number;
    const bar = draw("svg", { class: "bar", "aria-hidden": "true" });
    bar.append(draw("rect", { width: `${width}%` }));
    const at = lines[Math.min(n, lines.length - 1)];
    if (at) bar.append(draw("line", { x1: `${at}%`, x2: `${at}%`, y2: "100%" }));
    const row = made("li", label, bar, made("span", percent));
    if (given.includes(String(n))) row.className = "given";
    list.append(row);
  }
  return list;
}

function made(name, ...parts) {
  const element = document.createElement(name);
  element.append(...parts);
  return element;
}

function draw(name, attributes) {
  const element = document.createElementNS(document.querySelector("svg").namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

for (const piece of document.querySelectorAll("article.piece")) {
  const sentences = [...piece.querySelectorAll(".text .s")].sort((a, b) => a.dataset.n - b.dataset.n);
  const segments = [...piece.querySelectorAll(".strip rect")];
  const panel = piece.querySelector(".panel");
  const overview = piece.querySelector(".overview");
  const filters = new Map(); // group → the filters pressed in it
  let opened = null;

  for (const sentence of sentences) {
    const button = sentence.querySelector(".open");
    const words = made("span", ` Satz ${sentence.dataset.n}: Codes zeigen`);
    words.className = "vh";
    button.append(words);
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", panel.id);
  }
  if (narrow.matches) piece.querySelector(".filters").open = false;

  function look(key) {
    for (const sentence of sentences) {
      let tone = null;
      for (const sign of sentence.querySelectorAll(".sign")) {
        sign.hidden = sign.dataset.lens !== key;
        if (!sign.hidden) tone = sign.dataset.tone;
      }
      paint(sentence, tone);
    }
    for (const segment of segments) {
      const sentence = sentences.find((s) => s.dataset.n === segment.dataset.n);
      paint(segment, sentence ? sentence.dataset.tone : null);
    }
  }

  function paint(element, tone) {
    if (tone) element.dataset.tone = tone;
    else delete element.dataset.tone;
  }

  function open(sentence, takeFocus) {
    closeOpened();
    closeOpened = () => close(false);
    opened = sentence;
    sentence.classList.add("shown");
    sentence.querySelector(".open").setAttribute("aria-expanded", "true");
    for (const detail of panel.querySelectorAll(".detail")) {
      detail.hidden = detail.dataset.n !== sentence.dataset.n;
      if (detail.hidden) continue;
      const name = `Satz ${sentence.dataset.n} von ${sentences.length}`;
      complete(detail, sentence.querySelector(".t").textContent, name);
    }
    panel.hidden = false;
    overview.hidden = !narrow.matches;
    panel.scrollTop = 0;
    panel.parentElement.scrollTop = 0;
    for (const step of panel.querySelectorAll(".step")) step.disabled = !neighbour(Number(step.dataset.step));
    if (takeFocus) panel.querySelector(".detail:not([hidden]) h3").focus({ preventScroll: true });
    keepInView(sentence);
  }

  function close(returnFocus) {
    if (!opened) return;
    const button = opened.querySelector(".open");
    button.setAttribute("aria-expanded", "false");
    opened.classList.remove("shown");
    panel.hidden = true;
    overview.hidden = false;
    opened = null;
    if (returnFocus) button.focus({ preventScroll: true });
  }

  function neighbour(step) {
    return sentences[sentences.indexOf(opened) + step];
  }

  function keepInView(sentence) {
    const box = sentence.getBoundingClientRect();
    const bottom = narrow.matches ? window.innerHeight * 0.36 : window.innerHeight - 40;
    if (box.top < 60 || box.bottom > bottom) {
      window.scrollBy({ top: box.top - Math.min(120, window.innerHeight * 0.15) });
    }
  }

  function filter(button) {
    const token = button.dataset.filter;
    const group = token.slice(0, token.lastIndexOf("."));
    const pressed = filters.get(group) || new Set();
    if (!pressed.delete(token)) pressed.add(token);
    if (pressed.size) filters.set(group, pressed);
    else filters.delete(group);
    button.setAttribute("aria-pressed", String(pressed.has(token)));
    const lens = piece.querySelector(`.lenses input[value="${CSS.escape(group)}"]`);
    if (lens && pressed.has(token) && group.includes(".")) {
      lens.checked = true;
      look(group);
    }
    showHits();
  }

  function showHits() {
    let hits = 0;
    for (const sentence of sentences) {
      const tokens = sentence.dataset.c.split(" ");
      const hit = [...filters.values()].every((wanted) => tokens.some((token) => wanted.has(token)));
      sentence.classList.toggle("hit", hit && filters.size > 0);
      if (hit) hits += 1;
    }
    piece.classList.toggle("filtering", filters.size > 0);
    const matches = piece.querySelector(".matches");
    matches.textContent = filters.size ? `${hits} von ${sentences.length} Sätzen hervorgehoben` : "";
    if (filters.size) {
      const clear = document.createElement("button");
      clear.type = "button";
      clear.textContent = "Filter aufheben";
      clear.addEventListener("click", clearFilters);
      matches.append(clear);
    }
  }

  function clearFilters() {
    filters.clear();
    for (const button of piece.querySelectorAll("[data-filter]")) button.setAttribute("aria-pressed", "false");
    showHits();
  }

  piece.addEventListener("change", (event) => {
    if (event.target.matches(".lenses input")) look(event.target.value);
  });

  piece.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.dataset.filter) return filter(button);
    if (button && button.matches(".close")) return close(true);
    if (button && button.matches(".step")) {
      const next = neighbour(Number(button.dataset.step));
      if (next) open(next, false);
      return undefined;
    }
    const segment = event.target.closest(".strip rect");
    if (segment) {
      const sentence = sentences.find((s) => s.dataset.n === segment.dataset.n);
      return sentence && sentence.scrollIntoView({ block: "center" });
    }
    const sentence = event.target.closest(".text .s");
    if (!sentence || String(window.getSelection())) return undefined;
    // a key press on the button comes as a click without a pointer: then the panel takes the focus
    return sentence === opened ? close(true) : open(sentence, event.detail === 0);
  });

  piece.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
  });

  if ("IntersectionObserver" in window) {
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const segment = segments.find((s) => s.dataset.n === entry.target.dataset.n);
        if (segment) segment.classList.toggle("seen", entry.isIntersecting);
      }
      piece.classList.toggle("scrolled", segments.some((s) => s.classList.contains("seen")));
    });
    for (const sentence of sentences) watcher.observe(sentence);
  }

  // where the browser remembers a choice after a reload, the text must show it
  const remembered = piece.querySelector(".lenses input:checked");
  if (remembered) look(remembered.value);
}

// the two versions of the texts are one place: who switches stays at the sentence being read
const switched = document.querySelector("#nur-geprueftes");
if (switched) {
  const shown = (name) => [...document.querySelectorAll(`.${name} .text .s`)];
  let reading = -1;
  const mark = () => {
    const here = shown(switched.checked ? "people" : "both");
    reading = here.findIndex((s) => s.getBoundingClientRect().bottom > 60);
    if (reading === 0 && here[0].getBoundingClientRect().top > window.innerHeight) reading = -1;
  };
  addEventListener("scroll", mark, { passive: true });
  switched.addEventListener("change", () => {
    closeOpened();
    const there = shown(switched.checked ? "people" : "both")[reading];
    if (reading > 0 && there) there.scrollIntoView({ block: "start", behavior: "instant" });
  });
}

// what is folded on the screen is open on paper
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")].filter(
    (details) => !details.closest(".panel, .lenses"),
  );
  for (const details of unfolded) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});
