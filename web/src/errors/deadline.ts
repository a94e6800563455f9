/** For what a browser promises and may never answer. */

/** What is promised, or an error after that time. Whoever promised it goes on: nothing is ended here. */
export async function answeredWithin<Answer>(
  promised: Promise<Answer>,
  ms: number,
  problem: string,
): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Silent(problem));
    }, ms);
  });
  try {
    return await Promise.race([promised, silent]);
  } finally {
    clearTimeout(timer);
  }
}

export class Silent extends Error {}
