// Run in a page by the tests: every chart that shows, and what of its text is cut or meets other text.
() => [...document.querySelectorAll(".mp-picture")].map((picture) => {
  const shown = [...picture.querySelectorAll(".mp-svg")]
    .filter((svg) => getComputedStyle(svg).display !== "none");
  const frame = picture.getBoundingClientRect();
  const texts = shown.flatMap((svg) => [...svg.querySelectorAll("text")]);
  const pieces = texts.flatMap((text) => {
    const lines = [...text.querySelectorAll(":scope > tspan[dy]")];
    return (lines.length ? lines : [text]).map((one) => ({ says: one.textContent, box: one.getBoundingClientRect() }));
  });
  const cut = pieces.filter(({ box }) => box.left < frame.left - 0.5 || box.right > frame.right + 0.5 ||
    box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5).map((piece) => piece.says);
  const met = [];
  pieces.forEach((one, at) => pieces.slice(at + 1).forEach((other) => {
    const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
    const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
    if (across > 1 && down > 3) met.push(one.says + " / " + other.says);
  }));
  const scale = shown.length ? frame.width / shown[0].viewBox.baseVal.width : 0;
  const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale);
  return {
    unit: picture.closest("figure").id, shown: shown.length, cut, met, smallest: Math.min(...sizes),
    marks: shown.flatMap((svg) => [...svg.querySelectorAll("path, rect, circle")]).length,
    labels: pieces.map((piece) => piece.says.trim()),
    inks: [...new Set(texts.map((text) => getComputedStyle(text).fill))],
  };
})
