"""What PyTorch gives for a patch of every site, and for attribution: sites.json of a golden model,
and pairs.json for one query and one key.

    denoising, noising: {site: [target][layer][column]}, the patched logits of the targets
    kl_resid_post_denoising: [layer][position], KL(clean || patched) at the last position
    entropy_resid_post_denoising: [layer][position], of the distribution there, in nats
    margin_resid_post_denoising: [target][layer][position], the logit less the largest other
    attribution: {site: [layer][column]}, of logit(targets[0]) - logit(targets[1]), denoising
    neurons: [{layer, position, neurons, clean, corrupted}], those whose activations after GELU
        differ most between the two runs, equal differences in the order of the neurons

Denoising puts the clean run's values into the corrupted run, noising the other way round. Columns
are positions for sites of the stream. For sites of a head, "z" has a column a head, all positions
of it at once; "z_by_position" has n_head * T, head after head. A pattern by position is the row of
the query there, and so are scores. In pairs.json a pattern has n_head * T * T, head after head and
query after query; keys that the query does not
see, later ones and those before a window, are null. One forward pass a patch, in double; attribution by autograd.
"""

import json
import math

import torch
import torch.nn.functional as F

STREAM_SITES = ["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out", "mlp_post"]
HEAD_SITES = ["z", "q", "k", "v", "pattern", "attn_scores"]
KEY_SITES = ["pattern", "attn_scores"]
MOST_OF_PAIRS = 9  # positions, of which there are as many patches as their square
NEURONS = 8


def replace(site, layer, index, source):
    """An edit that takes values[index] from `source`, at one site of one layer."""

    def edit(at_site, at_layer, values):
        if (at_site, at_layer) != (site, layer):
            return values
        values = values.clone()
        values[index] = source[index]
        return values

    return edit


def keep(kept):
    """An edit that changes nothing and puts each site's values in `kept`."""

    def edit(site, layer, values):
        if values.requires_grad:
            values.retain_grad()
        kept[site, layer] = values
        return values

    return edit


def grids(case):
    """(name, site, index of each column) of every heatmap."""
    positions, heads = range(case.length), range(case.n_head)
    for site in STREAM_SITES:
        yield site, site, list(positions)
    for site in HEAD_SITES:
        yield site, site, list(heads)
        yield site + "_by_position", site, [(head, at) for head in heads for at in positions]


def pair_grids(case):
    """The same of queries and keys."""
    positions = range(case.length)
    for site in KEY_SITES:
        yield site, site, [(head, query, key) for head in range(case.n_head)
                           for query in positions for key in positions]


def is_there(case, layer, index):
    """Not of a key that the query does not see."""
    is_pair = isinstance(index, tuple) and len(index) == 3
    return not is_pair or case.first_key(layer, index[1]) <= index[2] <= index[1]


def patched(case, run, base, source, grids=grids):
    """Logits of every patch of every site: {name: [layer, column, V]}; NaN where there is none."""
    kept = {}
    none = torch.full_like(run(source, keep(kept)), math.nan)
    return {
        name: torch.stack([
            torch.stack([run(base, replace(site, layer, index, kept[site, layer]))
                         if is_there(case, layer, index) else none
                         for index in columns])
            for layer in range(case.n_layer)
        ])
        for name, site, columns in grids(case)
    }


def attribution(case, run, base, source, targets, grids=grids):
    """sum of gradient * (source - base) over what each patch replaces: {name: [layer][column]}."""
    of_base, of_source = {}, {}
    run(source, keep(of_source))
    with torch.enable_grad():
        leaf = lambda site, layer, values: (
            values.requires_grad_() if (site, layer) == ("resid_pre", 0) else values
        )
        hold = keep(of_base)
        logits = run(base, lambda site, layer, values: hold(site, layer, leaf(site, layer, values)))
        (logits[targets[0]] - logits[targets[1]]).backward()
    effect = {at: values.grad * (of_source[at] - values.detach()) for at, values in of_base.items()}
    return {
        name: [[effect[site, layer][index].sum() if is_there(case, layer, index) else None
                for index in columns]
               for layer in range(case.n_layer)]
        for name, site, columns in grids(case)
    }


def margin(logits, target):
    """The target's logit less the largest other one; logits: [..., V]."""
    others = logits.clone()
    others[..., target] = -torch.inf
    return logits[..., target] - others.max(-1).values


def neurons(case, run, clean, corrupted):
    """Of every layer, at the first position, the first that differs, and the last."""
    of_clean, of_corrupted = {}, {}
    run(clean, keep(of_clean))
    run(corrupted, keep(of_corrupted))
    for layer in range(case.n_layer):
        for position in sorted({0, case.differences[0], case.length - 1}):
            clean_row = of_clean["mlp_post", layer][position]
            corrupted_row = of_corrupted["mlp_post", layer][position]
            difference = (corrupted_row - clean_row).abs()
            largest = difference.sort(descending=True, stable=True).indices[:NEURONS]
            yield {
                "layer": layer,
                "position": position,
                "neurons": largest.tolist(),
                "clean": clean_row[largest],
                "corrupted": corrupted_row[largest],
            }


def of_targets(logits, targets):
    return {name: values[..., targets].movedim(-1, 0) for name, values in logits.items()}


def pairs(case, run, clean, corrupted, targets):
    """The same of one entry of the attention at a time."""
    denoised = patched(case, run, corrupted, clean, pair_grids)
    noised = patched(case, run, clean, corrupted, pair_grids)
    return {
        "denoising": of_targets(denoised, targets),
        "noising": of_targets(noised, targets),
        "attribution": attribution(case, run, corrupted, clean, targets, pair_grids),
    }


def sites(case, run, clean, corrupted, targets):
    """run(tokens, edit) returns the logits of the last position: [V]."""
    denoised = patched(case, run, corrupted, clean)
    noised = patched(case, run, clean, corrupted)
    log_clean = F.log_softmax(run(clean, keep({})), dim=-1)
    log_patched = F.log_softmax(denoised["resid_post"], dim=-1)
    return {
        "denoising": of_targets(denoised, targets),
        "noising": of_targets(noised, targets),
        "kl_resid_post_denoising": (log_clean.exp() * (log_clean - log_patched)).sum(-1),
        "entropy_resid_post_denoising": -(log_patched.exp() * log_patched).sum(-1),
        "margin_resid_post_denoising": torch.stack(
            [margin(denoised["resid_post"], target) for target in targets]
        ),
        "attribution": attribution(case, run, corrupted, clean, targets),
        "neurons": list(neurons(case, run, clean, corrupted)),
    }


def rounded(values):
    """Numbers of 7 digits, in the nesting of what came."""
    if isinstance(values, dict):
        return {name: rounded(each) for name, each in values.items()}
    if isinstance(values, list):
        return [rounded(each) for each in values]
    if values is None or isinstance(values, int):
        return values
    if values.dim() > 0:
        return [rounded(each) for each in values]
    if values.isnan():
        return None
    return float(f"{values.item():.7g}")


def compact(values):
    return json.dumps(rounded(values), separators=(",", ":"))
