// The station's script. Everything works without it, slower. It builds nodes and sets text, never markup; nothing is kept but in memory.
"use strict";
(() => {
const page = document.body.dataset, base = page.base;
const $ = (id) => document.getElementById(id);
const make = (tag, props, ...kids) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...kids);
  return node;
};
const put = (node, ...kids) => node && node.replaceChildren(...kids);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (text) => put($("status"), text);
const cry = (text) => put($("alert"), text || "");
const drawing = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  return node;
};
const outline = (place) => {
  const svg = drawing("svg", { class: "outline", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const rect = drawing("rect", {});
  svg.append(rect);
  frame(rect, place);
  return svg;
};
const frame = (rect, place) => {
  ["x", "y", "width", "height"].forEach((name, at) => rect.setAttribute(name, place ? place[at] : 0));
};

// --- The server -------------------------------------------------------------------------------------------------------------------

let token = page.token, deed = Date.now(), touchedAt = deed;

class Failure extends Error {
  constructor(status, told) {
    super(told.error || "The station answers with " + status + ".");
    this.status = status;
    this.meanwhile = told.meanwhile;
  }
}

const send = (path, what) => fetch(base + path, {
  method: "POST", body: JSON.stringify(what), headers: { "Content-Type": "application/json", "X-Chartlift-Token": token || "" },
}).catch(() => { throw new Failure(0, { error: "The station does not answer. Is the program still running?" }); });

async function post(path, what, again) {
  const answer = await send("/api/" + path, what);
  if (answer.ok) {
    if (path !== "alive" || what.extend) deed = Date.now();
    return answer.json();
  }
  if (answer.status === 401) {
    await lock("You are signed out. Sign in, and go on where you were; what is not saved yet is still here.");
    return post(path, what, again);
  }
  // Signed in anew in another tab: this page's second secret is of the session before.
  if (answer.status === 403 && !again && await renew()) return post(path, what, true);
  throw new Failure(answer.status, await answer.json().catch(() => ({})));
}

const parse = async (path) => new DOMParser().parseFromString(await (await fetch(base + path)).text(), "text/html");

async function renew() {
  const now = (await parse("/help").catch(() => document)).body.dataset;
  if (now.reviewer !== page.reviewer || !now.token || now.token === token) return false;
  token = now.token;
  return true;
}

// --- Dialogs, lock, the end of a session ------------------------------------------------------------------------------------------

function dialog(name, title, ...kids) {
  const node = make("dialog", { className: name }, make("h2", { textContent: title, id: name + "-title" }), ...kids);
  node.setAttribute("aria-labelledby", name + "-title");
  const from = document.activeElement;
  node.onclose = () => {
    node.remove();
    if (from.isConnected) from.focus();
  };
  // A key that closes it must not do anything to what lies below.
  node.onkeydown = (event) => event.stopPropagation();
  document.body.append(node);
  node.showModal();
  return node;
}

const button = (words, act, className) => make("button", { type: "button", textContent: words, onclick: act, className: className || "" });

let locked = null;
function lock(why) {
  locked = locked || new Promise((done) => locking(why, done)).finally(() => { locked = null; });
  return locked;
}

async function locking(why, done) {
  document.body.classList.add("locked");
  const said = make("p", { textContent: why });
  said.setAttribute("role", "alert");
  const box = dialog("lock", "Locked", said);
  box.addEventListener("cancel", (event) => event.preventDefault());
  let form;
  while (!form) {
    form = (await parse("/sign-in").catch(() => document)).querySelector("form#sign-in, form#launch");
    if (!form) {
      said.textContent = "The station does not answer. Trying again …";
      await wait(2000);
    }
  }
  said.textContent = why;
  box.append(document.adoptNode(form));
  const field = (name) => form.elements.namedItem(name);
  if (field("name")) field("name").value = page.reviewer;
  (field("password") || field("launch")).focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await send("/api/" + form.id, Object.fromEntries(new FormData(form)));
      const told = await answer.json();
      if (!answer.ok) throw new Failure(answer.status, told);
      if (told.name !== page.reviewer) {
        leaving = true;
        location.assign(base + "/");
        return;
      }
      token = told.token;
      deed = Date.now();
      document.body.classList.remove("locked");
      box.close();
      done();
    } catch (failure) {
      said.textContent = failure.message;
    }
  });
}

let warned = null, leaving = false;
async function watch() {
  const idle = page.idle * 1000, now = Date.now();
  if (locked || !idle) return;
  if (touchedAt > deed && now - deed > Math.min(60000, idle / 4)) await post("alive", { extend: true }).catch(() => {});
  const left = () => Math.round((idle - (Date.now() - deed)) / 1000);
  if (left() > 90 || warned) return;
  const alive = await post("alive", { extend: false }).catch(() => null);
  if (alive) deed = Date.now() - idle + alive.idle * 1000;
  if (left() > 90 || warned || locked) return;
  const text = make("p", {});
  text.setAttribute("role", "alert");
  warned = dialog("warning", "Still there?", text, make("p", { textContent: "Press any key to stay signed in." }), button("Stay", () => stay(), "primary"));
  const tell = () => {
    if (left() > 0) text.textContent = "You will be signed out in " + Math.ceil(left() / 10) * 10 + " seconds.";
    else {
      end();
      lock("You were signed out after a while without a key. Sign in and go on where you were.");
    }
  };
  const clock = setInterval(tell, 1000);
  const end = () => {
    clearInterval(clock);
    removeEventListener("keydown", stay, true);
    if (warned) warned.close();
    warned = null;
  };
  const stay = (event) => {
    if (event) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    end();
    post("alive", { extend: true }).then(() => say("You stay signed in."), (failure) => cry(failure.message));
  };
  warned.addEventListener("cancel", (event) => event.preventDefault());
  addEventListener("keydown", stay, true);
  tell();
}

// --- Keys -------------------------------------------------------------------------------------------------------------------------

const keys = JSON.parse(page.keys || "{}");
const digits = (Object.keys(keys).find((key) => keys[key] === "alternative") || "").split("+")[0];

// The command of a key: nothing while a dialog is open, and a bare Enter belongs to the button or link that has the focus.
function command(event) {
  if (document.querySelector("dialog[open]") || event.isComposing || event.getModifierState("AltGraph")) return null;
  const control = event.ctrlKey || event.metaKey, number = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (number && !event.shiftKey && (digits === "Alt" ? event.altKey && !control : control && !event.altKey)) return Number(number[1]);
  const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const chord = (control ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "") + name;
  if (chord === "Enter" && event.target.closest("button, a, select, summary")) return null;
  return keys[chord] || null;
}

// --- The page of an item, and places on it ------------------------------------------------------------------------------------------

const percent = (number) => Math.round(Math.min(100, Math.max(0, number)) * 100) / 100;

// `take(place, page, read)` makes it a view in which a place is marked; `read` says whether it shall be read there.
function leaf(of, pages, at, place, title, take) {
  let zoom = 1, turn = 0, now = at, mark = take ? place || [30, 45, 30, 4] : place;
  const img = make("img", { draggable: false }), svg = outline(mark), rect = svg.firstChild;
  const sheet = make("div", { className: "sheet-in" }, img, svg), around = make("div", { className: "around" }, sheet);
  const view = make("div", { className: "view", tabIndex: 0 }, around);
  view.setAttribute("role", "region");
  view.setAttribute("aria-label", take ? "Page: arrows move the frame, Shift with arrows changes its size, Enter reads it" : "Page: arrows move, + and − zoom, R turns");
  const open = () => {
    img.alt = "Page " + (pages.indexOf(now) + 1) + " of " + pages.length;
    img.src = base + "/page/" + of + "/" + now + ".png?w=1600";
    svg.toggleAttribute("hidden", !take && now !== at);
    put(count, img.alt);
  };
  const lay = () => {
    const wide = Math.max(200, view.clientWidth - 4) * zoom, high = wide * (img.naturalHeight || 1.4) / (img.naturalWidth || 1);
    const [w, h] = turn % 2 ? [high, wide] : [wide, high];
    Object.assign(around.style, { width: w + "px", height: h + "px" });
    Object.assign(sheet.style, { width: wide + "px", height: high + "px" });
    const [x, y] = [[0, 0], [w, 0], [w, h], [0, h]][turn];
    sheet.style.transform = "translate(" + x + "px," + y + "px) rotate(" + turn * 90 + "deg)";
  };
  const near = (factor) => {
    const old = zoom, x = view.scrollLeft + view.clientWidth / 2, y = view.scrollTop + view.clientHeight / 2;
    zoom = Math.min(8, Math.max(0.3, zoom * factor));
    lay();
    view.scrollTo(x * zoom / old - view.clientWidth / 2, y * zoom / old - view.clientHeight / 2);
  };
  const round = () => { turn = (turn + 1) % 4; lay(); };
  const go = (by) => {
    const next = pages[pages.indexOf(now) + by];
    if (next) { now = next; open(); }
  };
  const set = (next) => {
    const [w, h] = [Math.max(0.5, percent(next[2])), Math.max(0.3, percent(next[3]))];
    mark = [percent(Math.min(next[0], 100 - w)), percent(Math.min(next[1], 100 - h)), w, h];
    frame(rect, mark);
    numbers.forEach((input, n) => { if (input !== document.activeElement) input.value = mark[n]; });
  };
  const count = make("span", { className: "count" });
  const bar = make("div", { className: "bar-acts" }, count,
    button("−", () => near(0.8)), button("+", () => near(1.25)), button("Turn", round));
  bar.children[1].setAttribute("aria-label", "Farther");
  bar.children[2].setAttribute("aria-label", "Nearer");
  if (pages.length > 1 && (!take || take.pages)) bar.append(button("Page before", () => go(-1)), button("Page after", () => go(1)));
  const numbers = take ? ["Left", "Top", "Width", "Height"].map((words, n) => make("input", {
    type: "number", min: 0, max: 100, step: 0.1, value: mark[n],
    oninput() { set(mark.map((old, m) => (m === n && this.value !== "" ? Number(this.value) : old))); },
  })) : [];
  const box = dialog("leaf", title, bar, view);
  if (take) {
    const labels = ["Left %", "Top %", "Width %", "Height %"].map((words, n) => make("label", {}, words, numbers[n]));
    box.append(make("div", { className: "bar-acts" }, ...labels,
      button("Read it here", () => done(true), "primary"), button("Take the place only", () => done(false))));
    if (take.absent) box.lastChild.append(button("Not on this paper", () => { box.close(); take.absent(); }));
  }
  const done = (read) => { box.close(); take.taken(mark, now, read, img); };
  bar.append(button("Close", () => box.close()));
  img.addEventListener("load", () => {
    lay();
    if (!mark || now !== at) return;
    // Near enough to read, the place in the middle.
    zoom = Math.min(2.2, Math.max(1, 45 / mark[2]));
    if (view.clientWidth < 500) zoom = 2.2;
    lay();
    view.scrollTo((mark[0] + mark[2] / 2) / 100 * sheet.offsetWidth - view.clientWidth / 2,
      (mark[1] + mark[3] / 2) / 100 * sheet.offsetHeight - view.clientHeight / 2);
  });
  img.addEventListener("error", () => put(count, "This page's picture cannot be had: the scan is not where it was."));
  open();
  view.focus();
  box.onkeydown = (event) => {
    event.stopPropagation();
    const typing = event.target.matches("input");
    if (keys[event.key] === "page") {
      event.preventDefault();
      if (!event.repeat) box.close();
    } else if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
    else if (event.key === "+" || event.key === "=") near(1.25);
    else if (event.key === "-") near(0.8);
    else if (event.key.toLowerCase() === "r") round();
    else if (event.key === "PageDown" && !take) go(1);
    else if (event.key === "PageUp" && !take) go(-1);
    else if (take && event.key === "Enter" && event.target === view) done(true);
    else if (take && event.key.startsWith("Arrow") && event.target === view) {
      const by = { ArrowLeft: [-0.5, 0], ArrowRight: [0.5, 0], ArrowUp: [0, -0.3], ArrowDown: [0, 0.3] }[event.key];
      set(event.shiftKey ? [mark[0], mark[1], mark[2] + by[0], mark[3] + by[1]] : [mark[0] + by[0], mark[1] + by[1], mark[2], mark[3]]);
      rect.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else return;
    event.preventDefault();
  };
  let grip = null;
  const spot = (event) => [event.offsetX / img.clientWidth * 100, event.offsetY / img.clientHeight * 100];
  view.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    grip = { at: take ? spot(event) : null, x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop, moved: false };
    if (!take) view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (!grip || (event.target !== img && take)) return;
    if (!take) return view.scrollTo(grip.x - event.clientX, grip.y - event.clientY);
    const to = spot(event), [x, y] = grip.at;
    grip.moved = grip.moved || Math.abs(to[0] - x) > 0.6 || Math.abs(to[1] - y) > 0.6;
    if (grip.moved) set([Math.min(x, to[0]), Math.min(y, to[1]), Math.abs(to[0] - x), Math.abs(to[1] - y)]);
  });
  view.addEventListener("pointerup", () => {
    if (grip && take && !grip.moved) set([grip.at[0] - mark[2] / 2, grip.at[1] - mark[3] / 2, mark[2], mark[3]]);
    grip = null;
  });
  view.addEventListener("wheel", (event) => {
    if (take && !event.ctrlKey) return;
    event.preventDefault();
    near(event.deltaY < 0 ? 1.12 : 0.89);
  }, { passive: false });
  return box;
}

// --- What is common to items --------------------------------------------------------------------------------------------------------

const pictures = new Map();
function picture(task, line, several, room) {
  if (pictures.has(task.id)) return pictures.get(task.id);
  const [wide, high] = task.snippet, tall = task.outline ? task.outline[3] / 100 * high : 0;
  let scale = tall < 1 || tall > several ? 1 : Math.min(3, Math.max(0.5, line / tall));
  // As wide as there is room; where that were too small to read the picture is moved below its frame.
  if (wide * scale > room) scale = Math.max(scale * 0.7, room / wide);
  const img = make("img", { alt: "Picture of the paper: " + task.label + ", page " + task.page });
  if (wide) Object.assign(img, { width: wide * scale, height: high * scale });
  img.onerror = () => img.classList.add("missing");
  img.src = base + "/snippet/" + task.id + ".png";
  img.decode().catch(() => {});
  pictures.set(task.id, img);
  return img;
}

// How many characters two texts share at their beginning, and at their end.
function shared(was, now) {
  const least = Math.min(was.length, now.length);
  let a = 0, b = 0;
  while (a < least && was[a] === now[a]) a++;
  while (b < least - a && was[was.length - 1 - b] === now[now.length - 1 - b]) b++;
  return [a, b];
}

const inWords = (task, value) => (task.choices.find((choice) => choice[0] === value) || [0, value || ""])[1];

// What was typed, as a member of a closed set: its code, its words, or a beginning that only one has.
function member(task, text) {
  if (!task.choices.length) return text;
  const low = text.trim().toLowerCase(), same = task.choices.find(([code, words]) => code === text.trim() || words.toLowerCase() === low);
  if (same) return same[0];
  const begun = low ? task.choices.filter(([, words]) => words.toLowerCase().startsWith(low)) : [];
  return begun.length === 1 ? begun[0][0] : null;
}

function stopwatch() {
  let last = performance.now(), active = 0;
  const measured = { shown_at: Date.now(), first_key_at: null, active_ms: 0, keystrokes: 0, clicks: 0 };
  const tick = () => {
    const now = performance.now();
    active += Math.min(now - last, 30000);
    last = now;
    measured.active_ms = Math.round(active);
  };
  return {
    key() { tick(); measured.keystrokes++; measured.first_key_at = measured.first_key_at || Date.now(); },
    click() { tick(); measured.clicks++; },
    read() { tick(); return { ...measured }; },
  };
}

// --- The field view -------------------------------------------------------------------------------------------------------------------

function field(root) {
  const set = root.dataset, view = set.view, wanted = { field: set.field || null, kind: set.kind || null, document: set.document || null,
    conflicts: view === "conflict", escalated: view === "escalated" };
  const line = Number(set.line), several = Number(set.several), long = Number(set.long);
  const tasks = set.task ? [JSON.parse(set.task)] : [], outbox = [], drafts = new Map(), given = new Map(), latest = new Map();
  let box = $("value"), first = "", touched = false, place = null, looked = false, watch = stopwatch(), busy = false, deaf = 0, sending = false,
    waiting = null, fetching = false, question = null, hint = "";
  if (set.may !== "true") return;
  const asking = $("ask"), draw = (task) => picture(task, line, several, $("work").clientWidth - 40);

  addEventListener("beforeunload", (event) => { if (!leaving && (outbox.length || touched)) event.preventDefault(); });

  async function more() {
    if (fetching || tasks.length > 7) return;
    fetching = true;
    const have = [...tasks, ...outbox.map((entry) => entry.task)].map((task) => task.id);
    try {
      for (const task of (await post("tasks", { ...wanted, count: 12, have })).tasks) {
        if (!have.includes(task.id) && !outbox.some((entry) => entry.task.id === task.id)) tasks.push(task);
      }
    } catch (failure) {
      cry(failure.message);
    }
    fetching = false;
    ahead();
    if (tasks.length && $("item").hidden) show(tasks[0]);
  }

  function ahead() {
    tasks.slice(0, 6).forEach(draw);
    put($("ahead"), ...tasks.slice(1, 4).map((task) => make("span", {}, draw(task))));
  }

  const doubtful = (task) => task.doubtful.flatMap(([from, to]) => Array.from({ length: to - from }, (_, n) => from + n));

  // The doubtful characters in what stands in the box now: those before and behind what was changed.
  function doubts() {
    const task = tasks[0];
    if (!task || task.value === null || first !== task.value) return [];
    const was = [...first], now = [...box.value], [a, b] = shared(was, now);
    return doubtful(task).filter((at) => at < a || at >= was.length - b).map((at) => (at < a ? at : at + now.length - was.length));
  }

  function underline() {
    const letters = [...box.value], at = new Set(doubts());
    put($("under"), ...letters.map((letter, n) => (at.has(n) ? make("u", { textContent: letter }) : letter)));
    $("under").scrollLeft = box.scrollLeft;
  }

  const select = (at) => {
    const letters = [...box.value], from = letters.slice(0, at).join("").length;
    box.setSelectionRange(from, from + letters[at].length);
  };

  function reads() {
    const task = tasks[0], raw = task.raw && task.raw !== task.value ? task.raw : "", words = task.choices.length ? "" : task.reads;
    if (hint) return put($("reads"), "→ ", make("b", { textContent: hint }));
    put($("reads"), ...(raw ? ["On paper ", make("span", { className: "value", textContent: raw })] : []), raw && words ? ", " : "",
      ...(words ? ["read as ", make("b", { textContent: words })] : []));
  }

  function fill(text) {
    const task = tasks[0], tag = task.field.startsWith("Composition.section.") || text.length > long || text.includes("\n") ? "TEXTAREA" : "INPUT";
    if (box.tagName !== tag) {
      const next = document.createElement(tag);
      for (const name of ["id", "name", "aria-describedby", "spellcheck", "autocapitalize"]) next.setAttribute(name, box.getAttribute(name));
      box.replaceWith(next);
      box = next;
      listen();
    }
    if (tag === "TEXTAREA") box.rows = Math.min(12, Math.max(2, Math.ceil(text.length / 60) + text.split("\n").length - 1));
    box.value = text;
    underline();
  }

  function listen() {
    box.addEventListener("input", () => {
      touched = true;
      question = null;
      put($("doubt"));
      const code = tasks[0].choices.length ? member(tasks[0], box.value) : null;
      hint = code === null ? "" : inWords(tasks[0], code);
      reads();
      underline();
    });
    box.addEventListener("scroll", () => { $("under").scrollLeft = box.scrollLeft; });
  }

  function options(task) {
    if (task.entries.length) return task.entries.map((value) => ({ value, source: "" }));
    if (task.alternatives.length) return task.alternatives;
    return task.choices.slice(0, 9).map(([value]) => ({ value, source: "" }));
  }

  // The letters in which another reading differs are set off.
  function compared(text, other) {
    if (!other) return [text];
    const [a, b] = shared(text, other);
    return [text.slice(0, a), make("mark", { textContent: text.slice(a, text.length - b) }), text.slice(text.length - b)];
  }

  function show(task) {
    $("item").hidden = !task;
    $("nothing").hidden = Boolean(task);
    cry("");
    if (!task) {
      put($("left"));
      if (!outbox.length) say("Nothing more waits here.");
      $("nothing").querySelector("a").focus();
      return;
    }
    const draft = drafts.get(task.id), blind = task.mode !== "confirm", at = task.pages.indexOf(task.page);
    drafts.delete(task.id);
    put($("label"), task.label);
    put($("where"), task.kind + " · page " + (at >= 0 && task.pages.length > 1 ? at + 1 + " of " + task.pages.length : task.page) +
      (task.item === null ? "" : " · no. " + task.item));
    $("mode").hidden = !blind;
    put($("context"), ...task.context.map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value }))));
    put($("crop"), draw(task), ...(task.outline ? [outline(task.outline)] : []));
    $("picture").scrollLeft = task.outline ? task.outline[0] / 100 * $("crop").offsetWidth - 16 : 0;
    $("caption").hidden = !task.missing;
    asking.textContent = task.entries.length ? "What stands on the paper?" : blind || task.value === null ? "Key what you see" : "Right as it stands?";
    first = task.value === null ? "" : inWords(task, task.value);
    question = draft ? draft.question : null;
    place = draft ? draft.place : null;
    touched = Boolean(draft && draft.touched);
    looked = false;
    hint = "";
    watch = (draft && draft.watch) || stopwatch();
    fill(draft ? draft.text : first);
    reads();
    $("before").hidden = !task.before;
    put($("before"), ...(task.before ? ["Before the page was read anew, a person had said: ", make("b", { textContent: task.before })] : []));
    put($("messages"), ...task.messages.map((text) => make("li", { textContent: text })));
    put($("doubt"), question ? question.text : "");
    put($("alternatives"), ...options(task).map((other, n) => make("li", {}, make("button", { type: "button", onclick: () => take(n + 1) },
      make("kbd", { textContent: String(n + 1) }), " ",
      make("span", { className: "value" }, ...(task.choices.length ? [inWords(task, other.value)] : compared(other.value, task.value))), " ",
      make("small", { textContent: other.source })))));
    $("answer").elements.id.value = task.id;
    $("answer").elements.version.value = task.version;
    box.focus({ preventScroll: true });
    const from = doubts();
    if (question || draft) box.setSelectionRange(box.value.length, box.value.length);
    else if (task.choices.length) box.select();
    else if (from.length) select(from[0]);
    else box.setSelectionRange(box.value.length, box.value.length);
    root.dataset.shown = task.id;
    ahead();
  }

  const keep = () => {
    if (tasks.length && !$("item").hidden) drafts.set(tasks[0].id, { text: box.value, touched, place, question, watch });
  };

  // An answer that could not be kept, or that raises a question: its item stands before the reviewer again, with what was typed.
  function back(entry, text, status) {
    entry.returned = true;
    question = { text, value: entry.what.value, outcome: entry.what.outcome, over: [403, 404, 409].includes(status), insist: status === null };
    if (tasks[0] === entry.task) {
      put($("doubt"), text);
      busy = false;
      return;
    }
    const own = question;
    question = null;
    keep();
    tasks.unshift(entry.task);
    drafts.set(entry.task.id, { text: entry.text, touched: true, place: entry.what.place, question: own, watch: null });
    // A key that was meant for the item before must not answer this one.
    deaf = performance.now() + 700;
    show(entry.task);
    cry("Back to the answer before.");
  }

  async function flush() {
    if (sending) return;
    sending = true;
    while (outbox.length) {
      const entry = outbox[0];
      let failed = null;
      try {
        const kept = await post(entry.path, entry.what);
        outbox.shift();
        if (kept.doubt) back(entry, kept.doubt + " Press " + keyOf("accept") + " again if it is so.", null);
        else if (entry.path === "answer") {
          say("Saved.");
          put($("left"), kept.open === 1 ? "1 left" : kept.open + " left");
          given.set(entry.task.id, entry.text);
        } else say("Put off.");
      } catch (failure) {
        failed = failure;
        outbox.shift();
        const other = failure.meanwhile && failure.meanwhile.value;
        back(entry, [403, 404, 409].includes(failure.status)
          ? failure.message + (other ? " There it is now: " + other + "." : "") + (entry.text ? " Yours was: " + entry.text + "." : "") + " " + keyOf("accept") + " goes on."
          : "Not saved: " + failure.message + " " + (failure.status === 422 ? "" : keyOf("accept") + " tries again."), failure.status);
      }
      entry.done();
      if (failed && (failed.status === 0 || failed.status >= 500)) break;
      if (waiting) {
        const act = waiting;
        waiting = null;
        act();
      }
    }
    sending = false;
    more();
  }

  const keyOf = (name) => Object.keys(keys).find((key) => keys[key] === name) || name;

  async function hand(path, what, hold) {
    const task = tasks[0];
    if (!task || busy || performance.now() < deaf) return;
    if (outbox.length >= 3) {
      say("Saving …");
      waiting = () => hand(path, what, hold);
      return flush();
    }
    const entry = { task, path, what, text: box.value };
    const done = new Promise((resolve) => { entry.done = resolve; });
    outbox.push(entry);
    busy = true;
    flush();
    if (hold) await Promise.race([done, wait(hold)]);
    busy = false;
    if (entry.returned) return;
    if (path === "answer" && what.value) latest.set(task.field, entry.text);
    touched = false;
    tasks.shift();
    pictures.delete(task.id);
    show(tasks[0]);
    more();
  }

  function answer(outcome, extra) {
    const task = tasks[0];
    if (!task || busy || performance.now() < deaf) return;
    if (question && question.over) {
      question = null;
      touched = false;
      tasks.shift();
      show(tasks[0]);
      return more();
    }
    let value = "";
    if (outcome === "accept") {
      value = member(task, (extra && extra.value) || (touched || task.value === null ? box.value : task.value));
      const empty = value === "" || !String(value).trim();
      if (value === null || empty) {
        put($("doubt"), value === null ? "One of these is wanted: " + task.choices.map((choice) => choice[1]).join(", ") + "."
          : "The box is empty. If the place on the paper is empty too, press " + keyOf("blank") + ".");
        return;
      }
      outcome = task.mode === "confirm" && value === task.value && !task.entries.length ? "verified" : "corrected";
    }
    const what = { id: task.id, version: task.version, outcome, value, rank: null, place, context: looked, view, note: "",
      measured: watch.read(), ...extra };
    what.value = value;
    what.insist = Boolean(question && question.insist && question.value === value && question.outcome === outcome);
    // Where the server may have a question the page waits for it a moment, so as not to turn to and fro.
    hand("answer", what, outcome === "corrected" ? 80 : 0);
  }

  function take(rank) {
    const task = tasks[0], other = task && options(task)[rank - 1];
    if (!other) return say("There is no reading " + rank + ".");
    fill(inWords(task, other.value));
    touched = true;
    answer("accept", { value: other.value, rank: task.alternatives.length || task.entries.length ? rank : null });
  }

  async function undo() {
    if (busy) return;
    busy = true;
    say("Taking back …");
    try {
      for (let n = 0; n < 100 && (sending || outbox.length); n++) await wait(20);
      const { task } = await post("undo", {});
      busy = false;
      keep();
      const at = tasks.findIndex((other) => other.id === task.id);
      if (at >= 0) tasks.splice(at, 1);
      tasks.unshift(task);
      pictures.delete(task.id);
      if (given.has(task.id)) drafts.set(task.id, { text: given.get(task.id), touched: true, place: null, question: null, watch: null });
      show(task);
      say("Taken back: " + task.label);
    } catch (failure) {
      busy = false;
      say(failure.status === 404 ? "There is nothing to take back." : failure.message);
    }
  }

  function ask(title, words, yes, act) {
    const text = make("textarea", { rows: 3 }), said = make("p", { className: "doubt" }), form = make("form", {});
    said.setAttribute("role", "alert");
    form.append(make("label", {}, words, text), said, make("p", { className: "row-acts" }, make("button", { className: "primary", textContent: yes }),
      button("Cancel", () => box.close())));
    const box = dialog("ask-note", title, form);
    text.focus();
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.repeat) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act(text.value.trim(), () => box.close(), (failure) => put(said, failure.message));
    });
  }

  function elsewhere() {
    const task = tasks[0];
    leaf(task.document, [task.page], task.page, place || task.place, task.label + ": where does it stand?", {
      absent: () => answer("absent"),
      async taken(mark, at, read, img) {
        place = mark;
        touched = true;
        // The new place is shown instead of the old one.
        const [x, y, w, h] = mark, wide = img.naturalWidth / 100, high = img.naturalHeight / 100;
        const canvas = make("canvas", { width: (w + 2 * h) * wide, height: 3 * h * high });
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", "Picture of the place that you marked");
        canvas.getContext("2d").drawImage(img, (h - x) * wide, (h - y) * high);
        put($("crop"), canvas);
        if (!read) return say("The place is taken. Key what stands there.");
        say("Reading …");
        try {
          const there = await post("read", { document: task.document, page: at, field: task.field, place: mark });
          if (tasks[0] !== task) return;
          fill(inWords(task, there.value));
          put($("reads"), "Read there: ", make("span", { className: "value", textContent: there.raw || "nothing" }));
          say(there.raw ? "Read: " + there.raw : "Nothing could be read there.");
        } catch (failure) {
          put($("doubt"), failure.message);
        }
        box.focus();
      },
    });
  }

  const acts = {
    accept: () => answer("accept"),
    illegible: () => answer("illegible"),
    blank: () => answer("blank"),
    absent: () => answer("absent"),
    postpone: () => hand("postpone", { items: [tasks[0].id] }, 0),
    undo, back: undo, elsewhere,
    page() {
      const task = tasks[0], opened = performance.now();
      looked = true;
      const sheet = leaf(task.document, task.pages.length ? task.pages : [task.page], task.page, place || task.place, task.label + " on its page");
      const up = (event) => {
        if (keys[event.key] !== "page") return;
        removeEventListener("keyup", up, true);
        if (performance.now() - opened > 400) sheet.close();
      };
      addEventListener("keyup", up, true);
    },
    "wrong-document": () => ask("Wrong patient or wrong document?", "What is wrong (may be left empty)", "Give the document to the lead",
      (note, close) => { close(); answer("wrong-document", { note }); }),
    note: () => ask("Note to the lead", "The answer is not changed by it", "Send", (text, close, failed) => {
      if (!text) return close();
      post("note", { item: tasks[0].id, text }).then(() => { close(); say("Noted."); }, failed);
    }),
    same() {
      const task = tasks[0], value = latest.has(task.field) ? latest.get(task.field) : task.previous === null ? null : inWords(task, task.previous);
      if (value === null) return say("There is no item of this field before.");
      fill(value);
      touched = true;
      box.setSelectionRange(value.length, value.length);
    },
    document: () => location.assign(base + "/paper/" + tasks[0].document),
    help: () => window.open(base + "/help", "_blank", "noopener"),
  };

  addEventListener("keydown", (event) => {
    if (!["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) watch.key();
    const name = command(event);
    if (!name) {
      if (event.target === box && event.key === "Tab" && !event.ctrlKey && !event.altKey) {
        const at = [...box.value.slice(0, box.selectionStart)].length, all = doubts();
        const next = event.shiftKey ? all.filter((n) => n < at).pop() : all.find((n) => n > at || (n === at && box.selectionStart === box.selectionEnd));
        if (next !== undefined) {
          event.preventDefault();
          select(next);
        }
      } else if (event.target === box && event.key === "Escape") box.select();
      return;
    }
    if (!tasks.length && !["undo", "back", "help"].includes(name)) return;
    if (name === "undo" && touched && event.target === box) return;
    event.preventDefault();
    if (event.repeat) return;
    if (typeof name === "number") take(name);
    else acts[name]();
  });
  addEventListener("pointerdown", () => watch.click());
  $("answer").addEventListener("submit", (event) => event.preventDefault());
  root.addEventListener("click", (event) => {
    const act = event.target.closest("[data-do]");
    if (act) {
      event.preventDefault();
      acts[act.dataset.do]();
    }
  });
  listen();
  if (tasks.length) show(tasks[0]);
  more();
}

// --- The group view -------------------------------------------------------------------------------------------------------------------

function group(form) {
  let tasks = JSON.parse(form.dataset.tasks), watch = stopwatch(), busy = false, typed = "", typedAt = 0, insist = false;
  const list = $("tiles"), left = new Set(), own = new Map(), kind = form.dataset.kind || null, of = form.dataset.field;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-multiselectable", "true");
  list.setAttribute("aria-label", "Tiles");
  const tiles = () => [...list.children];

  function draw() {
    own.clear();
    insist = false;
    put($("read"), inWords(tasks[0], tasks[0].value));
    put($("left"), tasks.length + " tiles");
    put(list, ...tasks.map((task, n) => {
      const tile = make("li", { className: "tile", tabIndex: n ? -1 : 0 }, make("span", { className: "crop" }, picture(task)),
        make("span", { className: "tile-line" }, make("span", { className: "value" })));
      tile.setAttribute("role", "option");
      write(tile, n);
      return tile;
    }));
    // The value fills its tile, with some of what stands around it.
    for (const [n, { snippet: [wide, high], outline: at }] of tasks.entries()) {
      const crop = tiles()[n].firstChild, room = [crop.clientWidth, crop.clientHeight];
      if (!at || !wide) continue;
      const [x, y, w, h] = [at[0] * wide, at[1] * high, at[2] * wide, at[3] * high].map((part) => part / 100);
      const scale = Math.min(room[0] * 0.85 / w, room[1] * 0.6 / h, 2);
      Object.assign(crop.firstChild.style, { position: "absolute", maxHeight: "none", maxWidth: "none", width: wide * scale + "px", height: high * scale + "px",
        left: room[0] / 2 - (x + w / 2) * scale + "px", top: room[1] / 2 - (y + h / 2) * scale + "px" });
    }
    list.firstChild.focus();
    watch = stopwatch();
  }

  function write(tile, n) {
    const task = tasks[n], marked = left.has(task.id), value = own.has(task.id) ? own.get(task.id) : task.value, words = inWords(task, value);
    tile.setAttribute("aria-selected", String(marked));
    tile.setAttribute("aria-label", "Tile " + (n + 1) + ", page " + task.page + ", " + words + (marked ? ", marked" : value === task.value ? "" : ", corrected"));
    tile.classList.toggle("corrected", value !== task.value);
    put(tile.querySelector(".value"), marked ? "marked: " : value !== task.value ? "→ " : "", words);
  }

  const turn = (n) => {
    const id = tasks[n].id;
    if (!left.delete(id)) left.add(id);
    own.delete(id);
    write(tiles()[n], n);
  };

  async function next() {
    const have = [...left];
    const more = (await post("tasks", { group: true, field: of, kind, count: 48, have })).tasks.filter((task) => !left.has(task.id));
    pictures.clear();
    if (more.length) {
      tasks = more;
      return draw();
    }
    leaving = true;
    location.assign(base + (left.size ? "/work?field=" + encodeURIComponent(of) : "/"));
  }

  async function act(name) {
    if (busy || !tasks.length) return;
    if (name === "back" || name === "undo") return location.assign(base + "/mine");
    if (name === "help") return window.open(base + "/help", "_blank", "noopener");
    if (name !== "accept" && name !== "postpone" && name !== "page") return;
    const at = tiles().indexOf(document.activeElement);
    if (name === "page") return at >= 0 && leaf(tasks[at].document, tasks[at].pages, tasks[at].page, tasks[at].place, tasks[at].label + " on its page");
    busy = true;
    const taken = tasks.filter((task) => !left.has(task.id)), measured = watch.read();
    measured.active_ms = Math.round(measured.active_ms / Math.max(1, taken.length));
    try {
      if (name === "postpone") await post("postpone", { items: tasks.map((task) => task.id) });
      else if (taken.length) {
        const kept = await post("answers", taken.map((task) => {
          const value = own.has(task.id) ? own.get(task.id) : task.value;
          return { id: task.id, version: task.version, outcome: value === task.value ? "verified" : "corrected", value, view: "group", measured, insist };
        }));
        const doubt = kept.findIndex((one) => one.doubt);
        if (doubt >= 0) {
          insist = true;
          put($("doubt"), kept[doubt].doubt + " Nothing was saved. Press Enter again if all is so.");
          tiles()[tasks.indexOf(taken[doubt])].focus();
          return;
        }
      }
      put($("doubt"));
      say(name === "postpone" ? "Put off." : taken.length + " saved.");
      await next();
    } catch (failure) {
      const other = failure.meanwhile && failure.meanwhile.message;
      put($("doubt"), "Nothing was saved: " + (other || failure.message));
    } finally {
      busy = false;
    }
  }

  addEventListener("keydown", (event) => {
    watch.key();
    const at = tiles().indexOf(document.activeElement), name = command(event);
    if (name) {
      event.preventDefault();
      if (!event.repeat) act(name);
      return;
    }
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const across = Math.max(1, tiles().filter((tile) => tile.offsetTop === list.firstChild.offsetTop).length);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - across, ArrowDown: at + across, Home: 0, End: tasks.length - 1 }[event.key];
    if (to !== undefined) {
      const tile = tiles()[to];
      if (tile) {
        tiles()[at].tabIndex = -1;
        tile.tabIndex = 0;
        tile.focus();
        typed = "";
      }
    } else if (event.key === " ") turn(at);
    else if (event.key === "Escape" || event.key === "Backspace") {
      own.delete(tasks[at].id);
      typed = "";
      write(tiles()[at], at);
    } else if (event.key.length === 1) {
      const now = performance.now();
      typed = (now - typedAt < 1500 ? typed : "") + event.key;
      typedAt = now;
      const value = member(tasks[at], typed);
      if (value === null) say("“" + typed + "” …");
      else {
        own.set(tasks[at].id, value);
        left.delete(tasks[at].id);
        write(tiles()[at], at);
        say(inWords(tasks[at], value));
      }
    } else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const tile = event.target.closest(".tile"), at = tiles().indexOf(tile);
    watch.click();
    if (at < 0) return;
    tiles().forEach((other) => { other.tabIndex = other === tile ? 0 : -1; });
    tile.focus();
    turn(at);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", (event) => {
    const by = event.target.closest("[data-do]");
    if (by) {
      event.preventDefault();
      act(by.dataset.do);
    }
  });
  draw();
}

// --- The document view ----------------------------------------------------------------------------------------------------------------

function paper(root) {
  const shown = JSON.parse(root.dataset.paper), rects = new Map();
  root.querySelectorAll("rect[data-value]").forEach((rect) => rects.set(rect.dataset.value, rect));
  const point = (n, move) => {
    root.querySelectorAll(".here").forEach((node) => node.classList.remove("here"));
    const rect = rects.get(n), row = root.querySelector(".row[data-n='" + n + "']");
    if (row) row.classList.add("here");
    if (!rect) return;
    rect.classList.add("here");
    if (move) rect.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  root.addEventListener("focusin", (event) => {
    const row = event.target.closest(".row");
    if (row) point(row.dataset.n, true);
  });
  root.addEventListener("click", (event) => {
    const rect = event.target.closest("rect"), mark = event.target.closest("[data-place]");
    if (rect) {
      const input = $("value-" + rect.dataset.value);
      point(rect.dataset.value, false);
      if (input) { input.scrollIntoView({ block: "center" }); input.focus(); }
    }
    if (!mark) return;
    const form = mark.form, fields = form.elements, at = Number(fields.page.value), value = shown.values[mark.dataset.place];
    leaf(shown.id, shown.pages, at, value && value.place, "Where does it stand?", {
      pages: !value,
      async taken(place, where, read) {
        fields.place.value = place.join(" ");
        if (!value) fields.page.value = where;
        if (!read) return say("The place is taken.");
        try {
          const name = value ? value.field : fields.field.value, there = await post("read", { document: shown.id, page: where, field: name, place });
          fields.value.value = there.value;
          say("Read there: " + (there.raw || "nothing"));
          fields.value.focus();
        } catch (failure) {
          cry(failure.message);
        }
      },
    });
  });
  root.addEventListener("submit", async (event) => {
    const form = event.target, path = form.getAttribute("action").split("/form/")[1];
    if (!["answer", "amend", "structure"].includes(path)) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form, event.submitter)), number = (text) => (text ? Number(text) : null);
    const place = fields.place ? fields.place.split(" ").map(Number) : null, insist = form.dataset.insist === fields.value + fields.outcome;
    try {
      if (path === "structure") {
        const now = await post(path, { document: shown.id, page: number(fields.page), join: fields.join || null });
        return location.assign(base + "/paper/" + now.id);
      }
      const kept = await post(path, path === "answer"
        ? { id: fields.id, version: number(fields.version), outcome: fields.outcome, value: fields.value, place, insist, view: "document" }
        : { document: shown.id, handle: fields.handle || null, field: fields.field, item: number(fields.item), page: number(fields.page),
          outcome: fields.outcome, value: fields.value, place, insist });
      if (kept.doubt) {
        form.dataset.insist = fields.value + fields.outcome;
        return cry(kept.doubt + " Save again if it is so.");
      }
      cry("");
      const row = form.closest(".row");
      say("Saved.");
      if (!row) return location.reload();
      row.classList.remove("waits");
      put(row.querySelector(".state"), fields.outcome === "corrected" ? "saved" : "not on the paper");
      const next = root.querySelector(".row.waits input:not([type=hidden]), .row.waits textarea");
      if (path === "answer") form.querySelectorAll("button").forEach((node) => { node.disabled = true; });
      if (next && path === "answer") next.focus();
    } catch (failure) {
      cry(failure.message);
    }
  });
}

// --- All screens ------------------------------------------------------------------------------------------------------------------------

document.documentElement.classList.add("with-script");
const launch = location.hash.slice(1);
if (page.screen === "sign-in" && launch && $("launch")) {
  // The link's fragment reaches no log, and is not kept in the history.
  history.replaceState(null, "", location.pathname);
  send("/api/launch", { launch }).then(async (answer) => {
    if (answer.ok) location.replace(base + "/");
    else cry((await answer.json()).error);
  }).catch((failure) => cry(failure.message));
}
if ($("work")) field($("work"));
if ($("group")) group($("group"));
if ($("paper")) paper($("paper"));
if ($("start")) addEventListener("keydown", (event) => {
  if (command(event) === "accept" && event.target === document.body) $("start").click();
});
if ($("lock-now")) $("lock-now").addEventListener("click", () => {
  send("/api/sign-out", {}).then(() => lock("Locked. Sign in and go on where you were."), (failure) => cry(failure.message));
});
for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => { touchedAt = Date.now(); }, true);
if (page.reviewer) setInterval(watch, 5000);
})();
