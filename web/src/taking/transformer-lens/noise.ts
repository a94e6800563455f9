/** Noise in the program: the numbers of `core/patching/corruption.cpp`. */

import type { Corruption } from '../../experiment/experiment';

const GENERATOR = `
def mersenne_twister(*seeds):
    """C++'s std::mt19937, seeded with the std::seed_seq of these seeds."""
    n, mask = 624, 2**32 - 1
    words = [0x8B8B8B8B] * n
    for k in range(2 * n):
        i, a, b = k % n, (k + 306) % n, (k + 317) % n
        if k < n:
            mixed = words[i] ^ words[a] ^ words[i - 1]
            first = 1664525 * (mixed ^ (mixed >> 27)) & mask
            second = first + i + ((len(seeds), *seeds)[i] if i <= len(seeds) else 0) & mask
            words[a], words[b] = words[a] + first & mask, words[b] + second & mask
        else:
            mixed = words[i] + words[a] + words[i - 1] & mask
            first = 1566083941 * (mixed ^ (mixed >> 27)) & mask
            second = first - i & mask
            words[a], words[b] = words[a] ^ first, words[b] ^ second
        words[i] = second
    generator = random.Random()
    generator.setstate((3, (*words, n), None))
    return generator`;

const NORMAL = `
def normal_numbers(generator, count):
    """Standard normal numbers, by Box and Muller."""
    numbers = []
    while len(numbers) < count:
        u, v = [(generator.getrandbits(32) + 1) / 2**32 for _ in range(2)]
        radius, angle = math.sqrt(-2 * math.log(u)), 2 * math.pi * v
        numbers += [radius * math.cos(angle), radius * math.sin(angle)]
    return torch.tensor(numbers[:count], dtype=torch.double)`;

/** Sections: `noises`, hooks that corrupt a run, one for each sample. */
export function noiseSections(corruption: Corruption & { kind: 'noise' }): string[] {
  const { multiple, samples, seed } = corruption;
  const positions = [...corruption.positions].sort((a, b) => a - b);
  return [
    GENERATOR,
    NORMAL,
    `
# The runs are corrupted by noise on the embeddings of these tokens (ROME, Meng et al. 2022).
positions = [${positions.join(', ')}]
deviation = ${multiple} * model.W_E.double().std(correction=0)


def noise(sample):
    """A hook that adds Patchboard's very numbers."""
    generator = mersenne_twister(${seed}, sample)
    numbers = normal_numbers(generator, len(positions) * model.cfg.d_model)
    added = (deviation * numbers.to(model.W_E.device)).float().view(len(positions), -1)

    def add(value, hook):
        value[:, positions] += added
        return value

    return [("hook_embed", add)]


noises = [noise(sample) for sample in range(${samples})]`,
  ];
}
