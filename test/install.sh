#!/usr/bin/env bash
# Sees to it that the programs which building and testing need are there: on
# Debian, as root, by installing what is missing; elsewhere by saying what to
# install. With arguments it looks after those programs only.
#
#   test/install.sh [make|gcc|node|npm|chromium|firefox|python-socketio|nginx|caddy]...
set -euo pipefail

# The least major version of Node.js that the tests' packages run on, and what is
# installed where Debian's own is older.
node_least=20
node_release=20.20.2
npm_release=10.9.9

# The names or paths under which a program may be found, one of which will do:
# for the browsers, those that the browser tests know.
names() {
  case $1 in
    chromium) echo "${CHROMIUM:-chromium chromium-browser google-chrome}" ;;
    firefox) echo "${FIREFOX:-firefox-esr firefox}" ;;
    *) echo "$1" ;;
  esac
}

# The Debian packages that hold it.
packages() {
  case $1 in
    gcc) echo gcc libc6-dev ;;
    node) echo nodejs ;;
    firefox) echo firefox-esr ;;
    python-socketio) echo python3-socketio python3-aiohttp python3-requests python3-websocket ;;
    *) echo "$1" ;;
  esac
}

# Why anyone needs it, for a person who has to install it.
purpose() {
  case $1 in
    make) echo 'runs every step' ;;
    gcc) echo 'the race detector links with it' ;;
    node | npm) echo 'runs the official clients' ;;
    chromium) echo 'the page is tested in it; CHROMIUM may hold its path' ;;
    firefox) echo 'the page is tested in it; FIREFOX may hold its path' ;;
    python-socketio) echo 'one of the clients tried, with its transports; PYTHON may hold the path of a Python that has it' ;;
    nginx | caddy) echo 'the server is tested behind it' ;;
  esac
}

found() {
  local name
  if [ "$1" = python-socketio ]; then
    "${PYTHON:-/usr/bin/python3}" -c 'import aiohttp, requests, socketio, websocket' 2>/dev/null
    return
  fi
  for name in $(names "$1"); do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

missing() {
  local program
  for program in "$@"; do
    found "$program" || echo "$program"
  done
}

can_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -qs '^ID=debian$' /etc/os-release
}

install() {
  local program wanted=''
  for program in "$@"; do wanted+=" $(packages "$program")"; done
  echo "installing$wanted"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null
  # shellcheck disable=SC2086 # a list of words
  apt-get install -y -qq --no-install-recommends $wanted </dev/null >/dev/null
}

node_is_recent() {
  local version
  version=$(node --version)
  version=${version#v}
  [ "${version%%.*}" -ge "$node_least" ]
}

# Debian's Node.js is as old as the Debian. A newer one comes as an npm package,
# and npm with it: Debian's own works under Debian's Node.js only.
update_node() {
  local arch
  arch=$(node --print process.arch)
  echo "installing Node.js $node_release: $(node --version) is too old"
  npm install --global --ignore-scripts --no-audit --no-fund --loglevel=error \
    "node-linux-$arch@$node_release" "npm@$npm_release" </dev/null
  hash -r
}

if [ $# = 0 ]; then set -- make gcc node npm chromium firefox python-socketio; fi

lacking=$(missing "$@")
if [ -n "$lacking" ] && can_install; then
  # shellcheck disable=SC2086 # a list of words
  install $lacking
  lacking=$(missing "$@")
fi
for program in $lacking; do
  echo "$program is missing ($(purpose "$program")): install it and try again" >&2
done
if [ -n "$lacking" ]; then exit 1; fi
case " $* " in *' node '*) ;; *) exit 0 ;; esac
if ! node_is_recent && can_install; then update_node; fi
if ! node_is_recent; then
  echo "Node.js $(node --version) is too old: install version $node_least or later" >&2
  exit 1
fi
