// Plays a scenario at a station in a browser: `node play.mjs SCENARIO`, with a plan as JSON on standard input. Ends with 1 where something does not hold.
//
// `plan.link` is what the program printed, `plan.known` says of every item by its name what the machine read (`value`), which the page does not say of
// what is asked blindly. What people did goes to the file `plan.deeds`, to be held against the archive.

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Person, hold, launch, say, share, stopwatch } from "./browser.mjs";

const plan = JSON.parse(readFileSync(0, "utf8"));
const base = plan.link.split("/sign-in")[0];
const deeds = [];

/** The item that stands before a person, as the server told of it; `null` if none does. */
const shown = (person) => person.page.evaluate(() => {
  const work = document.getElementById("work");
  return work && !document.getElementById("item").hidden ? work.dataset.shown : null;
});

/** Waits until another item stands there, and is painted. */
async function after(person, before) {
  await person.page.waitForFunction((old) => {
    const work = document.getElementById("work");
    return !document.getElementById("nothing").hidden || (work.dataset.shown !== old && globalThis.flips.at(-1)?.item === work.dataset.shown);
  }, before, { polling: "raf", timeout: 60000 }).catch(async () => {
    const state = await person.page.evaluate(() => ({
      shown: document.getElementById("work")?.dataset.shown, flip: globalThis.flips?.at(-1), item: document.getElementById("item")?.hidden,
      said: ["doubt", "status", "alert"].map((id) => document.getElementById(id)?.textContent),
      pictures: [...document.querySelectorAll("#crop img")].map((img) => [img.complete, img.naturalWidth]),
    }));
    hold(false, `no other item comes after ${before}`, { state, faults: person.faults, last: person.answered("/api/").slice(-3).map(({ url, body }) => [url, body.slice(0, 300)]) });
  });
  return shown(person);
}

/** Answers the item that stands there by keys, and once more where the page asks; gives the next one and how often it asked. */
async function answer(person, item, press) {
  for (let asked = 0; ; asked++) {
    const kept = person.page.waitForResponse((response) => response.url().endsWith("/api/answer"), { timeout: 60000 });
    await press();
    const reply = await kept;
    const { doubt, error } = JSON.parse(person.answered("/api/answer").at(-1).body);
    hold(reply.ok(), "an answer was refused", error);
    if (!doubt) return { next: await after(person, item), asked };
    hold(asked < 2, "the page asks again and again", doubt);
    await person.page.waitForFunction((id) => document.getElementById("doubt").textContent && document.getElementById("work").dataset.shown === id, item, { timeout: 60000 });
    // The page is deaf for a moment, so that a key for the item before does not answer this one.
    await person.page.waitForTimeout(750);
    press = () => person.page.keyboard.press("Enter");
  }
}

/** Every task that the server has told of, by name. */
function told(person) {
  const tasks = new Map();
  for (const { body } of person.answered()) {
    for (const task of found(body)) tasks.set(task.id, task);
  }
  return tasks;
}

function found(body) {
  if (body.startsWith("{")) {
    const all = JSON.parse(body);
    return [...(all.tasks ?? []), ...(all.task ? [all.task] : [])];
  }
  const task = /data-task="([^"]*)"/.exec(body);
  const unescape = (text) => text.replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  return task ? [JSON.parse(unescape(task[1]))] : [];
}

async function byLink(person) {
  await person.page.goto("about:blank");
  await person.page.goto(plan.link);
  await person.page.waitForFunction(() => document.body.dataset.screen === "queue");
}

async function byPassword(person, account) {
  await person.page.goto(`${base}/sign-in`);
  // The browser gives the first field its focus a moment after the page is there.
  await person.page.waitForFunction(() => document.activeElement?.name === "name");
  await person.page.keyboard.type(account.name);
  await person.page.keyboard.press("Tab");
  await person.page.keyboard.type(account.password);
  await person.page.keyboard.press("Enter");
  await person.page.waitForFunction(() => document.body.dataset.screen === "queue");
  person.name = account.name;
}

/** Puts a text into the box by keys. */
async function type(person, text) {
  await person.page.keyboard.press("Control+A");
  await person.page.keyboard.insertText(text);
}

/** What is asked blindly tells nothing of what was read. */
function holdBlind(task) {
  const hidden = { value: null, raw: null, reads: null, before: null };
  for (const name in hidden) hold(task[name] === null, `a blind item tells its ${name}`, task);
  for (const name of ["alternatives", "doubtful", "messages"]) hold(task[name].length === 0, `a blind item tells its ${name}`, task);
  const machine = plan.known[task.id]?.value;
  // Members of closed sets stand among the choices whatever was read.
  if (machine && !task.choices.length) hold(!JSON.stringify({ ...task, context: [], previous: null }).includes(JSON.stringify(machine).slice(1, -1)), "a blind item tells what was read", task);
}

const scenarios = {
  /** Two hundred items by keys alone, with the measures of the reference; a correction, another reading, an answer that is taken back. */
  async session(browser) {
    const person = await Person.arrive(browser);
    await person.context.addInitScript(stopwatch);
    await byLink(person);
    await person.page.keyboard.press("Enter");
    await person.page.waitForFunction(() => document.getElementById("work")?.dataset.shown, undefined, { timeout: 60000 });
    const saves = [], snippets = [];
    person.page.on("requestfinished", (request) => {
      if (request.url().endsWith("/api/answer")) saves.push(request.timing().responseEnd - request.timing().requestStart);
      if (request.url().includes("/snippet/")) snippets.push(request.sizes().then((sizes) => sizes.responseBodySize));
    });
    const done = { verified: 0, corrected: 0, alternative: 0, blind: 0, absent: 0, undone: 0, asked: 0 };
    let item = await shown(person);
    const seen = new Set();
    while (seen.size < plan.items) {
      hold(item, "the queue is empty before the session is over", done);
      seen.add(item);
      const task = told(person).get(item);
      hold(task, "an item that the server has not told of", item);
      const known = plan.known[item];
      const keys = person.page.keyboard;
      // A person reads before the key, and a good deal longer.
      await person.page.waitForTimeout(plan.reads ?? 0);
      let deed, press = () => keys.press("Enter");
      if (task.mode !== "confirm") {
        holdBlind(task);
        await type(person, known.value);
        deed = { item, value: known.value };
        done.blind++;
      } else if (task.alternatives.length && done.alternative < 10) {
        press = () => keys.press("Alt+1");
        deed = { item, value: task.alternatives[0].value };
        done.alternative++;
      } else if (plan.correct.includes(task.field) && done.corrected < 20 && task.value) {
        await keys.press("End");
        await keys.type("x");
        deed = { item, value: `${task.value}x` };
        done.corrected++;
      } else if (!task.value) {
        press = () => keys.press("F9");
        deed = { item, value: "" };
        done.absent++;
      } else {
        deed = { item, value: task.value };
        done.verified++;
      }
      let { next, asked } = await answer(person, item, press);
      done.asked += asked;
      deeds.push(deed);
      if (done.undone < 3 && seen.size % 40 === 20) {
        await keys.press("PageUp");
        await person.page.waitForFunction((id) => document.getElementById("work").dataset.shown === id, item, { timeout: 60000 });
        await person.painted();
        ({ next } = await answer(person, item, () => keys.press("Enter")));
        done.undone++;
      }
      item = next;
    }
    await person.page.waitForLoadState("networkidle");
    const flips = (await person.page.evaluate(() => globalThis.flips)).map((flip) => flip.ms);
    say(`session: ${seen.size} items by keys: ${JSON.stringify(done)}`);
    say(`session: key to next item painted: p50 ${share(flips, 0.5).toFixed(1)} ms, p95 ${share(flips, 0.95).toFixed(1)} ms, most ${share(flips, 1).toFixed(1)} ms (${flips.length})`);
    say(`session: saved: p50 ${share(saves, 0.5).toFixed(1)} ms, p95 ${share(saves, 0.95).toFixed(1)} ms, most ${share(saves, 1).toFixed(1)} ms (${saves.length})`);
    const sizes = await Promise.all(snippets);
    say(`session: snippets: p50 ${share(sizes, 0.5)}, p95 ${share(sizes, 0.95)}, most ${share(sizes, 1)} bytes (${sizes.length})`);
    hold(sizes.length >= plan.items && share(sizes, 0.95) <= 40_000, "snippets, p95 over 40 kB", share(sizes, 0.95));
    hold(share(flips, 0.95) <= plan.flip, `key to next item painted, p95 over ${plan.flip} ms`, share(flips, 0.95));
    hold(share(saves, 0.95) <= plan.save, `saving, p95 over ${plan.save} ms`, share(saves, 0.95));
    for (const what of plan.wanted) hold(done[what] > 0, `the session had no ${what}`, done);
    person.well();
    say(`session: ${person.atHome()} requests, none left this machine`);
    await person.leave();
  },
};

/** A screen in a pair of eyes and in a screen reader's ears: axe-core, light and dark; 200 % and 320 px; its picture where one is wanted. */
async function look(person, name) {
  await person.page.waitForLoadState("networkidle");
  await person.painted();
  await person.accessible(name);
  await person.reflows(name);
  if (plan.pictures) {
    for (const colorScheme of ["light", "dark"]) {
      await person.scheme(colorScheme);
      await person.page.screenshot({ path: `${plan.pictures}/${name}-${colorScheme}.png` });
    }
    await person.scheme("light");
  }
  say(`screens: ${name}: no fault of accessibility, no sideways scrolling`);
}

Object.assign(scenarios, {
  /** Every screen and dialog: accessible, light and dark; no sideways scrolling at 200 % and at 320 px; small. */
  async screens(browser) {
    const person = await Person.arrive(browser);
    await person.page.goto(`${base}/sign-in`);
    await look(person, "sign-in");
    await byLink(person);
    await look(person, "queue");
    const groups = await person.page.evaluate(() => [...document.querySelectorAll("a[href*='/group?field=']")].map((link) => link.href.split("=").at(-1)));
    hold(groups.length, "no group is offered");
    const pictures = [];
    person.page.on("requestfinished", (request) => {
      if (request.url().includes("/page/")) pictures.push(request.sizes().then((sizes) => sizes.responseBodySize));
    });

    // What the shell weighs: everything that the first item's screen asks for but pictures.
    const parts = [];
    const weigh = async (response) => {
      if (!(response.headers()["content-type"] ?? "").startsWith("image/")) {
        const body = await response.body();
        parts.push({ path: new URL(response.url()).pathname.split("/").at(-1), plain: body.length, zipped: gzipSync(body).length });
      }
    };
    const weighed = [];
    const listen = (response) => weighed.push(weigh(response));
    person.page.on("response", listen);
    await person.page.goto(`${base}/work`);
    await person.page.waitForLoadState("networkidle");
    await Promise.all(weighed);
    person.page.off("response", listen);
    const sum = (name) => parts.reduce((all, part) => all + part[name], 0);
    say(`screens: the shell: ${parts.length} requests, ${sum("plain")} bytes, ${sum("zipped")} compressed: ${parts.map((part) => `${part.path} ${part.plain}/${part.zipped}`).join(", ")}`);
    hold(parts.length <= 5, "requests of the shell", parts);
    hold(sum("zipped") <= 60_000, "bytes of the shell", parts);

    await look(person, "work");
    const document = [...told(person).values()][0].document;
    for (const [key, name] of [["F2", "page"], ["F6", "place"], ["F7", "wrong"], ["F8", "note"]]) {
      await person.page.keyboard.press(key);
      await person.page.waitForSelector("dialog[open]");
      await look(person, name);
      await person.page.keyboard.press("Escape");
      await person.page.waitForSelector("dialog", { state: "detached" });
    }
    for (const [path, name] of [
      [`group?field=${groups[0]}`, "group"], ["conflicts", "conflicts"], ["escalated", "escalated"], [`paper/${document}`, "document"], ["mine", "mine"],
      ["numbers", "numbers"], ["help", "help"],
    ]) {
      await person.page.goto(`${base}/${path}`);
      await look(person, name);
    }
    const leaves = await Promise.all(pictures);
    say(`screens: pictures of pages: most ${share(leaves, 1)} bytes (${leaves.length})`);
    hold(leaves.length && share(leaves, 1) <= 400_000, "a page's picture over 400 kB", leaves);
    person.well();
    await person.page.goto(`${base}/nowhere`);
    await look(person, "fault");
    say(`screens: ${person.atHome()} requests, none left this machine`);
    await person.leave();
  },

  /** A group of tiles that the machine read alike, of which one is odd: it is corrected, the others are accepted by one key. */
  async group(browser) {
    const person = await Person.arrive(browser);
    await byLink(person);
    const group = await person.page.evaluate(() => {
      const links = [...document.querySelectorAll("a[href*='/group?field=']")];
      const count = (link) => Number(link.parentElement.querySelector(".n").textContent);
      return links.sort((a, b) => count(b) - count(a))[0]?.href;
    });
    hold(group, "no group is offered");
    await person.page.goto(group);
    await person.page.waitForSelector("[role=listbox] [role=option]", { timeout: 60000 }).catch(async () => {
      hold(false, `no tiles at ${group}`, person.faults);
    });
    const tiles = await person.page.evaluate(() => JSON.parse(document.getElementById("group").dataset.tasks));
    hold(tiles.length >= 3, "too few tiles", tiles.length);
    hold(new Set(tiles.map((task) => task.value)).size === 1, "tiles are not read alike", tiles.map((task) => task.value));
    for (const task of tiles) hold(task.mode === "confirm", "a blind item among tiles", task);
    const odd = Math.min(2, tiles.length - 1);
    const keys = person.page.keyboard;
    for (let n = 0; n < odd; n++) await keys.press("ArrowRight");
    const other = tiles[odd].choices.find(([code, words]) => code !== tiles[odd].value && !words.includes(" "));
    await keys.type(other[1]);
    await person.painted();
    const label = await person.page.evaluate((n) => document.querySelectorAll("[role=listbox] [role=option]")[n].getAttribute("aria-label"), odd);
    hold(label.includes("corrected"), "the odd tile does not say that it is corrected", label);
    let said;
    for (let asked = 0; asked < 2; asked++) {
      const kept = person.page.waitForResponse((response) => response.url().endsWith("/api/answers"));
      await keys.press("Enter");
      hold((await kept).ok(), "the group was refused");
      said = JSON.parse(person.answered("/api/answers").at(-1).body);
      if (!said.some((one) => one.doubt)) break;
      await person.page.waitForFunction(() => document.getElementById("doubt").textContent);
    }
    hold(said.length === tiles.length && said.every((one) => !one.doubt), "not all tiles were kept", said);
    await person.page.waitForLoadState("networkidle");
    tiles.forEach((task, n) => deeds.push({ item: task.id, value: n === odd ? other[0] : task.value }));
    say(`group: ${tiles.length} tiles of ${tiles[0].field}, one of them ${other[0]} among ${tiles[odd].value}: kept by one key`);
    person.well();
    person.atHome();
    await person.leave();
  },

  /** Two people key the same items blindly and differ in one; a third one settles it. What the machine read reaches nobody before. */
  async pair(browser) {
    const people = [];
    for (const account of plan.accounts) {
      const person = await Person.arrive(browser);
      await person.context.addInitScript(stopwatch);
      await byPassword(person, account);
      people.push(person);
    }
    const [first, second, third] = people;
    const keyed = new Map();
    for (const person of [first, second]) {
      await person.page.goto(`${base}/work?field=${plan.field}`);
      let item = await shown(person);
      hold(item, `${person.name}: nothing to key`);
      let count = 0;
      while (item && count < plan.pairs) {
        const task = told(person).get(item);
        hold(task.mode === "double", "identity is not keyed by two people", task);
        holdBlind(task);
        hold((await person.page.evaluate(() => document.getElementById("value").value)) === "", "the box is not empty");
        const right = plan.known[item].value;
        // The second one errs in the first item that both have keyed.
        const errs = person === second && ![...keyed.values()].some((entry) => entry.differ) && keyed.has(item);
        const value = errs ? plan.error : right;
        if (person === first) keyed.set(item, { right });
        else if (keyed.has(item)) Object.assign(keyed.get(item), { both: true, differ: errs });
        await type(person, value);
        ({ next: item } = await answer(person, item, () => person.page.keyboard.press("Enter")));
        count++;
      }
      // Nobody keys an item twice.
      const own = told(person).keys();
      say(`pair: ${person.name} keyed ${count} items of ${[...own].length} told`);
      person.well();
    }
    const both = [...keyed].filter(([, entry]) => entry.both);
    hold(both.length >= 2, "too few items were keyed by two people", both.length);
    const conflict = both.find(([, entry]) => entry.differ);

    // Neither of the two may settle what they keyed.
    await first.page.goto(`${base}/conflicts`);
    hold((await shown(first)) !== conflict[0], "who keyed an entry is asked to settle it");
    // To be refused is right here, and no fault.
    first.faults.length = 0;
    await third.page.goto(`${base}/conflicts`);
    const task = told(third).get(await shown(third));
    hold(task?.id === conflict[0], "the conflict does not stand before the third one", task);
    hold(task.entries.length === 2 && task.entries.includes(plan.error), "both entries are wanted, and nothing else", task.entries);
    hold(JSON.stringify([task.value, task.alternatives]) === "[null,[]]", "the conflict tells what was read", task);
    const rank = task.entries.findIndex((entry) => entry !== plan.error) + 1;
    if (plan.pictures) await third.page.screenshot({ path: `${plan.pictures}/conflict-light.png` });
    await third.accessible("conflict");
    await third.reflows("conflict");
    await answer(third, task.id, () => third.page.keyboard.press(`Alt+${rank}`));
    for (const [item, entry] of both) deeds.push({ item, value: entry.right });
    say(`pair: ${both.length} items keyed by two people, one conflict, settled by ${third.name}`);
    for (const person of people) {
      person.well();
      person.atHome();
      await person.leave();
    }
  },

  /** Markup that is printed on a page is text on every screen. */
  async markup(browser) {
    const person = await Person.arrive(browser);
    await person.context.addInitScript(stopwatch);
    await byLink(person);
    await person.page.goto(`${base}/work`);
    let item = await shown(person), met = 0, document;
    const evil = "<img src=x onerror=alert(1)>";
    while (item) {
      const task = told(person).get(item);
      document = task.document;
      const value = plan.known[item].value;
      const text = await person.page.evaluate(() => document.getElementById("value").value);
      if (value.includes(evil)) {
        if (task.mode === "confirm") hold(text.includes(evil), "markup does not stand in the box as text", text);
        met++;
      }
      const press = () => person.page.keyboard.press("Enter");
      if (task.mode === "confirm" && task.value) ({ next: item } = await answer(person, item, press));
      else {
        // Keyed as it is printed, through the same way in.
        await type(person, value || "x");
        ({ next: item } = await answer(person, item, value ? press : () => person.page.keyboard.press("F9")));
      }
      await person.painted();
      deeds.push({ item: task.id, value: value });
    }
    hold(met >= 5, "the markup was met too seldom", met);
    for (const path of [`paper/${document}`, "mine", "", "numbers"]) {
      await person.page.goto(`${base}/${path}`);
      await person.page.waitForLoadState("networkidle");
      if (path) hold(path === "numbers" || (await person.page.content()).includes("onerror=alert(1)"), "the text is not there at all", path);
      const born = await person.page.evaluate(() => document.querySelectorAll("[onerror], img[src$='/x'], img[src='x']").length);
      hold(born === 0, "printed markup became an element", path);
    }
    hold(!person.requests.some((url) => url.endsWith("/x")), "printed markup asked for a picture");
    person.well();
    say(`markup: met in ${met} items, text everywhere`);
    await person.leave();
  },
});

const scenario = scenarios[process.argv[2]];
hold(scenario, "no such scenario", process.argv[2]);
const browser = await launch(plan.browser);
try {
  await scenario(browser);
  if (plan.deeds) writeFileSync(plan.deeds, JSON.stringify(deeds));
} finally {
  await browser.close();
}
