"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const $$ = (selector) => [...document.querySelectorAll(selector)];
  const trace = JSON.parse($("#trace").textContent);
  const view = JSON.parse($("#view").textContent);
  const quiet = new Set(view.quiet);
  const rows = $$(".row[data-step]");
  const sources = new Map((trace.sources || []).map((one) => [`${one.file}:${one.line}`, one.text]));
  const objects = trace.objects.map((one) => one.id);
  const kinds = new Map(trace.objects.map((one) => [one.id, one.kind]));
  let now = 0;

  const make = (tag, text = "", name = "") => {
    const node = document.createElement(tag);
    node.textContent = text;
    if (name) node.className = name;
    return node;
  };

  /* Every field that a step changes, with its value after step n. */
  const fields = new Map();
  for (const step of trace.steps) {
    for (const change of step.changes || []) {
      const key = `${change.object}\n${change.field}`;
      if (!fields.has(key)) {
        fields.set(key, { object: change.object, field: change.field, kind: change.kind || "data", first: change.old, at: [] });
      }
      fields.get(key).at.push([step.n, change.old, change.new]);
    }
  }
  const order = (field) => {
    const place = view.bands.indexOf(field.object);
    return place < 0 ? view.bands.length + objects.indexOf(field.object) : place;
  };
  const sorted = [...fields.values()].sort((a, b) => order(a) - order(b));
  const plain = (field) => field.kind === "data";

  const valueAt = (field, n) => {
    let value = field.first, before = null;
    for (const [step, from, to] of field.at) {
      if (step > n) break;
      value = to;
      before = step === n ? from : null;
    }
    return [value, before];
  };
  const textGone = (module, n) => {
    const field = fields.get(`${module}\ntext`);
    return !!field && valueAt(field, n)[0] === "gone";
  };

  const frameOf = (task, n) => {
    if (n >= view.end) {
      const wait = (trace.waits || []).find((one) => one.task === task);
      if (wait) return wait.frame;
      if (trace.violated.task === task && trace.violated.frame >= 0) return trace.violated.frame;
    }
    let frame = -1;
    for (const step of trace.steps) {
      if (step.n > n) break;
      if (step.task === task) frame = step.lands;
    }
    return frame;
  };
  const stackOf = (frame) => {
    const stack = [];
    for (; frame >= 0; frame = trace.frames[frame].up) {
      if (!quiet.has(frame)) stack.push(trace.frames[frame]);
    }
    return stack;
  };

  /* delete_module() takes the base reference of a module that nobody uses; views count from there. */
  const words = (field, value) => (value === "-1" && kinds.get(field.object) === "module" ? "0, base taken" : value);
  const fieldRows = (table, wanted, n) => {
    table.replaceChildren();
    let last = "";
    for (const field of wanted) {
      const [value, before] = valueAt(field, n);
      const row = make("tr", "", before === null ? "" : "changed");
      const name = field.field === field.object ? "" : field.field;
      row.append(make("td", field.object === last ? "" : field.object), make("td", name),
        make("td", before === null ? words(field, value) : `${words(field, before)} → ${words(field, value)}`, /^(gone|freed)$/.test(value) ? "dead" : ""));
      last = field.object;
      table.append(row);
    }
  };

  const drawState = (n) => {
    const [main, rest] = [sorted.filter((one) => !plain(one)), sorted.filter(plain)];
    const [first, second] = $$("#state table");
    $("#state h2").textContent = n >= view.end ? "State at the error" : n ? `State after step ${n}` : "State at the start";
    fieldRows(first, main, n);
    fieldRows(second, rest, n);
    drawInside(n);
    $("#state details").hidden = !rest.length;
    $("#state details").open ||= !main.length;
    $("#state summary").textContent = `${rest.length} other fields`;
  };

  const drawInside = (n) => {
    const inside = new Map();
    for (const task of trace.tasks) {
      for (const frame of stackOf(frameOf(task.id, n))) {
        if (frame.module) inside.set(`${frame.module}\n${task.name}`, (inside.get(`${frame.module}\n${task.name}`) || 0) + 1);
      }
    }
    for (const [key, count] of [...inside].sort()) {
      const [module, task] = key.split("\n");
      const row = make("tr");
      row.append(make("td", module), make("td", "frames"), make("td", `${task}: ${count}`, textGone(module, n) ? "dead" : ""));
      $("#state table").append(row);
    }
  };

  const drawStacks = (n, running) => {
    const box = $("#stacks div");
    box.replaceChildren();
    const first = trace.tasks.filter((task) => task.id === running);
    for (const task of [...first, ...trace.tasks.filter((task) => task.id !== running)]) {
      const stack = stackOf(frameOf(task.id, n));
      const wait = n >= view.end && (trace.waits || []).find((one) => one.task === task.id);
      if (!stack.length && !wait && task.id !== running) continue;
      const part = make("section");
      part.append(make("b", task.comm && task.comm !== task.name ? `${task.name} (${task.comm})` : task.name, task.id === running ? "runs" : ""));
      const list = make("ol");
      for (const frame of stack) {
        const gone = frame.module && textGone(frame.module, n);
        const item = make("li", frame.function + "() ", `m${view.hues[frame.module || ""]}${gone ? " gone" : ""}`);
        if (frame.module) item.append(make("small", gone ? `${frame.module}.ko: text gone` : `${frame.module}.ko`));
        list.append(item);
      }
      part.append(list);
      if (wait) part.append(make("p", `waits for ${wait.what}${wait.holder >= 0 ? `, which ${trace.tasks[wait.holder].name} ${wait.how || "holds"}` : ""}`));
      box.append(part);
    }
  };

  /* Where the code under test called into the modelled kernel, if the step is there. */
  const ownPlace = (place, frame) => {
    let here = place;
    for (; here && here.file.startsWith("lastput/") && frame >= 0; frame = trace.frames[frame].up) {
      here = trace.frames[frame].call || null;
    }
    return here && !here.file.startsWith("lastput/") ? here : place;
  };

  /* Tabs of 4, as in the causes. */
  const narrow = (text) => text.replace(/\t/g, "        ").replace(/^ +/, (blanks) => " ".repeat(Math.floor(blanks.length / 8) * 4 + blanks.length % 8));
  const drawSource = (inner, frame) => {
    const place = inner && ownPlace(inner, frame);
    const box = $("#here pre");
    box.replaceChildren();
    $("#here").hidden = !place;
    if (!place) return;
    const near = [];
    for (let line = place.line - 3; line <= place.line + 3; line++) {
      const text = sources.get(`${place.file}:${line}`);
      if (text !== undefined) near.push([line, narrow(text)]);
    }
    const blanks = (text) => text.search(/\S|$/);
    const indent = Math.min(...near.filter(([, text]) => text.trim() && text[0] !== "#").map(([, text]) => blanks(text)));
    for (const [line, whole] of near) {
      const text = whole.slice(Math.min(indent, blanks(whole)));
      const row = make("span", "", line === place.line ? "here" : "near");
      row.append(make("i", String(line).padStart(4)), text);
      box.append(row);
    }
    $("#here .place").textContent = `${place.file}:${place.line}` + (inner !== place ? `, in ${inner.file}:${inner.line}` : "");
  };

  const describe = (n) => {
    if (n >= view.end && view.end > trace.steps.length) return trace.headline;
    const step = trace.steps[n - 1];
    if (!step) return "Before the first step.";
    const frame = step.frame >= 0 ? trace.frames[step.frame] : null;
    const cause = step.cause ? `(${step.cause}) ${trace.causes[step.cause - 1]}: ` : "";
    return `${cause}${trace.tasks[step.task].name}: ${step.op || "…"}${frame ? ` in ${frame.function}()` : ""}`;
  };

  const go = (n, move = true) => {
    now = Math.max(0, Math.min(view.end, n));
    const step = trace.steps[now - 1];
    const atError = now >= view.end && view.end > trace.steps.length;
    let current = -1;
    rows.forEach((row, index) => {
      const at = Number(row.dataset.step);
      row.classList.toggle("future", at > now);
      if (at <= now && row.offsetParent !== null) current = Math.max(current, at);
    });
    for (const node of [...rows, ...$$(".causes article, .budget tr[data-step]")]) {
      const at = Number(node.dataset.step);
      node.classList.toggle("now", node.classList.contains("row") ? at === current && now > 0 : at === now);
    }
    $("#where").textContent = atError ? "the error" : `step ${now} of ${trace.steps.length}`;
    $("#what").textContent = describe(now);
    drawSource(atError ? trace.violated.place || null : step ? step.place : null,
      atError ? trace.violated.frame ?? -1 : step ? step.frame : -1);
    drawState(now);
    drawStacks(now, atError ? trace.violated.task : step ? step.task : -1);
    if (move) {
      history.replaceState(null, "", `#step=${now}`);
      const row = rows.filter((one) => one.classList.contains("now")).pop();
      if (row) row.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };

  /* The positions at which j and k stop: those of the rows that are shown. */
  const stops = () => [...new Set([0, ...rows.filter((row) => row.offsetParent !== null).map((row) => Number(row.dataset.step)), view.end])].sort((a, b) => a - b);
  const next = (list) => list.find((n) => n > now) ?? now;
  const previous = (list) => list.filter((n) => n < now).pop() ?? now;
  const moves = {
    "first": () => go(0), "last": () => go(view.end), "+": () => go(next(stops())), "-": () => go(previous(stops())),
    "cause+": () => go(next([...view.causes].sort((a, b) => a - b))), "cause-": () => go(previous([...view.causes].sort((a, b) => a - b))),
  };
  const showAll = () => { document.body.classList.toggle("all"); go(now); };
  const turn = () => {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  };
  const copy = async () => {
    const text = $("#commit").content.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    $("#ascii").textContent = "copied";
    setTimeout(() => { $("#ascii").textContent = "copy as ASCII"; }, 1500);
  };
  const keys = {
    j: moves["+"], ArrowDown: moves["+"], ArrowRight: moves["+"], k: moves["-"], ArrowUp: moves["-"], ArrowLeft: moves["-"],
    n: moves["cause+"], p: moves["cause-"], Home: moves.first, End: moves.last, a: showAll, t: turn, c: copy,
  };

  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-go]");
    if (button) return moves[button.dataset.go]();
    const node = event.target.closest("[data-step]");
    if (node && !String(getSelection())) go(Number(node.dataset.step));
  });
  $("#ascii").addEventListener("click", copy);
  $("#all").addEventListener("click", showAll);
  $("#theme").addEventListener("click", turn);

  const fromFragment = () => {
    const match = /^#step=(\d+)$/.exec(location.hash);
    return match ? Number(match[1]) : null;
  };
  addEventListener("hashchange", () => { const n = fromFragment(); if (n !== null && n !== now) go(n); });
  const asked = fromFragment();
  go(asked ?? view.end, asked !== null);
})();
