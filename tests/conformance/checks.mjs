// The checks of a suite: run side by side, given a limit of time each, told one a line.
const LANES = 6;
const LIMIT = 90_000; // ms
const listed = [];

export function check(name, run) {
  listed.push({ name, run });
}

export async function finish() {
  let failed = 0;
  const waiting = [...listed];
  const lane = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      try {
        await within(LIMIT, one.run());
        console.log(`ok ${one.name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL ${one.name}: ${told(error).slice(0, 400)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  process.exit(failed ? 1 : 0);
}

export function holds(condition, ...seen) {
  if (!condition) throw new Error(seen.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' '));
}

function told(error) {
  return error instanceof Error ? `${error.name} ${error.message}`.replaceAll('\n', ' ') : JSON.stringify(error);
}

function within(limit, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
