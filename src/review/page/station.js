// The station's script. Everything works without it, slower. It builds nodes and sets text, never markup; nothing is kept but in memory.
// Strings stand in double quotes and comments on lines of their own: squeeze.rs relies on it.
"use strict";
(() => {
const doc = document, page = doc.body.dataset, base = page.base, $ = id => doc.getElementById(id);
const on = (node, name, act, more) => node.addEventListener(name, act, more);
const put = (node, ...kids) => node.replaceChildren(...kids);
const stop = e => e.preventDefault();
const go = path => location.assign(base + path);
const wait = ms => new Promise(done => setTimeout(done, ms));
const clock = () => performance.now();
const say = text => put($("status"), text);
const doubt = text => put($("doubt"), text);
const cry = text => put($("alert"), text || "");

// A node: tag with class, properties or attributes, what stands in it.
function make(tag, props, ...kids) {
  const [name, style] = tag.split("."), node = doc.createElement(name);
  if (style) node.className = style;
  for (const key in props) {
    if (key in node) node[key] = props[key];
    else node.setAttribute(key, props[key]);
  }
  node.append(...kids);
  return node;
}
const button = (words, onclick, style) => make("button" + (style || ""), { type: "button", onclick }, words);

function draw(tag, props) {
  const node = doc.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const key in props) node.setAttribute(key, props[key]);
  return node;
}
function frame(rect, place) {
  ["x", "y", "width", "height"].forEach((name, at) => rect.setAttribute(name, place[at]));
}
function outline(place) {
  if (!place) return "";
  const svg = draw("svg", { class: "outline", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": true }), rect = draw("rect");
  svg.append(rect);
  frame(rect, place);
  return svg;
}

// --- The server -------------------------------------------------------------------------------------------------------------------

const onward = " Sign in to go on where you were.";
let token = page.token || "", deed = Date.now(), keyed = deed;

function fail(message, status, meanwhile) {
  throw { message, status, meanwhile };
}

const send = (path, what) => fetch(base + "/api/" + path, {
  method: "POST", body: JSON.stringify(what), headers: { "Content-Type": "application/json", "X-Chartlift-Token": token },
}).catch(() => fail("The station does not answer. Does the program run?", 0));

const alive = extend => post("alive", { extend });
async function post(path, what, again) {
  const answer = await send(path, what), told = await answer.json().catch(() => ({})), status = answer.status;
  if (answer.ok) {
    if (path !== "alive" || what.extend) deed = Date.now();
    return told;
  }
  if (status === 401) {
    await lock("Signed out. What is not saved yet is still here." + onward);
    return post(path, what);
  }
  // Signed in anew in another tab: this page's second secret is of the session before.
  if (status === 403 && !again && await renew()) return post(path, what, true);
  return fail(told.error || "The station answers with " + status + ".", status, told.meanwhile || {});
}

const load = async path => new DOMParser().parseFromString(await (await fetch(base + path)).text(), "text/html");

async function renew() {
  const other = (await load("/help").catch(() => doc)).body.dataset, own = token;
  if (other.reviewer === page.reviewer && other.token) token = other.token;
  return token !== own;
}

// --- Dialogs, lock, the end of a session ------------------------------------------------------------------------------------------

function dialog(name, title, ...kids) {
  const node = make("dialog." + name, { "aria-labelledby": name + "-title" }, make("h2", { id: name + "-title" }, title), ...kids);
  const from = doc.activeElement;
  node.onclose = () => {
    node.remove();
    (from.isConnected ? from : $("value"))?.focus();
  };
  // A key that closes it must do nothing to what lies below.
  node.onkeydown = e => e.stopPropagation();
  doc.body.append(node);
  node.showModal();
  return node;
}

let locked = null, leaving = false;
function lock(why) {
  locked ||= signIn(why).finally(() => { locked = null; });
  return locked;
}

async function signIn(why) {
  doc.body.classList.add("locked");
  const said = make("p", { role: "alert" }, why), node = dialog("lock", "Locked", said);
  node.oncancel = stop;
  let form;
  while (!(form = (await load("/sign-in").catch(() => doc)).querySelector("form#sign-in, form#launch"))) {
    put(said, "The station does not answer …");
    await wait(2000);
  }
  put(said, why);
  node.append(form);
  const input = name => form.elements.namedItem(name);
  if (input("name")) input("name").value = page.reviewer;
  (input("password") || input("launch")).focus();
  return new Promise(done => on(form, "submit", async e => {
    stop(e);
    try {
      const answer = await send(form.id, Object.fromEntries(new FormData(form))), told = await answer.json();
      if (!answer.ok) return put(said, told.error);
      if (told.name !== page.reviewer) {
        leaving = true;
        return go("/");
      }
      token = told.token;
      deed = Date.now();
      doc.body.classList.remove("locked");
      node.close();
      done();
    } catch (fault) {
      put(said, fault.message);
    }
  }));
}

let warning = null;
async function look() {
  const idle = page.idle * 1000, left = () => idle - (Date.now() - deed);
  if (locked || warning) return;
  if (keyed > deed && idle - left() > Math.min(60000, idle / 4)) return alive(true).catch(() => {});
  if (left() > 90000) return;
  // Another tab may have worked meanwhile.
  const state = await alive(false).catch(() => null);
  if (state) deed = Date.now() - idle + state.idle * 1000;
  if (left() > 90000 || locked || warning) return;
  const text = make("p", { role: "alert" });
  warning = dialog("warning", "Still there?", text, button("Stay (any key)", () => stay(), ".primary"));
  const tell = () => {
    put(text, "You will be signed out in " + Math.ceil(left() / 10000) * 10 + " seconds.");
    if (left() > 0) return;
    end();
    lock("Signed out after a while without a key." + onward);
  };
  const timer = setInterval(tell, 1000), end = () => {
    clearInterval(timer);
    removeEventListener("keydown", stay, true);
    warning.close();
    warning = null;
  };
  const stay = e => {
    if (e) {
      stop(e);
      e.stopImmediatePropagation();
    }
    end();
    alive(true).then(() => say("You stay."), fault => cry(fault.message));
  };
  warning.oncancel = stop;
  on(window, "keydown", stay, true);
  tell();
}

// --- Keys -------------------------------------------------------------------------------------------------------------------------

const keys = JSON.parse(page.keys || "{}"), keyOf = name => Object.keys(keys).find(key => keys[key] === name) || "";
const enter = " " + keyOf("accept"), digits = keyOf("alternative").split("+")[0];

const chorded = e => e.ctrlKey || e.altKey || e.metaKey;

// The command of a key: nothing while a dialog is open, and a bare Enter belongs to the button or link that has the focus.
function command(e) {
  if (doc.querySelector("dialog[open]") || e.isComposing || e.getModifierState("AltGraph")) return null;
  const control = e.ctrlKey || e.metaKey, number = /^(?:Digit|Numpad)([1-9])$/.exec(e.code);
  if (number && !e.shiftKey && (digits === "Alt" ? e.altKey && !control : control && !e.altKey)) return Number(number[1]);
  const chord = (control ? "Ctrl+" : "") + (e.altKey ? "Alt+" : "") + (e.shiftKey ? "Shift+" : "") + (e.key.length === 1 ? e.key.toUpperCase() : e.key);
  return chord === "Enter" && e.target.closest("button, a, select") ? null : keys[chord] || null;
}

const pressed = act => e => {
  const by = e.target.closest("[data-do]");
  if (by) act(by.dataset.do);
};
const help = () => window.open(base + "/help", "_blank", "noopener");

// --- The page of an item, and places on it ------------------------------------------------------------------------------------------

const percent = number => Math.round(Math.min(100, Math.max(0, number)) * 100) / 100;

// With `taken(place, page, read, picture)` a view in which a place is marked; `read` says whether it shall be read there.
function leaf(title, of, pages, first, place, taken, blind) {
  let zoom = 1, turn = 0, now = first, mark = place || (taken ? [30, 45, 30, 4] : null), grip = null;
  const img = make("img", { draggable: false }), svg = outline(mark || [0, 0, 0, 0]), rect = svg.firstChild, count = make("span.count");
  const sheet = make("div.sheet-in", null, img, svg), around = make("div.around", null, sheet), view = make("div.view", { tabIndex: 0, role: "region",
    "aria-label": taken ? "Arrows move the frame, with Shift its size, Enter takes it" : "Arrows move, + and − zoom, R turns" }, around);
  const open = by => {
    now = pages[pages.indexOf(now) + by] || now;
    put(count, img.alt = "Page " + (pages.indexOf(now) + 1) + " of " + pages.length);
    img.src = base + "/page/" + of + "/" + now + ".png?w=1600";
    svg.toggleAttribute("hidden", !taken && now !== first);
  };
  const lay = () => {
    const wide = Math.max(200, view.clientWidth - 4) * zoom, high = wide * img.naturalHeight / img.naturalWidth;
    const [w, h] = turn % 2 ? [high, wide] : [wide, high], [x, y] = [[0, 0], [w, 0], [w, h], [0, h]][turn];
    Object.assign(around.style, { width: w + "px", height: h + "px" });
    Object.assign(sheet.style, { width: wide + "px", height: high + "px", transform: "translate(" + x + "px," + y + "px) rotate(" + turn * 90 + "deg)" });
  };
  const near = factor => {
    const old = zoom, x = view.clientWidth / 2, y = view.clientHeight / 2, at = [view.scrollLeft + x, view.scrollTop + y];
    zoom = Math.min(8, Math.max(0.3, zoom * factor));
    lay();
    view.scrollTo(at[0] * zoom / old - x, at[1] * zoom / old - y);
  };
  const round = () => {
    turn = (turn + 1) % 4;
    lay();
  };
  const set = next => {
    const w = Math.max(0.5, percent(next[2])), h = Math.max(0.3, percent(next[3]));
    mark = [percent(Math.min(next[0], 100 - w)), percent(Math.min(next[1], 100 - h)), w, h];
    frame(rect, mark);
    inputs.forEach((input, n) => { if (input !== doc.activeElement) input.value = mark[n]; });
  };
  const take = read => {
    node.close();
    taken(mark, now, read && !blind, img);
  };
  const inputs = mark && taken ? mark.map((value, n) => make("input", { type: "number", min: 0, max: 100, step: 0.1, value,
    oninput() { set(mark.map((old, m) => (m === n && this.value ? Number(this.value) : old))); } })) : [];
  const bar = make("div.bar-acts", null, count, button("Nearer", () => near(1.25)), button("Farther", () => near(0.8)), button("Turn", round));
  if (pages.length > 1) bar.append(button("Page before", () => open(-1)), button("Page after", () => open(1)));
  bar.append(button("Close", () => node.close()));
  const node = dialog("leaf", title, bar, view);
  if (taken) {
    node.append(make("div.bar-acts", null, ...["Left %", "Top %", "Width %", "Height %"].map((words, n) => make("label", null, words, inputs[n])),
      blind ? "" : button("Read it here", () => take(true), ".primary"), button(blind ? "Take this place" : "Take the place only", () => take(false))));
  }
  img.onload = () => {
    lay();
    if (!mark || now !== first) return;
    // Near enough to read, the place in the middle.
    zoom = view.clientWidth < 500 ? 2.2 : Math.min(2.2, Math.max(1, 45 / mark[2]));
    lay();
    view.scrollTo((mark[0] + mark[2] / 2) / 100 * sheet.offsetWidth - view.clientWidth / 2,
      (mark[1] + mark[3] / 2) / 100 * sheet.offsetHeight - view.clientHeight / 2);
  };
  img.onerror = () => put(count, "The scan is not where it was: no picture.");
  open(0);
  view.focus();
  node.onkeydown = e => {
    e.stopPropagation();
    const by = { ArrowLeft: [-0.5, 0], ArrowRight: [0.5, 0], ArrowUp: [0, -0.3], ArrowDown: [0, 0.3] }[e.key], own = e.target === view;
    if (keys[e.key] === "page") {
      if (!e.repeat) node.close();
    } else if (e.target.matches("input") || chorded(e)) return;
    else if (e.key === "+" || e.key === "=") near(1.25);
    else if (e.key === "-") near(0.8);
    else if (e.key === "r" || e.key === "R") round();
    else if (taken && own && e.key === "Enter") take(true);
    else if (taken && own && by) {
      set(e.shiftKey ? [mark[0], mark[1], mark[2] + by[0], mark[3] + by[1]] : [mark[0] + by[0], mark[1] + by[1], mark[2], mark[3]]);
      rect.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else return;
    stop(e);
  };
  const spot = e => [e.offsetX / img.clientWidth * 100, e.offsetY / img.clientHeight * 100];
  view.onpointerdown = e => {
    grip = { at: spot(e), x: e.clientX + view.scrollLeft, y: e.clientY + view.scrollTop };
    if (!taken) view.setPointerCapture(e.pointerId);
  };
  view.onpointermove = e => {
    if (!grip) return;
    if (!taken) return view.scrollTo(grip.x - e.clientX, grip.y - e.clientY);
    const to = spot(e), [x, y] = grip.at, size = [Math.abs(to[0] - x), Math.abs(to[1] - y)];
    grip.moved ||= size[0] + size[1] > 1;
    if (grip.moved && e.target === img) set([Math.min(x, to[0]), Math.min(y, to[1]), ...size]);
  };
  view.onpointerup = () => {
    // A click without a drag brings the frame there.
    if (grip && taken && !grip.moved) set([grip.at[0] - mark[2] / 2, grip.at[1] - mark[3] / 2, mark[2], mark[3]]);
    grip = null;
  };
  on(view, "wheel", e => {
    if (taken && !e.ctrlKey) return;
    stop(e);
    near(e.deltaY < 0 ? 1.12 : 0.89);
  }, { passive: false });
  return node;
}

// --- What is common to items --------------------------------------------------------------------------------------------------------

const pictures = new Map();
function picture(task, room, line, several) {
  if (pictures.has(task.id)) return pictures.get(task.id);
  const [wide, high] = task.snippet, tall = task.outline ? task.outline[3] / 100 * high : 0;
  let scale = tall < 1 || tall > several ? 1 : Math.min(3, Math.max(1, line / tall));
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
function shared(was, is) {
  const least = Math.min(was.length, is.length);
  let a = 0, b = 0;
  while (a < least && was[a] === is[a]) a++;
  while (b < least - a && was[was.length - 1 - b] === is[is.length - 1 - b]) b++;
  return [a, b];
}

const inWords = (task, value) => (task.choices.find(([code]) => code === value) || [0, value || ""])[1];

// What was typed, as a member of a closed set: its code, its words, or a beginning that only one has.
function member(task, text) {
  if (!task.choices.length) return text;
  const low = text.trim().toLowerCase(), same = task.choices.find(([code, words]) => low === code.toLowerCase() || low === words.toLowerCase());
  const begun = same ? [same] : task.choices.filter(([, words]) => low && words.toLowerCase().startsWith(low));
  return begun.length === 1 ? begun[0][0] : null;
}

function stopwatch() {
  let last = clock(), active = 0, first_key_at = null, keystrokes = 0, clicks = 0;
  const shown_at = Date.now(), tick = () => {
    active += Math.min(clock() - last, 30000);
    last = clock();
  };
  return {
    key() {
      tick();
      keystrokes++;
      first_key_at ||= Date.now();
    },
    click() {
      tick();
      clicks++;
    },
    read() {
      tick();
      return { shown_at, first_key_at, active_ms: Math.round(active), keystrokes, clicks };
    },
  };
}

// --- The field view -------------------------------------------------------------------------------------------------------------------

function field(root) {
  const { view, field, kind, document } = root.dataset, wanted = { field, kind, document, conflicts: view === "conflict", escalated: view === "escalated" };
  const [line, several, long] = ["line", "several", "long"].map(name => Number(root.dataset[name]));
  const tasks = root.dataset.task ? [JSON.parse(root.dataset.task)] : [], outbox = [], drafts = new Map(), given = new Map(), latest = new Map();
  let box = $("value"), first = "", touched = false, place = null, looked = false, watch = stopwatch(), busy = false, deaf = 0, sending = false,
    waiting = null, fetching = false, question = null, hint = "";
  const snippet = task => picture(task, root.clientWidth - 40, line, several), isBlind = task => task.mode !== "confirm";

  on(window, "beforeunload", e => { if (!leaving && (outbox.length || touched)) stop(e); });

  async function more() {
    if (fetching || tasks.length > 7) return;
    fetching = true;
    const held = () => [...tasks, ...outbox.map(entry => entry.task)].map(task => task.id);
    try {
      const { tasks: come } = await post("tasks", { ...wanted, count: 12, have: held() });
      tasks.push(...come.filter(task => !held().includes(task.id)));
    } catch (fault) {
      cry(fault.message);
    }
    fetching = false;
    ahead();
    if ($("item").hidden) show(tasks[0]);
  }

  function ahead() {
    tasks.slice(0, 6).forEach(snippet);
    put($("ahead"), ...tasks.slice(1, 4).map(task => make("span", null, snippet(task))));
  }

  // The doubtful characters in what stands in the box now: those before and behind what was changed.
  function doubts() {
    const task = tasks[0];
    if (!task || first !== task.value) return [];
    const was = [...first], is = [...box.value], [a, b] = shared(was, is);
    return task.doubtful.flatMap(([from, to]) => was.map((_, at) => at).slice(from, to)).filter(at => at < a || at >= was.length - b)
      .map(at => (at < a ? at : at + is.length - was.length));
  }

  function underline() {
    const at = new Set(doubts());
    put($("under"), ...[...box.value].map((letter, n) => (at.has(n) ? make("u", null, letter) : letter)));
    $("under").scrollLeft = box.scrollLeft;
  }

  function select(at) {
    const letters = [...box.value], from = letters.slice(0, at).join("").length;
    box.setSelectionRange(from, from + letters[at].length);
  }

  // Where the caret stands in a box that nobody has touched, however it got the focus: a key never costs the whole text, but in closed sets.
  function stand() {
    const [from] = touched ? [] : doubts(), end = box.value.length;
    if (tasks[0].choices.length && !touched) box.select();
    else if (from !== undefined) select(from);
    else box.setSelectionRange(end, end);
  }

  function reads() {
    const task = tasks[0], raw = task.raw !== task.value && task.raw, words = !task.choices.length && task.reads;
    put($("reads"), ...(hint ? ["→ ", make("b", null, hint)] : [...(raw ? ["On paper ", make("span.value", null, raw)] : []), raw && words ? ", " : "",
      ...(words ? ["read as ", make("b", null, words)] : [])]));
  }

  function fill(text) {
    const tag = tasks[0].field.startsWith("Composition.section.") || text.length > long || text.includes("\n") ? "TEXTAREA" : "INPUT";
    if (box.tagName !== tag) {
      const next = doc.createElement(tag);
      for (const name of ["id", "name", "aria-describedby", "spellcheck", "autocapitalize"]) next.setAttribute(name, box.getAttribute(name));
      box.replaceWith(next);
      box = next;
      listen();
    }
    if (tag === "TEXTAREA") box.rows = Math.min(12, Math.max(2, Math.ceil(text.length / Math.max(20, box.clientWidth / 12)) + text.split("\n").length - 1));
    box.value = text;
    question = null;
    doubt("");
    underline();
  }

  function listen() {
    box.oninput = () => {
      touched = true;
      question = null;
      doubt("");
      const task = tasks[0], code = task.choices.length ? member(task, box.value) : null;
      hint = code === null ? "" : inWords(task, code);
      reads();
      underline();
    };
    box.onfocus = () => touched || stand();
    box.onscroll = () => { $("under").scrollLeft = box.scrollLeft; };
  }

  function options(task) {
    const plain = value => ({ value, source: "" });
    if (task.entries.length) return task.entries.map(plain);
    return task.alternatives.length ? task.alternatives : task.choices.slice(0, 9).map(([value]) => plain(value));
  }

  // Another reading, the letters set off in which it differs.
  function compared(task, text) {
    if (task.choices.length || !task.value) return [inWords(task, text)];
    const [a, b] = shared(text, task.value), end = text.length - b;
    return [text.slice(0, a), make("mark", null, text.slice(a, end)), text.slice(end)];
  }

  function show(task) {
    $("item").hidden = !task;
    $("nothing").hidden = !!task || fetching;
    cry();
    if (!task) {
      touched = false;
      return fetching ? say("Fetching …") : $("nothing").querySelector("a").focus();
    }
    const draft = drafts.get(task.id) || { watch: stopwatch() }, at = task.pages.indexOf(task.page) + 1;
    drafts.delete(task.id);
    put($("label"), task.label);
    put($("where"), task.kind + " · page " + (at && task.pages.length > 1 ? at + " of " + task.pages.length : task.page) +
      (task.item === null ? "" : " · no. " + task.item));
    $("mode").hidden = !isBlind(task);
    put($("context"), ...task.context.map(([name, value]) => make("div", null, make("dt", null, name), make("dd", null, value))));
    put($("crop"), snippet(task), outline(task.outline));
    $("picture").scrollLeft = task.outline ? task.outline[0] / 100 * $("crop").offsetWidth - 16 : 0;
    $("caption").hidden = !task.missing;
    put($("ask"), task.entries.length ? "What stands on the paper?" : isBlind(task) || task.value === null ? "Key what you see" : "Right as it stands?");
    first = inWords(task, task.value);
    looked = false;
    hint = "";
    fill("text" in draft ? draft.text : first);
    ({ question = null, place = null, touched = false, watch } = draft);
    reads();
    $("before").hidden = !task.before;
    put($("said-before"), task.before || "");
    put($("messages"), ...task.messages.map(text => make("li", null, text)));
    if (question) doubt(question.text);
    put($("alternatives"), ...options(task).map((other, n) => make("li", null, make("button", { type: "button", onclick: () => take(n + 1) },
      make("kbd", null, n + 1), " ", make("span.value", null, ...compared(task, other.value)), " ", make("small", null, other.source)))));
    box.focus({ preventScroll: true });
    stand();
    root.dataset.shown = task.id;
    ahead();
  }

  function keep() {
    if (!$("item").hidden && tasks.length) drafts.set(tasks[0].id, { text: box.value, touched, place, question, watch });
  }

  function next() {
    touched = false;
    pictures.delete(tasks.shift().id);
    more();
    show(tasks[0]);
  }

  // An answer that could not be kept, or that raises a question: its item stands before the reviewer again, with what was typed.
  function back(entry, text, status) {
    const own = { text, entry, over: [403, 404, 409].includes(status), insist: status === undefined };
    entry.returned = true;
    if (tasks[0] === entry.task) {
      question = own;
      return doubt(text);
    }
    keep();
    waiting = null;
    tasks.unshift(entry.task);
    drafts.set(entry.task.id, { text: entry.text, touched: true, place: entry.what.place, question: own, watch: stopwatch() });
    // A key that was meant for another item must not answer this one.
    deaf = clock() + 700;
    show(entry.task);
    cry("Back to the answer before.");
  }

  async function flush() {
    if (sending) return;
    sending = true;
    let halt = false;
    while (outbox.length && !halt) {
      const entry = outbox[0];
      try {
        const kept = await post(entry.path, entry.what);
        outbox.shift();
        if (kept.doubt) back(entry, kept.doubt + enter + " again if it is so.");
        else {
          const said = entry.path === "answer" ? "Saved." : "Put off.";
          // The next item stands there by then.
          setTimeout(() => say(said + (tasks.length ? " Next: " + tasks[0].label : "")));
          if (entry.path === "answer") {
            put($("left"), kept.open + " left");
            given.set(entry.task.id, entry.text);
          }
        }
      } catch ({ message, status, meanwhile }) {
        outbox.shift();
        halt = !status || status > 499;
        back(entry, [403, 404, 409].includes(status)
          ? message + (meanwhile.value ? " There it is now: " + meanwhile.value + "." : "") + (entry.what.value ? " Yours: " + entry.text + "." : "") + enter + " goes on."
          : "Not saved: " + (entry.what.value || entry.what.outcome || "put off") + ". " + message + (halt ? enter + " tries again." : ""), status);
      }
      entry.done();
      waiting?.();
      waiting = null;
    }
    sending = false;
    more();
  }

  const deafNow = () => busy || !tasks.length || clock() < deaf;

  async function hand(path, what, hold) {
    const task = tasks[0];
    if (deafNow()) return;
    if (outbox.length > 2) {
      say("Saving …");
      waiting = () => hand(path, what, hold);
      return flush();
    }
    const entry = { task, path, what, text: box.value }, done = new Promise(resolve => { entry.done = resolve; });
    outbox.push(entry);
    busy = true;
    flush();
    if (hold) await Promise.race([done, wait(hold)]);
    busy = false;
    if (entry.returned) return;
    if (what.value) latest.set(task.field, entry.text);
    next();
  }

  function answer(outcome, extra) {
    const task = tasks[0];
    if (deafNow()) return;
    if (question?.over) return next();
    // The same answer once more; whatever is typed makes it another one.
    if (question && !extra && ["accept", question.entry.what.outcome].includes(outcome)) return hand(question.entry.path, { ...question.entry.what, ...(question.insist && { insist: true }) });
    let value = "";
    if (outcome === "accept") {
      value = extra ? extra.value : touched || task.value === null ? member(task, box.value) : task.value;
      if (value === null || !value.trim()) {
        return doubt(value === null ? "One of these is wanted: " + task.choices.map(choice => choice[1]).join(", ") + "."
          : "The box is empty. If the paper is empty there too, press " + keyOf("blank") + ".");
      }
      outcome = !isBlind(task) && value === task.value ? "verified" : "corrected";
    }
    // Where the server may have a question the page waits for it a moment, so as not to turn to and fro.
    hand("answer", { id: task.id, version: task.version, outcome, place, context: looked, view, measured: watch.read(), ...extra, value },
      outcome === "corrected" ? 80 : 0);
  }

  function take(n) {
    const task = tasks[0], other = options(task)[n - 1];
    if (deafNow()) return;
    if (!other) return say("No reading " + n + ".");
    fill(inWords(task, other.value));
    touched = true;
    answer("accept", { value: other.value, rank: task.alternatives.length || task.entries.length ? n : null });
  }

  async function undo() {
    if (busy) return;
    busy = true;
    try {
      while (sending) await wait(10);
      const { task } = await post("undo", {}), at = tasks.findIndex(other => other.id === task.id);
      keep();
      if (at >= 0) tasks.splice(at, 1);
      tasks.unshift(task);
      pictures.delete(task.id);
      if (given.has(task.id)) drafts.set(task.id, { text: given.get(task.id), touched: true, watch: stopwatch() });
      show(task);
      say("Taken back: " + task.label);
    } catch (fault) {
      say(fault.status === 404 ? "Nothing to take back." : fault.message);
    }
    busy = false;
  }

  function ask(title, words, yes, act) {
    const text = make("textarea", { rows: 3 }), said = make("p.doubt", { role: "alert" }), form = make("form", null, make("label", null, words, text), said,
      make("p.row-acts", null, make("button.primary", null, yes), button("Cancel", () => node.close())));
    const node = dialog("ask-note", title, form);
    text.focus();
    text.onkeydown = e => {
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.repeat) return;
      stop(e);
      form.requestSubmit();
    };
    form.onsubmit = e => {
      stop(e);
      Promise.resolve(act(text.value.trim())).then(() => node.close(), fault => put(said, fault.message));
    };
  }

  function elsewhere() {
    const task = tasks[0];
    leaf(task.label + ": where does it stand?", task.document, [task.page], task.page, place || task.place, async (mark, at, read, img) => {
      place = mark;
      touched = true;
      // The new place is shown instead of the old one.
      const [x, y, w, h] = mark, wide = img.naturalWidth / 100, high = img.naturalHeight / 100;
      const canvas = make("canvas", { width: (w + 2 * h) * wide, height: 3 * h * high, role: "img", "aria-label": "The place that you marked" });
      canvas.getContext("2d").drawImage(img, (h - x) * wide, (h - y) * high);
      put($("crop"), canvas);
      if (!read) return say("The place is taken. Key what stands there.");
      say("Reading …");
      try {
        const there = await post("read", { document: task.document, page: at, field: task.field, place: mark });
        if (tasks[0] !== task) return;
        fill(inWords(task, there.value));
        put($("reads"), "Read there: ", make("span.value", null, there.raw || "nothing"));
        say("Read: " + (there.raw || "nothing"));
      } catch (fault) {
        doubt(fault.message);
      }
    }, isBlind(task));
  }

  const acts = {
    accept: () => answer("accept"),
    illegible: () => answer("illegible"),
    blank: () => answer("blank"),
    absent: () => answer("absent"),
    postpone: () => hand("postpone", { items: [tasks[0].id] }),
    undo, back: undo, elsewhere, help,
    page() {
      const task = tasks[0], opened = clock();
      looked = true;
      const node = leaf(task.label, task.document, task.pages.length ? task.pages : [task.page], task.page, place || task.place);
      const up = e => {
        if (keys[e.key] !== "page") return;
        removeEventListener("keyup", up, true);
        if (clock() - opened > 400) node.close();
      };
      on(window, "keyup", up, true);
    },
    "wrong-document": () => ask("Wrong patient or document?", "What is wrong? (optional)", "Give the document to the lead",
      note => answer("wrong-document", { note })),
    note: () => ask("Note to the lead", "It changes nothing of the answer", "Send",
      text => text && post("note", { item: tasks[0].id, text }).then(() => say("Noted."))),
    same() {
      const task = tasks[0], value = latest.get(task.field) || inWords(task, task.previous);
      if (!value) return say("No item of this field before.");
      fill(value);
      touched = true;
      box.setSelectionRange(value.length, value.length);
    },
    document: () => go("/paper/" + tasks[0].document),
  };
  const act = name => (tasks.length || ["undo", "back", "help"].includes(name)) && acts[name]();

  on(window, "keydown", e => {
    if (!/^(Shift|Control|Alt|Meta)/.test(e.key)) watch.key();
    const name = command(e), own = e.target === box;
    if (!name && own && e.key === "Tab" && !chorded(e)) {
      const at = [...box.value.slice(0, box.selectionStart)].length, bare = box.selectionStart === box.selectionEnd, all = doubts();
      const to = e.shiftKey ? all.filter(n => n < at).pop() : all.find(n => n > at || n === at && bare);
      if (to === undefined) return;
      select(to);
    } else if (!name || name === "undo" && touched && own) {
      if (own && e.key === "Escape") box.select();
      return;
    } else if (!e.repeat) {
      if (name > 0) take(name);
      else act(name);
    }
    stop(e);
  });
  on(window, "pointerdown", () => watch.click());
  $("answer").onsubmit = stop;
  root.onclick = pressed(act);
  listen();
  if (tasks.length) show(tasks[0]);
  more();
}

// --- The group view -------------------------------------------------------------------------------------------------------------------

function group(form) {
  let tasks = JSON.parse(form.dataset.tasks), watch, busy = false, typed = "", typedAt = 0, insist = false;
  const { field, kind } = form.dataset, left = new Set(), own = new Map(), tiles = () => [...list.children];
  const list = make("ul.tiles", { role: "listbox", "aria-multiselectable": true, "aria-label": "Tiles", "aria-describedby": "group-help" });
  $("tiles").replaceWith(list);
  const valueOf = task => (own.has(task.id) ? own.get(task.id) : task.value);

  function lay() {
    own.clear();
    insist = false;
    put($("read"), inWords(tasks[0], tasks[0].value));
    put($("left"), tasks.length + " tiles");
    put(list, ...tasks.map((task, n) => make("li.tile", { role: "option", tabIndex: n ? -1 : 0 }, make("span.crop", null, picture(task)), make("span.value"))));
    tasks.forEach((task, n) => {
      write(n);
      // The value fills its tile, with some of what stands around it.
      const [wide, high] = task.snippet, at = task.outline, crop = tiles()[n].firstChild;
      if (!at || !wide) return;
      const [x, y, w, h] = [at[0] * wide, at[1] * high, at[2] * wide, at[3] * high].map(part => part / 100);
      const scale = Math.min(crop.clientWidth * 0.85 / w, crop.clientHeight * 0.6 / h, 2);
      Object.assign(crop.firstChild.style, { position: "absolute", maxWidth: "none", width: wide * scale + "px", height: high * scale + "px",
        left: crop.clientWidth / 2 - (x + w / 2) * scale + "px", top: crop.clientHeight / 2 - (y + h / 2) * scale + "px" });
    });
    list.firstChild.focus();
    watch = stopwatch();
  }

  function write(n) {
    const task = tasks[n], tile = tiles()[n], marked = left.has(task.id), value = valueOf(task), other = value !== task.value, words = inWords(task, value);
    tile.ariaSelected = marked;
    tile.ariaLabel = "Tile " + (n + 1) + ", page " + task.page + ", " + words + (marked ? ", marked" : other ? ", corrected" : "");
    tile.classList.toggle("corrected", other);
    put(tile.lastChild, marked ? "marked: " : other ? "→ " : "", words);
  }

  function turn(n) {
    const id = tasks[n].id;
    if (!left.delete(id)) left.add(id);
    own.delete(id);
    write(n);
  }

  function focus(n) {
    tiles().forEach((tile, at) => { tile.tabIndex = at === n ? 0 : -1; });
    tiles()[n].focus();
    typed = "";
  }

  async function act(name) {
    const at = tiles().indexOf(doc.activeElement), task = tasks[at];
    if (name === "back" || name === "undo") go("/mine");
    if (name === "help") help();
    if (task && name === "page") leaf(task.label, task.document, task.pages, task.page, task.place);
    if (busy || name !== "accept" && name !== "postpone") return;
    busy = true;
    const taken = tasks.filter(task => !left.has(task.id)), measured = watch.read();
    measured.active_ms = Math.round(measured.active_ms / Math.max(1, taken.length));
    try {
      if (name === "postpone") await post("postpone", { items: tasks.map(task => task.id) });
      else if (taken.length) {
        const kept = await post("answers", taken.map(task => ({ id: task.id, version: task.version, value: valueOf(task), view: "group", measured, insist,
          outcome: valueOf(task) === task.value ? "verified" : "corrected" })));
        const odd = kept.findIndex(one => one.doubt);
        if (odd >= 0) {
          insist = true;
          doubt(kept[odd].doubt + " Nothing was saved." + enter + " again if all is so.");
          return focus(tasks.indexOf(taken[odd]));
        }
      }
      doubt("");
      say(name === "postpone" ? "Put off." : taken.length + " saved.");
      pictures.clear();
      tasks = (await post("tasks", { group: true, field, kind, count: 48, have: [...left] })).tasks.filter(task => !left.has(task.id));
      if (tasks.length) lay();
      else go(left.size ? "/work?field=" + encodeURIComponent(field) : "/");
    } catch (fault) {
      doubt("Not saved. " + fault.message);
    } finally {
      busy = false;
    }
  }

  on(window, "keydown", e => {
    watch.key();
    const at = tiles().indexOf(doc.activeElement), name = command(e);
    if (name) {
      stop(e);
      return e.repeat || act(name);
    }
    if (at < 0 || chorded(e) || doc.querySelector("dialog[open]")) return;
    const across = tiles().filter(tile => tile.offsetTop === list.firstChild.offsetTop).length;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - across, ArrowDown: at + across }[e.key];
    if (to !== undefined) {
      if (tasks[to]) focus(to);
    } else if (e.key === " ") turn(at);
    else if (e.key === "Escape" || e.key === "Backspace") {
      own.delete(tasks[at].id);
      typed = "";
      write(at);
    } else if (e.key.length === 1) {
      typed = (clock() - typedAt < 1500 ? typed : "") + e.key;
      typedAt = clock();
      const value = member(tasks[at], typed);
      if (value !== null) {
        own.set(tasks[at].id, value);
        left.delete(tasks[at].id);
        write(at);
      }
      say(value === null ? typed + " …" : inWords(tasks[at], value));
    } else return;
    stop(e);
  });
  list.onclick = e => {
    const at = tiles().indexOf(e.target.closest(".tile"));
    watch.click();
    if (at < 0) return;
    focus(at);
    turn(at);
  };
  form.onsubmit = stop;
  form.onclick = pressed(act);
  lay();
}

// --- The document view: its forms are plain ones --------------------------------------------------------------------------------------

function paper(root) {
  const shown = JSON.parse(root.dataset.paper);
  const point = (n, move) => {
    root.querySelectorAll(".here").forEach(node => node.classList.remove("here"));
    root.querySelectorAll("[data-value='" + n + "']").forEach(node => {
      node.classList.add("here");
      if (move && node.matches("rect")) node.scrollIntoView({ block: "nearest" });
    });
  };
  on(root, "focusin", e => {
    const row = e.target.closest(".row");
    if (row) point(row.dataset.value, true);
  });
  root.onclick = e => {
    const rect = e.target.closest("rect"), mark = e.target.closest("[data-place]");
    if (rect) {
      const input = $("value-" + rect.dataset.value);
      input.scrollIntoView({ block: "center" });
      input.focus();
    }
    if (!mark) return;
    const { field, page: at, place, value } = mark.form.elements, old = shown.values[mark.dataset.place], name = old ? old.field : field.value;
    leaf("Where does it stand?", shown.id, old ? [old.page] : shown.pages, Number(at.value), old && old.place, async (where, on, read) => {
      place.value = where.join(" ");
      at.value = on;
      value.focus();
      if (!read) return say("The place is taken.");
      try {
        const there = await post("read", { document: shown.id, page: on, field: name, place: where });
        value.value = there.value;
        say("Read: " + (there.raw || "nothing"));
      } catch (fault) {
        cry(fault.message);
      }
    });
  };
}

// --- All screens ------------------------------------------------------------------------------------------------------------------------

doc.documentElement.classList.add("with-script");
const launch = location.hash.slice(1);
if (launch && $("launch")) {
  // The link's fragment reaches no log, and is not kept in the history.
  history.replaceState(null, "", location.pathname);
  send("launch", { launch }).then(async answer => {
    if (answer.ok) location.replace(base + "/");
    else cry((await answer.json()).error);
  }).catch(fault => cry(fault.message));
}
if ($("work") && $("work").dataset.may === "true") field($("work"));
if ($("group")) group($("group"));
if ($("paper")) paper($("paper"));
if ($("start")) on(window, "keydown", e => { if (command(e) === "accept") $("start").click(); });
if (token) {
  $("lock-now").onclick = () => send("sign-out", {}).then(() => lock("Locked." + onward), fault => cry(fault.message));
  for (const name of ["keydown", "pointerdown"]) on(window, name, () => { keyed = Date.now(); }, true);
  setInterval(look, 5000);
  // Plain forms: a session that is over must not cost what was typed.
  on(doc, "submit", async e => {
    const form = e.target, secret = form.elements.token;
    if (e.defaultPrevented || !secret || form.sure) return;
    stop(e);
    try {
      await alive(true);
      secret.value = token;
      form.sure = true;
      form.requestSubmit(e.submitter);
    } catch (fault) {
      cry(fault.message);
    }
  });
}
})();
