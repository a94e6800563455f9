/** Answers the page's calls with what the method of that name gives. */
export function serveCalls(methods) {
  self.onmessage = async ({ data: { method, argument } }) => {
    try {
      postMessage({ result: await methods[method](argument) });
    } catch (error) {
      postMessage({ error: error instanceof Error ? error.message : String(error) });
    }
  };
}

export function secondsOf(start) {
  return (performance.now() - start) / 1000;
}
