// Counts down what the server said last.
"use strict";
(() => {
  const show = (element) => {
    const left = Date.parse(element.dataset.due) - Date.now();
    const minutes = Math.floor(Math.abs(left) / 60000);
    const words = left < 0 ? element.dataset.ended : element.dataset.left;
    element.textContent = words
      .replace("{h}", Math.floor(minutes / 60))
      .replace("{m}", String(minutes % 60).padStart(2, "0"));
    element.classList.toggle("custody-ended", left < 0);
  };
  const all = () => document.querySelectorAll("[data-due]").forEach(show);
  document.addEventListener("DOMContentLoaded", all);
  setInterval(all, 15000);
})();
