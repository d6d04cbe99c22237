// Starts the explorer once the reader comes near it: until then nothing of it is fetched.
(function () {
  "use strict";

  const main = new URL("explorer/main.js", document.currentScript.src).href;
  const PARAMETERS = ["measure", "by", "department", "store", "from", "to"];
  const FROM_FILE =
    "This page was opened as a file, and a browser lets no file read another. On a web server you " +
    "can choose stores, departments, measure and weeks here; the figure below holds all of them together.";
  const NOT_LOADED = "What lets you choose here could not be loaded. The figure below holds everything together.";

  function begin(section) {
    if (location.protocol === "file:") return giveUp(section, FROM_FILE);
    const asked = new URLSearchParams(location.search);
    if (PARAMETERS.some((name) => asked.has(name))) return load(section);
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      load(section);
    }, { rootMargin: "200px 0px" });
    near.observe(section);
  }

  function load(section) {
    import(main).then((explorer) => explorer.start(section)).catch(() => giveUp(section, NOT_LOADED));
  }

  function giveUp(section, why) {
    const note = section.querySelector(".mp-explorer-note[role=alert]");
    note.textContent = why;
    note.hidden = false;
    section.querySelector("form").hidden = true;
  }

  const start = () => document.querySelectorAll(".mp-explorer").forEach(begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
