"use strict";
(async () => {
  const packed = Uint8Array.from(atob(document.querySelector("#data").textContent), (one) => one.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { tree, rules, cards } = await new Response(stream).json();

  /* -- making elements: text is text, whatever it holds */
  const make = (name, given = {}, ...inside) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (value === false || value === null || value === "") continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...inside.flat(Infinity).filter((one) => one !== null && one !== ""));
    return node;
  };
  const $ = (name) => document.querySelector(name);

  /* -- what one can ask */
  const level = { high: 0, medium: 1, low: 2, "": 3 };
  const whose = { device: "a device or a peer", user: "a process", plug: "plug and unplug", power: "suspend, resume", root: "root", unload: "rmmod", boot: "boot, bind", unknown: "unknown" };
  const facets = [
    { key: "severity", title: "Severity", of: (one) => one.level || "none", order: (a, b) => level[a] - level[b] },
    { key: "confidence", title: "Confidence", of: (one) => one.confidence, order: (a, b) => level[a] - level[b] },
    { key: "who", title: "Who can trigger it", of: (one) => whose[one.who] || one.who || "-" },
    { key: "proof", title: "Proof", of: (one) => one.proved || "not tried" },
    { key: "rule", title: "Rule", of: (one) => one.code, also: (code) => (rules[code] || [""])[0] },
    { key: "area", title: "Subsystem", of: (one) => one.area },
  ];
  const by = {
    severity: (a, b) => b.points - a.points || level[a.confidence] - level[b.confidence] || by.path(a, b),
    path: (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
    rule: (a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : by.severity(a, b)),
    subsystem: (a, b) => (a.area < b.area ? -1 : a.area > b.area ? 1 : by.severity(a, b)),
    newest: (a, b) => (a.born > b.born ? -1 : a.born < b.born ? 1 : by.severity(a, b)),
  };
  const orders = Object.keys(by).filter((one) => one !== "newest" || cards.some((each) => each.born));
  for (const one of cards) {
    const name = (rules[one.code] || [""])[0];
    one.text = [one.code, name, one.path, one.function, one.message, one.area, one.reason, ...one.people].join(" ").toLowerCase();
  }

  /* -- the state is the address, so that it can be sent */
  const state = { find: "", sort: "severity", open: "", chosen: new Map(facets.map((one) => [one.key, new Set()])) };
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    state.find = given.get("find") || "";
    state.sort = orders.includes(given.get("sort")) ? given.get("sort") : "severity";
    state.open = given.get("finding") || (cards.length === 1 ? cards[0].id : "");
    for (const [key, set] of state.chosen) {
      set.clear();
      for (const value of given.getAll(key)) set.add(value);
    }
  };
  const address = () => {
    const given = new URLSearchParams();
    if (state.find) given.set("find", state.find);
    for (const [key, set] of state.chosen) for (const value of set) given.append(key, value);
    if (state.sort !== "severity") given.set("sort", state.sort);
    if (state.open) given.set("finding", state.open);
    return `#${given}`;
  };
  const write = () => history.replaceState(null, "", address());

  const words = () => state.find.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (one, asked) => asked.every((word) => one.text.includes(word));
  const passes = (one, but) => facets.every((each) => {
    const set = state.chosen.get(each.key);
    return each.key === but || !set.size || set.has(each.of(one));
  });

  /* -- one finding */
  const words_c = /(\/\*.*?\*\/|\/\/.*$)|("(?:[^"\\]|\\.)*")|\b(if|else|for|while|do|return|goto|switch|case|break|continue|static|const|struct|void|int|unsigned|long|char|bool|NULL|sizeof|default|extern|inline|enum)\b|\b([A-Za-z_]\w*)(?=\()/g;
  const coloured = (text) => {
    const parts = [];
    let at = 0;
    for (const match of text.matchAll(words_c)) {
      parts.push(text.slice(at, match.index));
      const kind = match[1] ? "c" : match[2] ? "s" : match[3] ? "w" : "f";
      parts.push(make("span", { class: kind }, match[0]));
      at = match.index + match[0].length;
    }
    return [...parts, text.slice(at)];
  };
  const number = (one) => make("span", { class: "num" }, `${one}`);
  const code = ([path, marks, rows]) => {
    const here = new Map(marks.map((mark) => [mark[1], mark[0]]));
    let last = 0;
    const lines = rows.map(([line, text]) => {
      const gap = last && line > last + 1;
      last = line;
      const mark = here.has(line);
      return make("span", { class: `${mark ? "here" : "near"}${gap ? " gap" : ""}` },
        make("i", {}, `${line}`.padStart(5)), make("b", {}, mark && here.get(line) ? `${here.get(line)}` : " "), coloured(text));
    });
    return make("section", { class: "code" },
      marks.map(([at, line, name, text]) => make("h3", {}, at ? number(at) : null, make("span", {}, text))),
      rows.length ? make("pre", { class: "source" }, lines) : null,
      make("p", { class: "place" }, `${path}:${marks.map((mark) => mark[1]).join(", ")}`,
        [...new Set(marks.map((mark) => mark[2]).filter(Boolean))].map((name) => ` ${name}()`).join(",")));
  };
  const block = (title, ...inside) => make("section", { class: "panel" }, make("h3", {}, title), ...inside);
  const command = (text) => make("li", {}, make("code", {}, text),
    make("button", { class: "copy", title: "copy", onclick: () => copy(text, "copied the command") }, "copy"));
  const details = (one) => {
    const place = `${one.path}:${one.line}`;
    return make("div", { class: "more" },
      one.reason ? make("p", { class: "why" }, make("b", { class: `level ${one.level}` }, `${one.level} severity`), ` ${one.reason}`) : null,
      make("div", { class: "causes" }, one.codes.map(code)),
      make("div", { class: "reasons" },
        one.chain.length > 1 ? block("How it gets here", make("ol", { class: "chain" }, one.chain.map(([name, where, how], depth) =>
          make("li", { style: `--depth: ${Math.min(depth, 8)}` }, make("code", {}, `${name}()`),
            how && how !== "direct" ? make("em", {}, how) : null, make("span", { class: "place" }, where))))) : null,
        one.evidence.length ? block("What is known", make("dl", { class: "evidence" }, one.evidence.map(([question, what, where, holds, searched]) =>
          [make("dt", {}, question), make("dd", {}, holds ? make("b", { class: "holds" }, "this keeps it safe: ") : null, what,
            where && where !== place ? make("span", { class: "place" }, where) : null,
            searched ? make("small", {}, `looked in ${searched}`) : null)]))) : null,
        one.remedy || one.doubts.length ? block(one.verdict === "superfluous" ? "Instead" : "What would make it safe",
          one.remedy ? make("p", { class: "remedy" }, one.remedy) : null,
          one.doubts.map((doubt) => make("p", { class: "doubt" }, make("b", {}, "depends on "), doubt))) : null,
        one.people.length || one.born ? block(one.area, one.people.length ? make("p", {}, one.people.join(", ")) : null,
          one.born ? make("p", { class: "place" }, `the line is of ${one.born}`) : null) : null),
      one.steps.map(([title, text]) => make("details", { open: true }, make("summary", {}, title), make("pre", { class: "ascii" }, text))),
      make("details", {}, make("summary", {}, "as text, for a mail or a commit message"), make("pre", { class: "ascii text" }, one.ascii)),
      make("details", {}, make("summary", {}, "go on with it"), make("ul", { class: "commands" },
        command(`lastput audit ${tree} --why ${place}`), command(`lastput fix ${place} ${tree}`),
        command(`lastput prove ${place} ${tree}`), command(`lastput rule ${one.code}`),
        command(`/* lastput: safe ${one.code} -- why */`))),
      make("p", { class: "tools" },
        make("button", { onclick: () => link(one) }, "copy the link"),
        make("button", { onclick: () => copy(one.ascii, "copied as text") }, "copy as text"),
        make("code", { class: "print" }, one.id)));
  };

  /* -- the list: rows are made once, and filled with what is behind them when they are opened */
  const words_of = { bug: "", superfluous: "superfluous", safe: "safe", unjudged: "not judged" };
  const row = (one) => {
    const name = (rules[one.code] || [""])[0];
    const head = make("button", { class: "head", "aria-expanded": "false", onclick: () => toggle(one) },
      make("span", { class: "stripe" }),
      make("span", { class: "told" }, one.message),
      make("span", { class: "meta" },
        make("b", { class: "rule" }, one.code), make("span", { class: "name" }, name),
        make("span", { class: "where" }, `${one.path}:${one.line}`),
        one.function ? make("span", { class: "fn" }, `${one.function}()`) : null,
        words_of[one.verdict] ? make("span", { class: `verdict ${one.verdict}` }, words_of[one.verdict]) : null,
        one.proved ? make("span", { class: "verdict proof" }, one.proved) : null),
      make("span", { class: "marks" }, one.level ? make("b", { class: `level ${one.level}` }, one.level) : null,
        make("span", { class: "sure", title: "confidence" }, one.confidence)));
    return make("li", { class: `finding ${one.level || one.verdict}`, id: one.id }, head);
  };
  for (const one of cards) one.row = row(one);
  const list = $(".list");
  let shown = [];

  const opened = () => {
    for (const one of cards) {
      const open = one.id === state.open;
      if (!open && !one.more) continue;
      if (open && !one.more) one.row.append((one.more = details(one)));
      if (!open) { one.more.remove(); one.more = null; }
      one.row.classList.toggle("open", open);
      one.row.querySelector(".head").setAttribute("aria-expanded", `${open}`);
    }
  };
  const bars = () => {
    const asked = words();
    const nav = $(".facets");
    const full = new Set([...nav.querySelectorAll(".full")].map((one) => one.dataset.key));
    nav.replaceChildren(...facets.map((each) => {
      const set = state.chosen.get(each.key);
      const counts = new Map();
      for (const one of cards) counts.set(each.of(one), counts.get(each.of(one)) || 0);
      for (const one of cards) if (passes(one, each.key) && found(one, asked)) counts.set(each.of(one), counts.get(each.of(one)) + 1);
      const values = [...counts.keys()].sort(each.order || ((a, b) => set.has(b) - set.has(a) || counts.get(b) - counts.get(a) || (a < b ? -1 : 1)));
      if (values.length < 2) return "";
      const most = Math.max(1, ...counts.values());
      const whole = full.has(each.key);
      const few = whole ? values : values.slice(0, 12);
      return make("section", { class: `facet${whole ? " full" : ""}`, "data-key": each.key }, make("h2", {}, each.title),
        few.map((value) => make("button", { class: `value ${each.key} ${value.replace(/\W+/g, "-")}`, "aria-pressed": `${set.has(value)}`, disabled: !counts.get(value) && !set.has(value),
          style: `--part: ${Math.round((100 * counts.get(value)) / most)}%`, title: each.also ? (rules[value] || ["", ""])[1] : value,
          onclick: () => choose(each.key, value) },
          make("span", {}, value, each.also ? make("small", {}, ` ${each.also(value)}`) : null), make("b", {}, `${counts.get(value)}`))),
        values.length > 12 ? make("button", { class: "all", onclick: (event) => { event.target.parentElement.classList.toggle("full"); bars(); } },
          whole ? "fewer" : `all ${values.length}`) : null);
    }).filter(Boolean));
  };
  const update = () => {
    const asked = words();
    shown = cards.filter((one) => passes(one) && found(one, asked)).sort(by[state.sort]);
    list.replaceChildren(...shown.map((one) => one.row));
    opened();
    bars();
    const chips = facets.flatMap((each) => [...state.chosen.get(each.key)].map((value) =>
      make("button", { class: "chip", title: "take this filter away", onclick: () => choose(each.key, value) }, `${value} ×`)));
    $(".chosen").replaceChildren(make("b", {}, shown.length === cards.length ? `${cards.length} finding${cards.length === 1 ? "" : "s"}` : `${shown.length} of ${cards.length} findings`), ...chips,
      chips.length + asked.length ? make("button", { class: "chip clear", onclick: clear }, "clear") : "");
    $(".none").hidden = shown.length > 0 || !cards.length;
    $("#find").value = state.find;
    $("#sort").value = state.sort;
    document.body.classList.toggle("single", cards.length < 2);
  };

  /* -- what one can do */
  const choose = (key, value) => {
    const set = state.chosen.get(key);
    if (!set.delete(value)) set.add(value);
    write();
    update();
  };
  const clear = () => {
    state.find = "";
    for (const set of state.chosen.values()) set.clear();
    write();
    update();
  };
  const toggle = (one) => {
    state.open = state.open === one.id ? "" : one.id;
    write();
    opened();
  };
  const at = () => {
    const row_now = document.activeElement.closest ? document.activeElement.closest(".finding") : null;
    const id = row_now ? row_now.id : state.open;
    return shown.findIndex((one) => one.id === id);
  };
  const go = (to) => {
    const one = shown[Math.max(0, Math.min(shown.length - 1, to))];
    if (!one) return;
    if (state.open) { state.open = one.id; write(); opened(); }
    one.row.querySelector(".head").focus({ preventScroll: true });
    one.row.scrollIntoView({ block: state.open ? "start" : "nearest" });
  };
  const say = (text) => {
    $("#said").textContent = text;
    setTimeout(() => { $("#said").textContent = ""; }, 2500);
  };
  const copy = async (text, done) => {
    try {
      await navigator.clipboard.writeText(text);
      say(done);
    } catch {
      /* Without the right to the clipboard, it is shown to be selected. */
      prompt("copy it from here", text);
    }
  };
  const link = (one) => {
    state.open = one.id;
    write();
    opened();
    copy(location.href, "copied the link");
  };
  const turn = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  };
  const now = () => shown[Math.max(at(), 0)];
  const keys = {
    j: () => go(at() + 1),
    k: () => go(at() - 1),
    o: () => now() && toggle(now()),
    "/": () => { $("#find").focus(); $("#find").select(); },
    l: () => now() && link(now()),
    c: () => now() && copy(now().ascii, "copied as text"),
    x: clear,
    t: turn,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (document.activeElement === $("#find")) go(0);
      else if (state.open) toggle(shown.find((one) => one.id === state.open) || { id: state.open });
      return;
    }
    if (document.activeElement.matches("input, select") || !keys[event.key]) {
      if (event.key === "Enter" && document.activeElement === $("#find")) go(0);
      return;
    }
    event.preventDefault();
    keys[event.key]();
  });
  $("#find").addEventListener("input", (event) => { state.find = event.target.value; write(); update(); });
  $("#sort").append(...orders.map((one) => make("option", {}, one)));
  $("#sort").addEventListener("change", (event) => { state.sort = event.target.value; write(); update(); });
  $("#clear").addEventListener("click", clear);
  $("#theme").addEventListener("click", turn);
  $("#facets").addEventListener("click", (event) => {
    const open = document.body.classList.toggle("filters");
    event.target.setAttribute("aria-expanded", `${open}`);
  });
  const start = () => {
    read();
    update();
    const one = shown.find((each) => each.id === state.open);
    if (one && cards.length > 1) one.row.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", start);
  $(".bar-top").hidden = $(".page").hidden = false;
  start();
})();
