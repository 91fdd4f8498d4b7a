// Judge pages as a phone would load them: node lighthouse.mjs CHROME URL ... prints one line of JSON for each address.
// One browser serves all of them; each page gets a fresh tab and an empty cache.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { slowdown } from "./slowdown.mjs";

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

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  const options = { port: await port(), output: "json", logLevel: "silent" };
  const categories = ["performance", "accessibility", "best-practices", "seo"];
  // The speed of the processor as the last runs found it; a first one looks at nothing else.
  const { lhr: first } = await lighthouse(addresses[0], { ...options, onlyAudits: ["document-title"] });
  const indices = [first.environment.benchmarkIndex];
  for (const address of addresses) {
    const index = median(indices.slice(-3));
    const throttling = { cpuSlowdownMultiplier: slowdown(index) };
    const { lhr } = await lighthouse(address, { ...options, throttling, onlyCategories: categories });
    indices.push(lhr.environment.benchmarkIndex);
    const scores = Object.fromEntries(categories.map((name) => [name, Math.round(100 * (lhr.categories[name].score ?? 0))]));
    const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9);
    const told = failed.map((audit) => `${audit.id} ${audit.displayValue ?? ""}`.trim());
    const { rttMs, throughputKbps, cpuSlowdownMultiplier } = lhr.configSettings.throttling;
    const phone = { index, slowdown: cpuSlowdownMultiplier, rttMs, throughputKbps };
    console.log(JSON.stringify({ address, scores, phone, failed: told, error: lhr.runtimeError?.message ?? null }));
  }
} finally {
  browser.kill();
  await ended;
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
