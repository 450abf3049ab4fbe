// The shell's behaviour, shared by every report: draw figures when they come into view, redraw for paper and for the
// colour scheme, copy and download lists. A report adds `revenuerFigures[kind] = (element, data, look) => {resize, dispose}`.
(() => {
  "use strict";
  const PAPER_WIDTH = 680;
  const kinds = globalThis.revenuerFigures || {};
  const drawn = new Map();
  let paper = false;

  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  function look() {
    const style = getComputedStyle(document.documentElement);
    const names = ["paper", "panel", "ink", "muted", "rule", "for", "against", "neutral", "ramp0", "ramp1", "ramp2", "ramp3", "ramp4"];
    const found = Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
    return { ...found, width: paper ? PAPER_WIDTH : 0, printing: paper, font: getComputedStyle(document.body).fontFamily };
  }

  function draw(figure) {
    const make = kinds[figure.dataset.figure];
    if (!make) return;
    drawn.get(figure)?.dispose();
    const target = figure.querySelector(".drawing");
    target.replaceChildren();
    drawn.set(figure, make(target, read(figure.dataset.source), look()));
    figure.dataset.drawn = "yes";
  }

  const figures = [...document.querySelectorAll("figure[data-figure]")];
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      if (!drawn.has(entry.target)) draw(entry.target);
    }
  }, { rootMargin: "300px" });
  figures.forEach((figure) => seen.observe(figure));

  let width = innerWidth;
  addEventListener("resize", () => {
    if (paper || innerWidth === width) return;
    width = innerWidth;
    for (const [, chart] of drawn) chart.resize();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!paper) [...drawn.keys()].forEach(draw); });

  const reopened = [];
  addEventListener("beforeprint", () => {
    paper = true;
    document.documentElement.classList.add("printing");
    for (const part of document.querySelectorAll("details[data-print-open]:not([open])")) {
      part.open = true;
      reopened.push(part);
    }
    figures.filter((figure) => !figure.classList.contains("screen-only")).forEach(draw);
  });
  addEventListener("afterprint", () => {
    paper = false;
    document.documentElement.classList.remove("printing");
    reopened.splice(0).forEach((part) => { part.open = false; });
    [...drawn.keys()].forEach(draw);
  });

  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const part = target.querySelector(":scope > details");
    if (part) part.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const worked = document.execCommand("copy");
      area.remove();
      return worked;
    }
  }

  const COLUMNS = ["account_id", "exchanges", "harvest_exchanges", "output_tokens", "first_seen", "last_seen", "log10_e"];
  const time = (seconds) => seconds === undefined ? "" : new Date(seconds * 1000).toISOString().replace(".000", "");
  // A spreadsheet runs a cell that starts like a formula; ids are chosen by strangers.
  const field = (value) => {
    const text = String(value ?? "");
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  const csv = (rows) => [COLUMNS, ...rows.map((row) => [...row.slice(0, 4), time(row[4]), time(row[5]), row[6]])]
    .map((row) => Array.from({ length: COLUMNS.length }, (_, at) => field(row[at])).join(",")).join("\r\n") + "\r\n";

  function save(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy], button[data-csv]");
    if (!button) return;
    const said = button.parentElement.querySelector(".said");
    if (button.dataset.copy) {
      const rows = read(button.dataset.copy).rows;
      const worked = await copy(rows.map((row) => row[0]).join("\n") + "\n");
      said.textContent = worked ? `Copied ${rows.length.toLocaleString("en")}, one per line.` : "The browser did not allow copying; use the CSV.";
    } else {
      const list = read(button.dataset.csv);
      save(list.file, csv(list.rows));
      said.textContent = `Saved as ${list.file}.`;
    }
  });
})();
