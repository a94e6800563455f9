#!/usr/bin/env bash
# What comes from outside is read by core/input alone, which checks it before anything becomes narrower. This
# finds the unchecked forms elsewhere: JSON parsed or taken apart by nlohmann itself, numbers read from text by
# the libraries, and JavaScript's numbers cut to integers by Embind.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
found=0

# forbid REASON PATTERN FILES EXCEPT...: prints the lines of the files that match, but for those of the exceptions.
forbid() {
  local reason=$1 pattern=$2 files=$3
  shift 3
  local lines
  # shellcheck disable=SC2086
  lines=$(grep --recursive --line-number --extended-regexp --include='*.cpp' --include='*.h' "$pattern" $files || true)
  local except
  for except in "$@"; do
    lines=$(grep --invert-match "^$except:" <<<"$lines" || true)
  done
  if [ -n "$lines" ]; then
    printf '%s:\n%s\n' "$reason" "$lines" >&2
    found=1
  fi
}

# The last ones parse what this program made or embeds itself.
forbid "JSON from outside is parsed by InputValue (core/input/input_value.h), or to be written again by written_again" \
  '[jJ]son(::| *)parse *\(|sax_parse|json::accept|operator>>.*[jJ]son' "core wasm tools/patchboard" \
  core/input/json_tree.cpp tools/patchboard/written_json.cpp tools/patchboard/replay.cpp \
  tools/patchboard/bench.cpp tools/patchboard/report.cpp tools/patchboard/synthetic_model.cpp

forbid "values of JSON are read through InputValue, which checks them" \
  '[.>](template )?get<|[.>]get_to *\(|get_ref<|get_ptr<' "core wasm"

forbid "JSON that is written again is not read" '[.>](template )?get<' \
  "tools/patchboard/experiment_input.cpp tools/patchboard/convert.cpp tools/patchboard/model_folder.cpp tools/patchboard/known_logits.cpp"

# Those that write JSON.
forbid "nlohmann's values are core/input's; other files of the core and the bindings write JSON at most" \
  'nlohmann' "core wasm" core/input/json_tree.cpp core/weights/safetensors_header.cpp wasm/js_prompts.cpp

forbid "numbers in text are read by read_whole and read_number (core/input/plain_number.h)" \
  'std::sto[a-z]+ *\(|\bato(i|f|l|ll) *\(|strto[a-z]+ *\(|from_chars|sscanf|istringstream' "core wasm tools/patchboard" \
  core/input/plain_number.cpp tools/patchboard/report_items.cpp

forbid "numbers of options are read by add_whole, add_wholes and add_number (tools/patchboard/number_options.h)" \
  'CLI::(Range|Bound|Number|PositiveNumber|NonNegativeNumber|TypeValidator)|->delimiter *\(' tools/patchboard

forbid "JavaScript's numbers are doubles, to be checked by whole_value (wasm/js_values.h)" \
  'vecFromJSArray<(TokenId|Index|int|unsigned|std::u?int|float|double)|\.as<(TokenId|Index|int|long|std::u?int|std::size_t)|[(,] *(int|unsigned|long|Index|TokenId|std::size_t|std::u?int[0-9]+_t) [a-z_]+[,)]' \
  "wasm/js_session.h wasm/bindings.cpp wasm/js_prompts.h"

exit $found
