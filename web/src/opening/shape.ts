/** How many layers and heads the model of a saved result has, as far as its heatmaps tell. */

import type { SweepInfo } from '../engine/module';

export interface Shape {
  nLayer: number;
  nHead: number;
  nTokens: number;
}

export type SavedAxes = Pick<SweepInfo, 'axes' | 'rows' | 'columns'>;

/**
 * known: of the model itself, where somebody knows it. A heatmap of heads at positions has a row for each head of
 * each layer, so alone it does not say how many of each; where there is no such, one head is as good as any.
 */
export function shapeOf(
  sweeps: readonly SavedAxes[],
  nTokens: number,
  known?: Pick<Shape, 'nLayer' | 'nHead'>,
): Shape | undefined {
  const of = (axes: SweepInfo['axes']) => sweeps.find((sweep) => sweep.axes === axes);
  const heads = of('head');
  const both = of('head-position');
  const told = of('position')?.rows ?? heads?.rows;
  const nLayer = told ?? known?.nLayer;
  if (nLayer === undefined) return undefined;
  const ofBoth = both && told !== undefined ? both.rows / told : undefined;
  const nHead = heads?.columns ?? ofBoth ?? known?.nHead ?? 1;
  return { nLayer, nHead, nTokens };
}
