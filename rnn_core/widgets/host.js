// The static page's stand-in for a Jupyter model, and the start of every figure on the page.
class Model {
  constructor(state) {
    this.state = state;
    this.listeners = {};
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    (this.listeners["change:" + name] || []).forEach((call) => call());
  }
  on(event, call) {
    (this.listeners[event] = this.listeners[event] || []).push(call);
  }
  off(event, call) {
    this.listeners[event] = (this.listeners[event] || []).filter((other) => other !== call);
  }
  save_changes() {}
}

function start() {
  for (const el of document.querySelectorAll("rnn-widget:not([data-ready])")) {
    const widget = widgets[el.getAttribute("kind")];
    if (!widget) continue;
    const state = JSON.parse(el.querySelector('script[type="application/json"]').textContent);
    widget.render({ model: new Model(state), el });
    el.dataset.ready = "";
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
