/** What opens over the scene. */
export type DrawerName = 'lessons' | 'results' | 'open' | 'share' | 'compare' | 'class' | 'more';
