// What every widget does with its model and with the figure that Python drew.

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function clamp(value, last) {
  return Math.max(0, Math.min(last, value));
}

export function put(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

// Call `draw` on a change of any of the names, and once now; returns how to stop.
export function whenever(model, names, draw) {
  const events = names.map((name) => "change:" + name);
  events.forEach((event) => model.on(event, draw));
  draw();
  return () => events.forEach((event) => model.off(event, draw));
}

// The render function of a figure that Python may draw anew as a whole: `start` brings a drawing to
// life and returns how to stop. If the focus was inside, it goes to the element `focus` names.
export function redrawn(start, focus) {
  return ({ model, el }) => {
    let stop = start(model, el);
    const again = () => {
      const inside = el.contains(document.activeElement);
      stop();
      el.replaceChildren();
      stop = start(model, el);
      if (focus && inside) el.querySelector(focus).focus();
    };
    model.on("change:markup", again);
    return () => {
      model.off("change:markup", again);
      stop();
    };
  };
}

// Put the drawn figure into a live notebook; on a static page it is there already.
export function adopt(model, el) {
  if (!el.querySelector(".rnnw")) el.innerHTML = model.get("markup");
  const root = el.querySelector(".rnnw");
  root.querySelectorAll("[disabled]").forEach((node) => (node.disabled = false));
  return root;
}
