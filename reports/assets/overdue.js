// Says at the head of the page that its next update is overdue, by the reader's own clock.
(function () {
  "use strict";

  const say = () => {
    const note = document.getElementById("release");
    const from = note ? Date.parse(note.dataset.overdueFrom) : NaN;
    if (!(Date.now() >= from) || document.getElementById("overdue")) return;
    const due = note.querySelector('time[datetime="' + note.dataset.nextUpdate + '"]');
    const said = document.createElement("p");
    said.id = "overdue";
    said.className = "mp-notice";
    said.setAttribute("role", "status");
    said.append("The next update was due on ", due.cloneNode(true), " and has not come: ");
    said.append("this page may be out of date.");
    document.getElementById("title-block-header").after(said);
  };

  // A page may lie open for days.
  document.addEventListener("visibilitychange", say);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", say);
  else say();
})();
