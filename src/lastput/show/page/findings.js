"use strict";
(() => {
  const cards = [...document.querySelectorAll(".finding")];
  const current = () => cards.findIndex((card) => `#${card.id}` === location.hash);
  const go = (to) => {
    const card = cards[Math.max(0, Math.min(cards.length - 1, to))];
    if (!card) return;
    location.hash = card.id;
    card.focus({ preventScroll: true });
  };
  const turn = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  };
  const copy = async () => {
    const card = cards[Math.max(current(), 0)];
    if (!card) return;
    const text = card.querySelector(".ascii").textContent;
    const said = document.querySelector("#said");
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "copied";
    } catch {
      /* Without the right to the clipboard, the text is there to be selected. */
      card.querySelector("details").open = true;
      getSelection().selectAllChildren(card.querySelector(".ascii"));
      said.textContent = "selected";
    }
  };
  const keys = { j: () => go(current() + 1), k: () => go(current() - 1), t: turn, c: copy };
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  document.querySelector("#theme").addEventListener("click", turn);
})();
