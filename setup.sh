#!/bin/sh
# Makes .venv and installs the locked packages: `run` (to use Firstoff) or `dev` (to work on it).
# Does nothing when the lock file, pyproject.toml and this folder are as they were.
set -eu
cd "$(dirname "$0")"

stop() {
    printf '\n%s\n' "$1" >&2
    exit 1
}

kind=${1:-dev}
case $kind in
run) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*) stop "Usage: ./setup.sh run|dev" ;;
esac

# What is installed is known by its content, not by dates: a checkout moves those.
state=$(cat "$lock" pyproject.toml setup.sh | cksum)" $PWD"
installed() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$state" ]; }
works() { .venv/bin/python -c 'import firstoff' 2>/dev/null; }
if installed "$kind" && works; then exit 0; fi

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
python=""
for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
    if fits "$name"; then python=$name && break; fi
done
if [ -z "$python" ]; then
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "none")
    stop "Firstoff needs Python 3.11 or newer, and found: $found. Name one with: make PYTHON=/path/to/python3.11 ..."
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "Python $version has no venv module. On Debian: apt install python$version-venv"
[ -w . ] || stop "The folder $PWD cannot be written by $(id -un); set-up makes .venv in it."

# Another Python than the one asked for, or one that is gone: start afresh.
if [ -d .venv ] && { ! fits .venv/bin/python || { [ -n "${PYTHON:-}" ] &&
    [ "$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$version" ]; }; }; then
    echo "Removing .venv, which was made with another Python."
    rm -rf .venv
fi
if [ ! -x .venv/bin/pip ]; then
    echo "Making .venv with Python $version."
    "$python" -m venv --clear .venv || stop "The environment .venv could not be made; see above."
fi

echo "Installing what $lock names (versions and hashes). The first time takes a minute or two."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
.venv/bin/python -m pip install --require-hashes -r "$lock" ||
    stop "The packages could not be installed; see above. The same command again goes on from here."
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . ||
    stop "Firstoff itself could not be installed; see above."
echo "$state" >".venv/.installed-$kind"
