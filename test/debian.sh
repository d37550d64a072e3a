# debian.sh: a private apt for the scripts that fetch packages of other suites, or sources. Read by them, not run.
own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
if [ "$(id -u)" = 0 ]; then cache=${ABM_CACHE:-/var/cache/abm}; else cache=${ABM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/abm}; fi

# private_apt FOLDER deb|deb-src SUITE: sets the array apt_options, so that apt knows nothing but this machine's Debian sources with
# that suite's name in place of its own; fetches their lists
private_apt() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$1"/state/lists/partial "$1"/cache/archives/partial && : >"$1/status" || return
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v own="$own" -v suite="$3" -v start="$2 $([ -e $key ] && echo "[signed-by=$key] ")" \
      '$2 == own && $3 == "main" && !seen[$1]++ { print start $1 " " suite " main" }' >"$1/sources.list"
  [ -s "$1/sources.list" ] || { echo "this machine has no Debian sources of $own"; return 1; }
  apt_options=(-qq -o Dir::State="$1/state" -o Dir::State::status="$1/status" -o Dir::Cache="$1/cache" -o Dir::Etc::sourcelist="$1/sources.list"
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o APT::Install-Recommends=false -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o APT::Sandbox::User=root)
  apt-get "${apt_options[@]}" update
}
