// Judge pages as a phone would load them: node lighthouse.mjs CHROME URL ... prints one line of JSON for each address.
// One browser serves all of them; each page gets a fresh tab and an empty cache.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";

const [chrome, ...addresses] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), "edition-lighthouse-"));
const flags = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update", "--disable-extensions",
  "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank",
];
const browser = spawn(chrome, flags, { stdio: ["ignore", "ignore", "pipe"] });
const ended = new Promise((resolve) => browser.once("exit", resolve));

/** The port on which the browser says that it listens. */
function port() {
  return new Promise((resolve, reject) => {
    let said = "";
    browser.stderr.on("data", (text) => {
      said += text;
      const found = said.match(/DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//);
      if (found) resolve(Number(found[1]));
    });
    browser.once("exit", () => reject(new Error(`The browser ended: ${said}`)));
  });
}

try {
  const options = { port: await port(), output: "json", logLevel: "silent" };
  const categories = ["performance", "accessibility", "best-practices", "seo"];
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, { ...options, onlyCategories: categories });
    const scores = Object.fromEntries(categories.map((name) => [name, Math.round(100 * (lhr.categories[name].score ?? 0))]));
    const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9);
    const told = failed.map((audit) => `${audit.id} ${audit.displayValue ?? ""}`.trim());
    console.log(JSON.stringify({ address, scores, failed: told, error: lhr.runtimeError?.message ?? null }));
  }
} finally {
  browser.kill();
  await ended;
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
