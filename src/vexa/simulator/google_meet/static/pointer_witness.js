// Tells what moved the pointer that pressed, as far as a page can see. An X server knows whole pixels
// and whole milliseconds only; a browser that moves a pointer by itself, as its debugger asks, uses
// parts of both (Chromium 156 on X11). The clock that pages get is rounded to a tenth.
const FEW = 5;
const TENTH_MS = 0.15;

export class PointerWitness {
  constructor(target) {
    this.path = [];
    this.pressed = [];
    for (const kind of ["pointermove", "pointerdown", "pointerup"]) {
      target.addEventListener(kind, (event) => this.take(event), true);
    }
  }

  // A busy page gets many moves as one event, which holds them all.
  take(event) {
    const held = event.type === "pointermove" ? (event.getCoalescedEvents?.() ?? []) : [];
    for (const { clientX, clientY, timeStamp } of held.length ? held : [event]) {
      this.path.push({ x: clientX, y: clientY, at: timeStamp });
    }
    if (event.type !== "pointerup") return;
    this.pressed = this.path;
    this.path = [];
  }

  // Of the last press, and of the way to it from the press before.
  facts() {
    const path = this.pressed;
    const isWhole = (place) => Number.isInteger(place.x) && Number.isInteger(place.y);
    const off = path.map(({ at }) => (((at - path[0].at) % 1) + 1) % 1);
    const facts = {
      moves: Math.max(0, path.length - 2),
      whole_pixels: path.every(isWhole),
      whole_ms: off.every((part) => Math.min(part, 1 - part) <= TENTH_MS),
    };
    const isMoved = facts.moves >= FEW;
    return { ...facts, of_display: isMoved && facts.whole_pixels && facts.whole_ms };
  }
}
