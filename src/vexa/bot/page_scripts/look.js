// Returns what the page shows now. Arguments: probe name -> {selector, mark, around}; the platform's own
// function that returns plain values by name, or null.
(probes, readState) => {
  const TEXT_LIMIT = 20000;
  const ELEMENT_LIMIT = 60;
  const ELEMENT_TEXT_LIMIT = 400;
  const STATE_LIMIT = 40;

  const matches = (selector) => {
    if (!selector.startsWith('//')) return [...document.querySelectorAll(selector)];
    const found = document.evaluate(selector, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
    return Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index));
  };
  const describe = (element, { mark, around }) => {
    const box = element.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) return null;
    if (!element.checkVisibility({ visibilityProperty: true })) return null;
    return {
      text: (element.innerText || '').slice(0, ELEMENT_TEXT_LIMIT),
      label: element.getAttribute('aria-label') || '',
      mark: (mark && (around ? element.closest(`[${mark}]`) : element)?.getAttribute(mark)) || '',
      enabled: !element.disabled && element.getAttribute('aria-disabled') !== 'true',
      width_px: Math.round(box.width),
      height_px: Math.round(box.height),
    };
  };

  const state = {};
  const note = ([name, value]) => {
    if (typeof value === 'string') state[name] = value.slice(0, ELEMENT_TEXT_LIMIT);
    else if (typeof value === 'boolean' || Number.isFinite(value)) state[name] = value;
  };
  try {
    Object.entries(readState ? readState() : {}).slice(0, STATE_LIMIT).forEach(note);
  } catch {
    // the page is not there yet, or not as the platform thinks
  }

  const found = {};
  for (const [name, probe] of Object.entries(probes)) {
    const seen = [];
    for (const element of matches(probe.selector)) {
      const described = describe(element, probe);
      if (described) seen.push(described);
      if (seen.length >= ELEMENT_LIMIT) break;
    }
    if (seen.length) found[name] = seen;
  }
  return {
    url: location.href,
    text: document.body ? document.body.innerText.slice(0, TEXT_LIMIT) : '',
    found,
    state,
  };
}
