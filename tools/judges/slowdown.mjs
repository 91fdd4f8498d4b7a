// How much Lighthouse slows this machine's processor down, so that it stands for a telephone of the middle range.
//
// The default, four times, fits a fast desktop. On a slower machine, or a busy one, it stands for a slower telephone, and
// the score speaks of the machine. Lighthouse measures the processor in each run (its BenchmarkIndex), and its
// documentation says to calibrate by it (docs/throttling.md, "Calibrating the CPU slowdown"): these are the steps of the
// calculator that it leads to. A faster machine than the default is meant for changes nothing.
const STEPS = [[150, 1], [800, 2], [1300, 3], [1533, 4]]; // index, times slower

/** Between two steps in proportion; below the first and above the last as there. */
export function slowdown(index) {
  const next = STEPS.findIndex(([step]) => index < step);
  if (next < 1) return STEPS.at(next)[1];
  const [[low, less], [high, more]] = STEPS.slice(next - 1, next + 1);
  return less + ((more - less) * (index - low)) / (high - low);
}
