/** What a page in front of its reader is: measured in the page, judged by the tests. */
(service) => {
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  const isUnseen = (element) => element.closest(".unseen, .skip") !== null;
  const lineOf = (text) => text.replace(/\s+/g, " ").trim();
  const nameOf = (element) => `${element.tagName.toLowerCase()}.${element.className} "${lineOf(element.textContent).slice(0, 40)}"`;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);

  /** WCAG 2.5.8: a link within a sentence is as high as the line that it stands in. */
  const isInline = (element) => {
    if (element.tagName !== "A") return false;
    const block = element.closest("p, li, dd, td, label");
    return block !== null && /\p{L}/u.test(lineOf(block.textContent).replace(lineOf(element.textContent), ""));
  };
  const boxOf = (element) => (element.closest("label") ?? element).getBoundingClientRect();
  const sizeOf = (element) => {
    const { width, height } = boxOf(element);
    return `${nameOf(element)} is ${Math.round(width)} x ${Math.round(height)}`;
  };
  const isSmall = (element) => {
    const { width, height } = boxOf(element);
    return Math.min(width, height) < 23.5;
  };

  const { documentElement: root } = document;
  const isAside = (element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && (right > innerWidth + 1 || left < -1);
  };
  const targets = all("a[href], button, input, select, textarea, summary").filter((one) => !isUnseen(one));
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const { parentElement: parent } = node;
    const isWritten = parent.closest("script, style, noscript") === null && isShown(parent);
    if (isWritten && lineOf(node.data) !== "") texts.push(lineOf(node.data));
  }
  for (const name of ["alt", "aria-label", "placeholder", "title"]) {
    texts.push(...all(`[${name}]`).map((element) => lineOf(element.getAttribute(name))));
  }
  const headings = all("h1").map((heading) => lineOf(heading.textContent));
  return {
    headings,
    title: document.title,
    wanted: `${headings[0]} | ${service}`,
    language: root.lang,
    width: root.scrollWidth,
    aside: all("body *").filter((one) => !isUnseen(one) && isAside(one)).map(nameOf),
    small: targets.filter((one) => !isInline(one) && isSmall(one)).map(sizeOf),
    low: all(".button").filter((one) => one.getBoundingClientRect().height < 47.5).map(sizeOf),
    texts,
  };
}
