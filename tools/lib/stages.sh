# Stages of a long run: each is named, timed, and ends the run where it fails. Source this file.

# stage NAME COMMAND...: what it took is said when it is done, so that a stage that grows is seen.
stage() {
  local began=$SECONDS processor
  processor=$(processor_seconds)
  printf '\n== %s (after %d min %02d s)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60))
  shift
  # Not behind && or in an if, where `set -e` would not end a function that fails in its middle.
  "$@"
  echo "== $((SECONDS - began)) s, $(($(processor_seconds) - processor)) s of processor time"
}

# What the commands that have ended took so far, all processors together: fields 16 and 17 of the shell's
# line in /proc, in clock ticks, counted behind its name in brackets.
processor_seconds() {
  local line
  local -a fields
  line=$(</proc/$$/stat)
  read -ra fields <<<"${line##*) }"
  echo $(((fields[13] + fields[14]) / $(getconf CLK_TCK)))
}

# together COMMANDS...: at the same time, each given as a word; what each prints comes when all are done,
# the failing ones last. The first is waited for in any case.
together() {
  local logs command index=0 failed=()
  local -a processes=()
  logs=$(mktemp -d)
  for command in "$@"; do
    # shellcheck disable=SC2086
    (set -e; $command) >"$logs/$index" 2>&1 &
    processes+=($!)
    index=$((index + 1))
  done
  for index in "${!processes[@]}"; do
    if wait "${processes[$index]}"; then
      tail -n 5 "$logs/$index"
    else
      failed+=("$index")
    fi
  done
  for index in "${failed[@]}"; do
    cat "$logs/$index"
  done
  rm -r "$logs"
  [ ${#failed[@]} -eq 0 ]
}
