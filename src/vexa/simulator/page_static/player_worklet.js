// Plays blocks of 20 ms as they come; begins with a few in hand, so that jitter is not heard.
const IN_HAND = 3;
const MOST = 50;

registerProcessor(
  "player",
  class extends AudioWorkletProcessor {
    constructor() {
      super();
      this.blocks = [];
      this.used = 0;
      this.flows = false;
      this.waited = 0;
      this.port.onmessage = ({ data }) => {
        if (this.blocks.length >= MOST) this.blocks.shift();
        this.blocks.push(data);
      };
    }

    process(_inputs, [[output]]) {
      // the last blocks of a spurt are fewer than that, and are played too
      this.waited = this.blocks.length && !this.flows ? this.waited + output.length : 0;
      if (this.blocks.length >= IN_HAND || this.waited > IN_HAND * 960) this.flows = true;
      for (let i = 0; i < output.length && this.flows; i += 1) {
        if (!this.blocks.length) {
          this.flows = false;
          break;
        }
        output[i] = this.blocks[0][this.used];
        this.used += 1;
        if (this.used >= this.blocks[0].length) {
          this.blocks.shift();
          this.used = 0;
        }
      }
      return true;
    }
  },
);
