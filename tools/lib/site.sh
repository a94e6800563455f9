# Putting the built page where it is served from. Needs console.sh.

# require_site SITE: ends the script where there is something else than a site, or nothing.
require_site() {
  if [ -e "$1" ] && [ ! -f "$1/service-worker.js" ] && [ -n "$(ls -A "$1")" ]; then
    fail "$1 is there and is no site that this script made; expected an empty folder or another name"
  fi
}

# replace_site BUILT SITE: makes the folder SITE the page in BUILT. Models that somebody put beside the
# page's own (docs/teaching.md) stay: they are gigabytes that no build makes again.

replace_site() {
  local built=$1 site=$2
  require_site "$site"
  mkdir -p "$site/models"
  find "$site" -mindepth 1 -maxdepth 1 ! -name models ! -name service-worker.js -exec rm -rf {} +
  rm -rf "$site/models/embedded"
  cp -r "$built/." "$site"
}

# models_in SITE: the names of the models that are not the page's own.
models_in() { find "$1/models" -mindepth 1 -maxdepth 1 ! -name embedded -printf '%f\n' | sort; }
