// What a test asks a page about itself. An object of questions; each answers with plain values.
({
  // every chart is drawn, or there is none
  drawn() {
    return document.querySelectorAll("[data-chart]:not([data-chart=drawn])").length === 0;
  },

  tooWide() {
    return document.documentElement.scrollWidth - window.innerWidth;
  },

  landmarks() {
    const named = (e) =>
      e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") ||
      e.title || e.textContent.trim() || e.querySelector("svg title");
    const controls = "a[href], button, input:not([type=hidden]), select, textarea";
    return {
      lang: document.documentElement.lang,
      titled: document.title.length > 3,
      main: document.querySelectorAll("main").length,
      h1: document.querySelectorAll("h1").length,
      unnamed: [...document.querySelectorAll(controls)]
        .filter((e) => e.checkVisibility() && !named(e))
        .map((e) => e.outerHTML.slice(0, 120)),
    };
  },

  // how many controls Tab has to come to: of radio buttons of one name, one
  reachable() {
    const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const chosen = (e) => {
      const group = [...document.querySelectorAll(`input[type=radio][name="${e.name}"]`)];
      return e === (group.find((r) => r.checked) || group[0]);
    };
    return [...document.querySelectorAll(controls)].filter(
      (e) =>
        !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) &&
        (e.type !== "radio" || chosen(e)),
    ).length;
  },

  // what the focus is on now: seen, other, again, out, or that it does not show
  here() {
    const e = document.activeElement;
    const seen = (window.seen ??= new Set());
    if (!e || e === document.body) return "out";
    if (seen.has(e)) return "again";
    seen.add(e);
    if (!e.matches("a[href], button, input, select, textarea, summary")) return "other";
    const ringed = [e, e.parentElement].some((n) => {
      const style = getComputedStyle(n);
      return style.outlineStyle !== "none" || style.boxShadow !== "none";
    });
    return ringed ? "seen" : `no focus ring: ${e.outerHTML.slice(0, 120)}`;
  },

  // WCAG 2.1, 1.4.3: 4.5 to 1, or 3 to 1 for large text; of texts on a plain background
  faint() {
    const one = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgb = (colour) => {
      one.clearRect(0, 0, 1, 1);
      one.fillStyle = colour;
      one.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = one.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const over = (top, under) =>
      [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const ground = (e) => {
      const layers = [];
      for (let n = e; n; n = n.parentElement) {
        const style = getComputedStyle(n);
        if (style.backgroundImage !== "none") return null;
        const colour = rgb(style.backgroundColor);
        if (colour[3] > 0) layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
    };
    const found = {};
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      const text = texts.currentNode.textContent.trim();
      const visible = { opacityProperty: true, visibilityProperty: true };
      if (!text || !e.checkVisibility(visible)) continue;
      if (e.closest("svg, script, style, .vh, :disabled, [aria-hidden=true]")) continue;
      const box = e.getBoundingClientRect();
      const under = box.width < 2 || box.height < 2 ? null : ground(e);
      if (!under) continue;
      const style = getComputedStyle(e);
      const lights = [light(over(rgb(style.color), under)), light(under)].sort((a, b) => b - a);
      const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
      if (ratio < (large ? 3 : 4.5))
        found[e.className || e.tagName] = `${ratio.toFixed(2)}: ${text.slice(0, 40)}`;
    }
    return found;
  },
})
