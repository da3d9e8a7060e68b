// What can be asked of any figure on a page; probes.py asks it.
(() => {
  const CONTROLS = "button, input, select";

  // Where the figure differs from markup. What a control stands at is compared as the browser holds
  // it, not as the attribute says; custom properties are compared as numbers. With a kernel a
  // slider is `free` to have more places than Python draws.
  function differences(root, markup, free) {
    const template = document.createElement("template"), found = [];
    template.innerHTML = markup;
    const held = { INPUT: ["disabled", "checked", "value"], OPTION: ["disabled", "selected"] };
    const loose = (node) => free && node.getAttribute("type") === "range";
    const attributes = (node) => {
      const skip = [...(held[node.nodeName] ?? ["disabled"]), ...(loose(node) ? ["max"] : [])];
      const map = {};
      for (const { name, value } of node.attributes)
        if (![...skip, "style"].includes(name) && (value || name !== "class")) map[name] = value;
      for (const name of node.style ?? []) map["style " + name] = node.style.getPropertyValue(name);
      return map;
    };
    const near = (a, b) => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b)); // px, or shares
    const same = (name, a, b) => a === b || (name.startsWith("style ") && a?.trim() === b?.trim())
      || (name.startsWith("style --") && near(a, b));
    const kids = (node) => [...node.childNodes].filter((n) => n.nodeType === 1 || n.data?.trim());
    const say = (where, what, is, drawn) =>
      found.length < 8 && found.push(`${where}: ${what} is ${is}, Python draws ${drawn}`);
    const walk = (a, b, above) => {
      const where = `${above} ${a.nodeName}${a.className?.baseVal ?? a.className ?? ""}`.slice(-90);
      if (a.nodeName !== b.nodeName) return say(where, "node", a.nodeName, b.nodeName);
      if (a.nodeType === 3) return a.data === b.data || say(where, "text", a.data, b.data);
      const [is, drawn] = [attributes(a), attributes(b)];
      for (const name of new Set([...Object.keys(is), ...Object.keys(drawn)]))
        if (!same(name, is[name], drawn[name])) say(where, name, is[name], drawn[name]);
      for (const name of (held[a.nodeName] ?? []).slice(1))
        if (a[name] !== b[name] && !loose(a)) say(where, name, a[name], b[name]);
      const [inner, other] = [kids(a), kids(b)];
      // With JavaScript on, a page holds the inside of <noscript> as text.
      if (a.nodeName === "NOSCRIPT")
        return a.textContent === b.textContent || say(where, "text", a.textContent, b.textContent);
      if (inner.length !== other.length) return say(where, "children", inner.length, other.length);
      inner.forEach((node, k) => walk(node, other[k], where));
    };
    walk(root, template.content.firstElementChild, "");
    return found;
  }

  // Where everything lies on the page.
  function boxes(root) {
    const nodes = [...root.querySelectorAll("*")].filter((node) => !node.closest("noscript"));
    return nodes.map((node) => {
      const box = node.getBoundingClientRect();
      const place = [box.x, box.y + scrollY, box.width, box.height].map((n) => n.toFixed(1));
      return `${node.nodeName} ${place}`;
    });
  }

  // What looks otherwise when the page has only this style sheet.
  function touched(root, sheet) {
    const nodes = [root, ...root.querySelectorAll("*")], found = new Set();
    const looks = () => nodes.map((node) => {
      const style = getComputedStyle(node);
      return [...style].filter((name) => !name.startsWith("--"))
        .map((name) => [name, style.getPropertyValue(name)]);
    });
    const among = looks();
    document.querySelector("link[rel=stylesheet]").remove();
    document.head.append(Object.assign(document.createElement("style"), { textContent: sheet }));
    looks().forEach((alone, k) => alone.forEach(([name, value], i) => {
      const before = among[k][i][1];
      const what = `${nodes[k].nodeName} ${nodes[k].getAttribute("class") ?? ""}`;
      if (value !== before) found.add(`${what}: ${name} is ${before}, alone ${value}`);
    }));
    return [...found].slice(0, 20);
  }

  // Every visible text: its size on the screen, and its contrast with what is painted under it.
  function texts(root) {
    const numbers = (colour) => {
      const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
      return { rgb: colour.startsWith("color(") ? [r * 255, g * 255, b * 255] : [r, g, b], a };
    };
    const over = (top, alpha, under) => under.map((v, k) => top[k] * alpha + v * (1 - alpha));
    const faded = (e) => {
      let alpha = 1;
      for (; e && e !== document.body; e = e.parentElement) alpha *= getComputedStyle(e).opacity;
      return alpha;
    };
    const curve = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = (rgb) => {
      const [r, g, b] = rgb.map((c) => curve(c / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paint = (e) => {  // what an element puts behind a text
      const style = getComputedStyle(e);
      const svg = e instanceof SVGElement && e.nodeName !== "svg";
      if (svg && (e.nodeName === "text" || e.nodeName === "tspan")) return null;
      const colour = svg ? style.fill : style.backgroundColor;
      if (!/^(rgb|color)/.test(colour)) return null;
      const { rgb, a } = numbers(colour);
      return { rgb, alpha: a * faded(e) * (svg ? style.fillOpacity : 1) };
    };
    const found = [], walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode.parentElement, range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      const box = range.getBoundingClientRect(), style = getComputedStyle(node);
      const hidden = !walk.currentNode.data.trim() || !box.width || style.visibility === "hidden";
      if (hidden || node.closest("noscript, title, option, .rnnw-aloud")) continue;
      const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const place = stack.indexOf(node);
      const under = stack.slice(Math.max(place, 0)).map(paint).filter(Boolean).reverse();
      const ground = under.reduce((g, p) => over(p.rgb, p.alpha, g), [255, 255, 255]);
      const svg = node instanceof SVGElement;
      const ink = numbers(svg ? style.fill : style.color);
      const seen = over(ink.rgb, ink.a * faded(node) * (svg ? style.fillOpacity : 1), ground);
      const [a, b] = [light(seen), light(ground)].sort((x, y) => y - x);
      const scale = svg ? node.getScreenCTM().a : 1;
      found.push({
        text: walk.currentNode.data.trim(),
        size: parseFloat(style.fontSize) * scale,
        contrast: (a + 0.05) / (b + 0.05),
      });
    }
    return found;
  }

  // What has the focus: its place among the controls, and whether the focus can be seen.
  function focused(root) {
    const e = document.activeElement;
    if (!root.contains(e)) return null;
    const shown = (x) => {
      const style = getComputedStyle(x);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && style.opacity > 0 && x.getBoundingClientRect().width > 4;
    };
    return {
      place: [...root.querySelectorAll(CONTROLS)].indexOf(e),
      html: e.outerHTML.slice(0, 120),
      seen: shown(e) || shown(e.parentElement),
    };
  }

  // The fastest of 30 moves of each control, in ms, until the layout stands again.
  function fastest(root) {
    const fastest = {};
    const moved = (node, k) => {
      if (node.type === "range") {
        const [min, max] = [+node.min, +node.max];
        node.value = min + ((k * 7 + 1) % (max - min + 1));
      } else if (node.nodeName === "SELECT") node.selectedIndex = k % node.options.length;
      else return node.click();
      for (const name of ["input", "change"])
        node.dispatchEvent(new Event(name, { bubbles: true }));
    };
    for (const node of root.querySelectorAll(CONTROLS)) {
      if (node.dataset.do === "play") continue;
      const radio = node.type === "radio";
      const peers = radio ? [...root.querySelectorAll(`[name="${node.name}"]`)] : [node];
      const times = [];
      for (let k = 0; k < 30; k++) {
        const start = performance.now();
        moved(peers[k % peers.length], k);
        root.getBoundingClientRect();
        times.push(performance.now() - start);
      }
      fastest[node.outerHTML.slice(0, 80)] = Math.min(...times);
    }
    return fastest;
  }

  // What does not fit into its box and is cut off there.
  function cut(root) {
    const cutting = (node) => getComputedStyle(node).overflowX === "hidden"
      && node.scrollWidth > node.clientWidth + 1 && !node.matches(".rnnw-aloud");
    return [...root.querySelectorAll("*")].filter(cutting).map((e) => e.outerHTML.slice(0, 80));
  }

  // What has a transition or an animation.
  function moving(root) {
    const long = (durations) => durations.split(",").some((text) => parseFloat(text) > 0.01);
    const moves = (style) => long(style.transitionDuration)
      || (style.animationName !== "none" && long(style.animationDuration));
    const nodes = [...root.querySelectorAll("*")];
    const parts = [null, "::before", "::after"];
    const found = nodes.filter((e) => parts.some((part) => moves(getComputedStyle(e, part))));
    return found.map((node) => node.outerHTML.slice(0, 80));
  }

  return { boxes, cut, differences, fastest, focused, moving, texts, touched };
})()
