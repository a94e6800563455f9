"""Writes hooks.json: the names of the hooks that TransformerLens has of a GPT-2 with raw weights.

    python hooks.py MODEL_FOLDER > hooks.json

The tests check by it that the page's programs name no other hook.
"""

import importlib.metadata
import json
import re
import sys

from transformer_lens.model_bridge import TransformerBridge

model = TransformerBridge.boot_transformers(sys.argv[1])
names = {re.sub(r"^blocks\.\d+\.", "blocks.{layer}.", name) for name in model.hook_dict}
json.dump(
    {"transformer_lens": importlib.metadata.version("transformer-lens"), "hooks": sorted(names)},
    sys.stdout,
    indent=2,
)
print()
