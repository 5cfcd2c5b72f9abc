// Where htmx put a new list in place: says how long it is, and loads the page as a whole where that failed.
"use strict";
(() => {
  const byItself = (event) => Boolean(event.detail.requestConfig?.headers["X-Unattended"]);
  document.addEventListener("htmx:afterSettle", (event) => {
    const said = document.getElementById("found-said");
    const caption = document.querySelector("#found caption");
    if (said && caption && !byItself(event)) said.textContent = caption.textContent;
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      if (!byItself(event)) location.assign(event.detail.pathInfo.finalRequestPath);
    });
  }
})();
