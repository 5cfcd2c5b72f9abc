// Asks before the idle session ends, and signs out at its end: nobody's case stays on a screen left alone.
// The server ends the session in any case; this tells of it, and covers what is shown.
"use strict";
(() => {
  const dialog = document.getElementById("desk-idle");
  const [stay, leave] = dialog.querySelectorAll("form");
  const timer = dialog.querySelector("[role=timer]");
  // Shared by the account's tabs: an act in one keeps all, signing out in one ends all.
  const key = `desk-idle-${dialog.dataset.account}`;

  const acted = () => localStorage.setItem(key, Date.now() + dialog.dataset.ends * 1000);

  const tick = () => {
    const ends = Number(localStorage.getItem(key));
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (ends === 0) location.replace(leave.elements.next.value);
    else if (left <= 0) leave.requestSubmit();
    else if (left > dialog.dataset.warns) dialog.close();
    else {
      timer.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (!dialog.open) dialog.showModal();
    }
  };

  const staying = async () => {
    const answer = await fetch(stay.action, { method: "POST", body: new FormData(stay), redirect: "manual" });
    if (answer.status === 204) acted(); else leave.requestSubmit();
    tick();
  };

  stay.addEventListener("submit", (event) => { event.preventDefault(); staying(); });
  // The key that closes a dialog is a sign of life too.
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); staying(); });
  document.addEventListener("submit", (event) => {
    if (event.target.action === leave.action) localStorage.setItem(key, 0);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // What a page asks for by itself is no act.
    if (!event.detail.requestConfig?.headers["X-Unattended"]) acted();
  });
  document.addEventListener("visibilitychange", tick);
  // Going back to a page is an act, also where the browser asks no server for it.
  window.addEventListener("pageshow", (event) => { if (event.persisted) staying(); });
  acted();
  setInterval(tick, 1000);
})();
