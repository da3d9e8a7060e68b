// Self-checks: says of a given answer what the folded list below the question says of it.
// Nothing is stored and nothing is sent.
(() => {
  const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

  /** Read a number as people write it: 1,500 and 0,5 and −2 and 3e-4. */
  const read = (text) => {
    let plain = text.replace(/\s/g, "").replace("−", "-");
    plain = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain)
      ? plain.replaceAll(",", "")
      : plain.replace(",", ".");
    return NUMBER.test(plain) ? Number(plain) : NaN;
  };

  /** Return the rows of the list that an answer calls for, and whether it is right. */
  const judge = (item, inputs, rows) => {
    if (item.dataset.kind === "number") {
      const value = read(inputs[0].value), within = Number(item.dataset.tolerance);
      if (Number.isNaN(value)) return { ask: "Write a number, such as 0.25." };
      const near = (row) => Math.abs(value - Number(row.dataset.value)) <= within * (1 + 1e-9);
      const row = rows.find(near) ?? rows.at(-1);
      return { right: row.dataset.right === "true", rows: [row] };
    }
    const chosen = rows.filter((_, n) => inputs[n].checked);
    if (!chosen.length) return { ask: "Choose an answer first." };
    const wrong = chosen.filter((row) => row.dataset.right !== "true");
    const missing = rows.filter((row) => row.dataset.right === "true").length -
      (chosen.length - wrong.length);
    const more = item.dataset.kind === "several" && !wrong.length && missing > 0;
    return { right: !wrong.length && !missing, rows: chosen, more };
  };

  for (const item of document.querySelectorAll(".self-check > fieldset")) {
    const inputs = [...item.querySelectorAll("input")], button = item.querySelector("button");
    const rows = [...item.querySelectorAll(".check-answers li")];
    const said = item.querySelector("[role=status]");
    const answer = () => {
      const { ask, right, rows: called = [], more } = judge(item, inputs, rows);
      const verdict = document.createElement("p");
      verdict.textContent = ask ?? (right ? "Right." : more ? "Not all yet." : "Not yet.");
      const list = document.createElement("ul");
      for (const row of called) list.append(row.cloneNode(true));
      said.className = `check-said ${ask ? "" : right ? "check-right" : "check-wrong"}`;
      said.replaceChildren(verdict, ...(called.length ? [list] : []));
    };
    button.hidden = false;
    button.addEventListener("click", answer);
    for (const input of inputs) {
      input.addEventListener("keydown", (event) => event.key === "Enter" && answer());
      input.addEventListener("input", () => said.replaceChildren());
    }
  }
})();
