"use strict";
const all = (selector) => [...document.querySelectorAll(selector)];
const stack = document.getElementById("stack");
const text = document.getElementById("text");
const count = document.getElementById("count");
const entries = all("details.change").map((element) => ({
  element,
  ...element.dataset,
  number: Number(element.dataset.count),
  words: ["summary", ".also"]
    .map((part) => element.querySelector(part)?.textContent ?? "").join(" ").toLowerCase(),
}));
const total = entries.reduce((sum, each) => sum + each.number, 0);
const sections = all("main section");

function chosen(name) {
  return new Set(all(`input[name="${name}"]:checked`).map((box) => box.value));
}

function show() {
  const [actions, risks] = [chosen("action"), chosen("risk")];
  const words = text.value.trim().toLowerCase();
  let shown = 0;
  for (const each of entries) {
    const meant =
      (!stack.value || each.stack === stack.value) &&
      actions.has(each.action) && risks.has(each.risk) && each.words.includes(words);
    each.element.hidden = !meant;
    if (meant) shown += each.number;
  }
  for (const each of sections) each.hidden = !each.querySelector("details:not([hidden])");
  for (const each of all("#tiers button")) {
    each.setAttribute("aria-pressed", String(each.value === stack.value));
  }
  count.value = `${shown} of ${total} changes`;
}

function choose(name) {
  stack.value = stack.value === name ? "" : name;
  show();
}

for (const each of all("#tiers button")) {
  each.addEventListener("click", () => choose(each.value));
  for (const tier of all(`#picture .tier-${CSS.escape(each.value)}`)) {
    tier.addEventListener("click", () => choose(each.value));
  }
}
document.getElementById("filters").addEventListener("input", show);
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("unfold").addEventListener("click", () => {
  const visible = entries.filter((each) => !each.element.hidden);
  const open = visible.some((each) => !each.element.open);
  for (const each of visible) each.element.open = open;
});
show();
