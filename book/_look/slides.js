// Slides: fit what was taken from the pages into the frame, then hand over to reveal.js.
(async () => {
  "use strict";
  const WIDTH = 1280, HEIGHT = 720;
  const deck = document.querySelector(".deck");
  const printing = /print-pdf/.test(location.search);
  const framed = /receiver/.test(location.search); // in the small frames of the speaker's view
  // On a phone the slides stay one below another, as without a script.
  if (!printing && !framed && Math.min(innerWidth, screen.width) < 700) return;

  // What is wider or taller than the frame is shown smaller, as little as needed: first each part
  // by itself until it is no wider, then all parts of the slide until they are no taller.
  function fit(frame) {
    const body = frame.querySelector(".body"), parts = [...body.querySelectorAll(".part")];
    const wide = (e) => e.scrollWidth > e.clientWidth + 1;
    const shrink = (element, name, isLarge) => {
      for (let zoom = 1; zoom > 0.3; zoom -= 0.02) {
        element.style.setProperty(name, zoom.toFixed(2));
        if (!isLarge()) return;
      }
    };
    for (const part of parts)
      shrink(part, "--narrow", () => [part, ...part.querySelectorAll("pre, .math-scroll")].some(wide));
    for (const kind of [".output", ".equation"]) { // of one kind, one size
      const same = parts.filter((part) => part.matches(kind));
      const least = Math.min(...same.map((part) => +part.style.getPropertyValue("--narrow")));
      same.forEach((part) => part.style.setProperty("--narrow", least));
    }
    if (parts.length) shrink(body, "--zoom", () => body.scrollHeight > body.clientHeight + 1);
  }

  // Widgets keep their keys (they stop them from travelling on). Two get out: Escape gives the
  // arrow keys back to the slides, Page Down and Page Up, which clickers send, always turn them.
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.(".rnnw")) return;
    if (event.key === "Escape") event.target.blur();
    else if (event.key === "PageDown") Reveal.next();
    else if (event.key === "PageUp") Reveal.prev();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // A drawing is shown large; its arithmetic comes on request, and the drawing makes room for it.
  function addFold(frame) {
    if (printing || !frame.querySelector(".rnnw :is(.rnnw-paper, .rnnw-gradient-of)")) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "fold", textContent: "Arithmetic" });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const isShown = frame.toggleAttribute("data-all");
      button.setAttribute("aria-expanded", String(isShown));
      fit(frame);
    });
    button.addEventListener("keydown", (event) => { // else the space bar turns the slide
      if (event.key === " " || event.key === "Enter") event.stopPropagation();
    });
    frame.querySelector("h2").after(button);
  }

  // What a reader turns can make a figure taller than it was when it was fitted.
  function fitAgain(event) {
    const body = event.target.closest(".frame .body:has(.rnnw)");
    if (!body) return;
    requestAnimationFrame(() => {
      if (body.scrollHeight > body.clientHeight + 1) fit(body.closest(".frame"));
    });
  }

  function turnLights() {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  }

  // Nothing scrolls in a frame, so boxes that scroll on a page are no stops for the Tab key here.
  for (const box of deck.querySelectorAll(".rnn-figure, .math-scroll, pre")) box.removeAttribute("tabindex");
  for (const widget of deck.querySelectorAll("rnn-widget")) widget.setAttribute("data-prevent-swipe", "");
  document.documentElement.classList.add("measured");
  void deck.offsetHeight; // lays out, which asks for the fonts
  await document.fonts.ready;
  deck.querySelectorAll(".frame").forEach(addFold);
  deck.querySelectorAll(".frame").forEach(fit);
  document.documentElement.classList.remove("measured");
  deck.classList.add("reveal");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  await Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0, center: false, hash: true, controlsTutorial: false, slideNumber: "c/t",
    transition: calm ? "none" : "fade", transitionSpeed: "fast", backgroundTransition: "none",
    defaultTiming: 120, // with it the speaker view shows the pace; each slide says its own seconds
    scrollActivationWidth: null, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    plugins: [RevealNotes],
  });
  for (const kind of ["click", "change"]) deck.addEventListener(kind, fitAgain);
  Reveal.addKeyBinding({ keyCode: 65, key: "A", description: "Arithmetic of a live figure" }, () =>
    Reveal.getCurrentSlide().querySelector(".fold")?.click());
  Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Dark or light" }, turnLights);
  // A figure that scrolls to its step does so when it moves: so each moves on and back when first seen.
  function showStep(slide) {
    for (const root of slide.querySelectorAll("rnn-widget:not([data-seen]) .rnnw:has(.rnnw-scroll)")) {
      root.querySelector("[data-do=next]")?.click();
      root.querySelector("[data-do=back]")?.click();
      root.closest("rnn-widget").dataset.seen = "";
    }
  }
  Reveal.on("slidechanged", ({ currentSlide }) => {
    document.activeElement?.blur();
    showStep(currentSlide);
  });
  if (!printing) showStep(Reveal.getCurrentSlide());
  document.documentElement.dataset.ready = "";
})();
