// The scan report's three drawings. ECharts tooltips are drawn on the canvas ("richText"): the HTML ones need inline
// styles, which the page's policy forbids, and would interpret text.
(() => {
  "use strict";
  const two = (value) => String(value).padStart(2, "0");
  const stamp = (epoch) => {
    const at = new Date(epoch);
    return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  };
  const number = (value) => Number(value).toLocaleString("en");
  const short = (value) => value >= 1e6 ? value / 1e6 + "M" : value >= 1e3 ? value / 1e3 + "k" : String(value);
  const shorten = (text, length) => {
    const characters = [...text];
    return characters.length <= length ? text : characters.slice(0, length - 5).join("") + "…" + characters.slice(-4).join("");
  };

  function chart(element, height, look, option) {
    const width = look.width || element.clientWidth || 600;
    element.replaceChildren();
    const made = echarts.init(element, null, { renderer: "canvas", devicePixelRatio: Math.max(2, devicePixelRatio || 1), width, height });
    made.setOption({ animation: false, textStyle: { fontFamily: look.font, color: look.ink }, ...option(width) });
    return {
      resize() {
        const next = element.clientWidth || width;
        made.resize({ width: next, height });
        made.setOption(option(next));
      },
      dispose() { made.dispose(); },
    };
  }

  const tooltip = (look, formatter, extra) => ({
    renderMode: "richText", confine: true, backgroundColor: look.paper, borderColor: look.rule,
    textStyle: { color: look.ink, fontSize: 12 }, formatter, ...extra,
  });

  // Category labels: days when the span is long, hours when it is short; as many as fit.
  function timeAxis(starts, look, width, extra) {
    const span = starts[starts.length - 1] - starts[0];
    const label = (text) => {
      const full = stamp(Number(text));
      return span > 3 * 864e5 ? full.slice(5, 10) : full.slice(5);
    };
    const every = Math.max(1, Math.ceil(starts.length / Math.max(2, Math.floor(width / 80))));
    return {
      type: "category", data: starts.map(String), axisLine: { lineStyle: { color: look.neutral } },
      axisTick: { show: false }, axisLabel: { color: look.muted, interval: every - 1, formatter: label, fontSize: 11 }, ...extra,
    };
  }

  function timeline(element, data, look) {
    const axis = (index, name) => ({
      type: "value", gridIndex: index, name, nameLocation: "end", nameTextStyle: { color: look.muted, align: "left", fontSize: 11 },
      splitNumber: 3, minInterval: 1, axisLabel: { color: look.muted, fontSize: 11, formatter: short }, splitLine: { lineStyle: { color: look.rule } },
    });
    const option = (width) => ({
      aria: { enabled: false },
      grid: [{ left: 48, right: 12, top: 26, height: 112 }, { left: 48, right: 12, top: 180, height: 62 }],
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      tooltip: tooltip(look, (rows) => {
        const at = rows[0].dataIndex, ours = data.ours[at], others = data.others[at] ?? 0, sum = ours + others;
        return `${stamp(data.starts[at])} UTC\ncampaign ${number(ours)}\neveryone else ${number(others)}\nshare ${sum ? (100 * ours / sum).toFixed(1) : 0} %`;
      }, { trigger: "axis", axisPointer: { type: "line", lineStyle: { color: look.neutral } } }),
      xAxis: [timeAxis(data.starts, look, width, { gridIndex: 0, axisLabel: { show: false } }), timeAxis(data.starts, look, width, { gridIndex: 1 })],
      yAxis: [axis(0, "this campaign"), axis(1, "everyone else")],
      series: [
        { type: "bar", data: data.ours, progressive: 0, itemStyle: { color: look.for }, barCategoryGap: "12%" },
        { type: "line", step: "middle", xAxisIndex: 1, yAxisIndex: 1, data: data.others, symbol: "none", lineStyle: { color: look.neutral, width: 1.5 }, areaStyle: { color: look.neutral, opacity: .18 } },
      ],
    });
    return chart(element, 276, look, option);
  }

  // Five classes with geometric bounds: counts are heavy-tailed, and five steps stay apart in grey.
  function classes(top, look) {
    const colours = [look.ramp0, look.ramp1, look.ramp2, look.ramp3, look.ramp4];
    const bounds = [...new Set([1, 2, 3, 4].map((step) => Math.max(step, Math.round(top ** (step / 5)))))].filter((bound) => bound < top);
    bounds.push(top);
    return bounds.map((high, at) => {
      const low = at ? bounds[at - 1] + 1 : 1;
      return { gte: low, lte: high, label: low === high ? String(low) : `${number(low)}–${number(high)}`, color: colours[bounds.length === 1 ? 3 : Math.round(at * 4 / (bounds.length - 1))] };
    });
  }

  function heat(element, data, look) {
    const cells = [];
    let top = 1;
    for (let at = 0; at < data.cells.length; at += 3) {
      cells.push([data.cells[at + 1], data.cells[at], data.cells[at + 2]]);
      top = Math.max(top, data.cells[at + 2]);
    }
    const row = look.printing ? 6 : data.accounts.length > 30 ? 10 : 14;
    const height = data.accounts.length * row + 92;
    const option = (width) => {
      const narrow = width < 520;
      const room = narrow ? 84 : 168;
      return {
        grid: { left: room, right: 12, top: 8, bottom: 84 },
        tooltip: tooltip(look, (cell) => `${data.accounts[cell.value[1]]}\n${stamp(data.starts[cell.value[0]])} UTC\n${number(cell.value[2])} request${cell.value[2] === 1 ? "" : "s"}`),
        xAxis: timeAxis(data.starts, look, width - room),
        yAxis: { type: "category", inverse: true, data: data.accounts.map((_, at) => String(at)), axisTick: { show: false }, axisLine: { lineStyle: { color: look.neutral } },
          axisLabel: { color: look.muted, fontSize: row < 8 ? 7 : row < 12 ? 9 : 10, interval: 0, formatter: (at) => shorten(data.accounts[Number(at)], narrow ? 12 : 26), hideOverlap: true } },
        visualMap: { type: "piecewise", orient: "horizontal", left: narrow ? 0 : room, bottom: 4, pieces: classes(top, look), textStyle: { color: look.muted, fontSize: 11 }, itemWidth: 14, itemHeight: 12, itemGap: narrow ? 6 : 12, selectedMode: false, dimension: 2 },
        // Not the "heatmap" series: ECharts 6.1 paints it in pieces over several frames whatever `progressive` says, so a
        // page that goes to paper at once would show only its first rows.
        series: [{ type: "custom", data: cells, encode: { x: 0, y: 1 }, progressive: 0, renderItem: (_, api) => {
          const [x, y] = api.coord([api.value(0), api.value(1)]), [wide, high] = api.size([1, 1]);
          return { type: "rect", shape: { x: x - wide / 2, y: y - high / 2, width: wide + .4, height: high }, style: { fill: api.visual("color") } };
        } }],
      };
    };
    return chart(element, height, look, option);
  }

  const EDGE_COLOURS = { light: ["#1f5c9e", "#a8380b", "#2a7a4f", "#7a3d9a", "#8a6a00", "#0f7c86", "#b0306a", "#555d66"],
    dark: ["#7db4f0", "#f59367", "#74cf9c", "#cf9cec", "#e3c25a", "#6ed3dc", "#f08bb8", "#b4bcc6"] };
  const DASHES = ["", "7 3", "2 3", "10 3 2 3", "4 2", "1 4", "12 4", "6 2 1 2 1 2"];
  const shape = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const isDark = (look) => parseInt(look.paper.slice(1, 3), 16) < 128;
  const BOX = { width: 900, height: 480, margin: 20 };

  function layout(data) {
    const graph = new accountGraph.Graph({ type: "undirected", multi: true });
    const largest = Math.max(1, ...data.sizes);
    const dot = Math.max(3, Math.min(8, 60 / Math.sqrt(data.nodes.length)));
    data.nodes.forEach((label, at) => {
      // A sunflower spiral: a fixed start, so the picture is the same every time.
      const radius = Math.sqrt(at + 1), angle = at * 2.399963;
      graph.addNode(String(at), { label, requests: data.sizes[at], x: radius * Math.cos(angle), y: radius * Math.sin(angle), size: dot * (.6 + .8 * Math.sqrt(data.sizes[at] / largest)) });
    });
    data.edges.forEach(([from, to, kind, weight]) => graph.addEdge(String(from), String(to), { kind, weight: Math.max(.1, weight) }));
    if (graph.order > 2) {
      const settings = { ...accountGraph.forceAtlas2.inferSettings(graph), gravity: .6, scalingRatio: 6, strongGravityMode: false, adjustSizes: false, edgeWeightInfluence: .3, barnesHutOptimize: graph.order > 150 };
      accountGraph.forceAtlas2.assign(graph, { iterations: graph.order > 200 ? 160 : 300, settings, getEdgeWeight: "weight" });
    }
    return graph;
  }

  function still(graph, data, look, colours, hidden) {
    const xs = graph.mapNodes((_, node) => node.x), ys = graph.mapNodes((_, node) => node.y);
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const place = (value, low, high, size) => high - low < 1e-9 ? size / 2 : BOX.margin + (value - low) / (high - low) * (size - 2 * BOX.margin);
    const at = (id) => {
      const node = graph.getNodeAttributes(id);
      return [place(node.x, left, right, BOX.width).toFixed(1), place(node.y, bottom, top, BOX.height).toFixed(1)];
    };
    const picture = shape("svg", { class: "links", viewBox: `0 0 ${BOX.width} ${BOX.height}`, "aria-hidden": "true" });
    const layers = data.kinds.map((_, kind) => shape("g", { stroke: colours[kind % 8], "stroke-dasharray": DASHES[kind % 8], "stroke-width": 1.3, "stroke-opacity": .65, fill: "none", ...(hidden.has(kind) ? { display: "none" } : {}) }));
    graph.forEachEdge((_, edge, from, to) => {
      const [x1, y1] = at(from), [x2, y2] = at(to);
      // Links of several kinds between the same pair bow apart.
      const bow = (edge.kind - (data.kinds.length - 1) / 2) * 7;
      const dx = x2 - x1, dy = y2 - y1, long = Math.hypot(dx, dy) || 1;
      const mx = (Number(x1) + Number(x2)) / 2 - dy / long * bow, my = (Number(y1) + Number(y2)) / 2 + dx / long * bow;
      layers[edge.kind].append(shape("path", { d: `M${x1} ${y1}Q${mx.toFixed(1)} ${my.toFixed(1)} ${x2} ${y2}` }));
    });
    const dots = shape("g", { fill: look.ink, stroke: look.panel, "stroke-width": 1 });
    graph.forEachNode((id, node) => {
      const [cx, cy] = at(id);
      const dot = shape("circle", { cx, cy, r: node.size.toFixed(1) });
      const title = shape("title", {});
      title.textContent = `${node.label}: ${number(node.requests)} requests`;
      dot.append(title);
      dots.append(dot);
    });
    picture.append(...layers, dots);
    return { picture, layers };
  }

  function explore(graph, stage, hidden) {
    // The stage is always light, so that Sigma's own hover labels stay legible.
    return new accountGraph.Sigma(graph, stage, {
      labelSize: 12, labelRenderedSizeThreshold: 9, labelColor: { color: "#1a1e24" }, defaultNodeColor: "#2b3138", zIndex: true,
      edgeReducer: (_, edge) => ({ ...edge, color: EDGE_COLOURS.light[edge.kind % 8], size: 1 + Math.min(2, edge.weight / 6), hidden: hidden.has(edge.kind) }),
    });
  }

  function webgl() {
    try { return Boolean(document.createElement("canvas").getContext("webgl2")); } catch { return false; }
  }

  let release = () => {};

  function graph(element, data, look) {
    const colours = EDGE_COLOURS[isDark(look) ? "dark" : "light"];
    const found = layout(data), hidden = new Set();
    const { picture, layers } = still(found, data, look, colours, hidden);
    const holder = document.createElement("div"), legend = document.createElement("ul"), bar = document.createElement("p");
    let sigma = null;
    holder.append(picture);
    legend.className = "legend";
    data.kinds.forEach((name, kind) => {
      const item = document.createElement("li"), label = document.createElement("label"), box = document.createElement("input");
      const sample = shape("svg", { viewBox: "0 0 34 10", "aria-hidden": "true" });
      sample.append(shape("line", { x1: 0, y1: 5, x2: 34, y2: 5, stroke: colours[kind % 8], "stroke-width": 2.5, "stroke-dasharray": DASHES[kind % 8] }));
      Object.assign(box, { type: "checkbox", checked: true, className: "no-print" });
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(kind); else hidden.add(kind);
        layers[kind].setAttribute("display", box.checked ? "inline" : "none");
        sigma?.refresh();
      });
      label.append(box, " ", sample, ` ${name} (${number(data.tally[kind])})`);
      item.append(label);
      legend.append(item);
    });
    const close = () => {
      if (!sigma) return;
      sigma.kill();
      sigma = null;
      holder.replaceChildren(picture);
      button.textContent = "Explore (zoom, drag, hover)";
    };
    const button = document.createElement("button");
    bar.className = "buttons no-print";
    bar.hidden = look.printing;
    button.type = "button";
    button.textContent = "Explore (zoom, drag, hover)";
    button.addEventListener("click", () => {
      if (sigma) { close(); return; }
      release();
      if (!webgl()) {
        bar.textContent = "The interactive view needs WebGL, which this browser does not offer; hover a dot for its account.";
        return;
      }
      const stage = document.createElement("div");
      stage.className = "stage";
      holder.replaceChildren(stage);
      try {
        sigma = explore(found, stage, hidden);
        release = close;
        button.textContent = "Close the explorer";
      } catch {
        holder.replaceChildren(picture);
        bar.textContent = "The interactive view could not start; hover a dot for its account.";
      }
    });
    bar.append(button);
    element.append(holder, legend, bar);
    return { resize() { sigma?.refresh(); }, dispose: close };
  }

  globalThis.revenuerFigures = { timeline, heat, graph };
})();
