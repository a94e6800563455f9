// Written by tools/page-tables/write, out of the core's own tables: change those.

/** What is measured of a run: see core/patching/measure.h. */
export const MEASURES = [
  {"name":"prob","label":"Probability","meaning":"How probable the target is.","unit":"","ofTarget":true,"ofOneToken":false,"better":"higher","digits":6,"leastGap":0.01,"leastChange":0.01,"scale":"at zero","inEveryResult":true},
  {"name":"log_prob","label":"Log-probability","meaning":"In nats; small probabilities stay apart, and those of several tokens add up.","unit":"nats","ofTarget":true,"ofOneToken":false,"better":"higher","digits":4,"leastGap":0.1,"leastChange":0.1,"scale":"at least","inEveryResult":true},
  {"name":"logit","label":"Logit","meaning":"The score before the softmax, so other tokens play no part.","unit":"logits","ofTarget":true,"ofOneToken":true,"better":"higher","digits":4,"leastGap":0.1,"leastChange":0.1,"scale":"at least","inEveryResult":true},
  {"name":"rank","label":"Rank","meaning":"1 is the most probable of all tokens.","unit":"ranks","ofTarget":true,"ofOneToken":true,"better":"lower","digits":0,"leastGap":0.0,"leastChange":1.0,"scale":"logarithmic","inEveryResult":true},
  {"name":"kl","label":"KL divergence","meaning":"How far the whole distribution over the next token is from the clean run’s, in nats; no target needed.","unit":"nats","ofTarget":false,"ofOneToken":false,"better":"lower","digits":5,"leastGap":0.0,"leastChange":0.001,"scale":"at zero","inEveryResult":true},
  {"name":"margin","label":"Margin","meaning":"The target’s logit less the largest of all other tokens’: above zero, the target is the answer.","unit":"logits","ofTarget":true,"ofOneToken":true,"better":"higher","digits":4,"leastGap":0.1,"leastChange":0.1,"scale":"at least","inEveryResult":false},
  {"name":"entropy","label":"Entropy","meaning":"How undecided the whole distribution over the next token is, in nats; 0 is sure; no target needed.","unit":"nats","ofTarget":false,"ofOneToken":false,"better":"neither","digits":4,"leastGap":0.0,"leastChange":0.01,"scale":"at zero","inEveryResult":false},
] as const;
