// What the browser tests of the station share: a Chromium of its own with an empty profile, every request and answer written down, and its judge of accessibility.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const tools = path.resolve(here, "../../target/station/package.json");
const load = createRequire(tools);
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

// Nothing may leave the machine: not even the browser itself asks after updates.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-dev-shm-usage",
];

/** Fails with what was wanted and what was found. */
export function hold(condition, what, found) {
  if (!condition) throw new Error(found === undefined ? what : `${what}: ${typeof found === "string" ? found : JSON.stringify(found)}`);
}

/** Says what was measured or held, for the test's output. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** The value below which a share of the numbers lies (nearest rank). */
export function share(numbers, of) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.ceil(of * sorted.length) - 1)] : NaN;
}

/** Starts the browser. */
export async function launch(executablePath) {
  return chromium.launch({ executablePath, headless: true, args: FLAGS, chromiumSandbox: false });
}

/** A person at the station: a browser context, its page, and all that went over the wire. */
export class Person {
  static async arrive(browser, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const person = new Person();
    Object.assign(person, { browser, context, requests: [], bodies: [], faults: [], dialogs: [] });
    context.on("request", (request) => person.requests.push(request.url()));
    context.on("response", (response) => {
      if (response.status() >= 400) person.faults.push(`${response.status()} ${response.url()}`);
    });
    person.page = await context.newPage();
    // What is text is held up until it is written down, so that none of it is missed: a browser forgets bodies when it leaves a page.
    const wire = await context.newCDPSession(person.page);
    wire.on("Fetch.requestPaused", async ({ requestId, request }) => {
      const got = await wire.send("Fetch.getResponseBody", { requestId }).catch(() => null);
      if (got) person.bodies.push({ url: request.url, body: got.base64Encoded ? Buffer.from(got.body, "base64").toString() : got.body });
      await wire.send("Fetch.continueRequest", { requestId }).catch(() => {});
    });
    await wire.send("Fetch.enable", { patterns: ["Document", "Fetch", "XHR"].map((resourceType) => ({ urlPattern: "*", resourceType, requestStage: "Response" })) });
    // A policy that refuses something, a script that fails, markup that runs: all are faults.
    person.page.on("pageerror", (error) => person.faults.push(String(error)));
    // The picture for the tab, which browsers ask for at the root, is not there.
    person.page.on("console", (message) => {
      if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) person.faults.push(`${message.text()} ${message.location().url}`);
    });
    person.page.on("dialog", (dialog) => { person.dialogs.push(dialog.message()); dialog.dismiss(); });
    return person;
  }

  /** Everything that the server has answered as text so far. */
  answered(path = "") {
    return this.bodies.filter(({ url }) => url.includes(path));
  }

  /** Holds that no request went anywhere but to this machine. */
  atHome() {
    const away = this.requests.filter((url) => !/^(http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]|data:|blob:|about:)/.test(url));
    hold(away.length === 0, "requests left this machine", away);
    return this.requests.length;
  }

  /** Holds that nothing went wrong in the browser. */
  well() {
    hold(this.faults.length === 0, "faults in the browser", this.faults);
    hold(this.dialogs.length === 0, "dialogs opened", this.dialogs);
  }

  /** Holds that the page has no fault of accessibility that axe-core finds, light and dark. */
  async accessible(name) {
    for (const colorScheme of ["light", "dark"]) {
      await this.scheme(colorScheme);
      // Through the driver's own world: the page's policy forbids scripts that are not its own, and shall.
      const found = await evaluateIsolated(this.page, axe, async () => {
        const result = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
        return { passes: result.passes.length, violations: result.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => `${n.target.join(" ")}: ${n.failureSummary}`) })) };
      });
      hold(found.passes > 5, `${name}, ${colorScheme}: axe-core looked at next to nothing`, found);
      hold(found.violations.length === 0, `${name}, ${colorScheme}: accessibility`, JSON.stringify(found.violations, null, 1));
    }
    await this.scheme("light");
  }

  /** Light or dark, with all that fades faded. */
  async scheme(colorScheme) {
    await this.page.emulateMedia({ colorScheme });
    await this.painted();
    await this.page.evaluate(() => Promise.all(document.getAnimations().map((fading) => fading.finished.catch(() => {}))));
  }

  /** Holds that the page needs no horizontal scrolling at a width of CSS pixels. */
  async reflows(name) {
    const size = this.page.viewportSize();
    // 640 px is what 1280 px become at 200 %.
    for (const width of [640, 320]) {
      await this.page.setViewportSize({ width, height: 800 });
      await this.painted();
      const found = await this.page.evaluate(() => {
        const room = document.documentElement.clientWidth;
        const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > room + 1 && e.checkVisibility()).slice(0, 5);
        return { room, wants: document.documentElement.scrollWidth, wide: wide.map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`) };
      });
      hold(found.wants <= found.room, `${name} scrolls sideways at ${width} px`, found);
    }
    await this.page.setViewportSize(size);
  }

  /** Two frames later, all that was to be painted is. */
  async painted() {
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  async leave() {
    await this.context.close();
  }
}

/** Runs a script and a function in a world that shares the document with the page and nothing else, where the page's policy does not hold. */
async function evaluateIsolated(page, script, work) {
  const session = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "judge" });
    await session.send("Runtime.evaluate", { expression: script, contextId: executionContextId });
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression: `(${work})()`, contextId: executionContextId, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  } finally {
    await session.detach();
  }
}

/** Runs in the page before its own script: writes down, for every item that comes, how long after the key it was painted with its picture. */
export function stopwatch() {
  globalThis.flips = [];
  let pressed = 0;
  addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  const drawn = () => new Promise((done) => requestAnimationFrame(() => {
    // A message comes after the frame has been handed over.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  }));
  addEventListener("DOMContentLoaded", () => {
    const work = document.getElementById("work");
    if (!work) return;
    new MutationObserver(async () => {
      const from = pressed, item = work.dataset.shown, picture = document.querySelector("#crop img");
      if (picture && !picture.complete) await new Promise((done) => { picture.onload = picture.onerror = done; });
      const at = await drawn();
      globalThis.flips.push({ item, ms: at - from });
    }).observe(work, { attributes: true, attributeFilter: ["data-shown"] });
  });
}
