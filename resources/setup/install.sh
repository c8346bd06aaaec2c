#!/bin/sh
# Brings a fresh Debian or Ubuntu machine to where `maskwright` starts: the system
# libraries that Qt loads, a virtual environment in .venv, and this package in it.
# Does nothing when nothing is missing. Nothing outside .venv and apt is touched.
set -eu
cd "$(dirname "$0")/../.."

# Library file -> Debian package that brings it. Qt's xcb plug-in needs all of them in a window.
missing_packages() {
    loaded=$(/sbin/ldconfig -p 2>/dev/null || ldconfig -p 2>/dev/null || true)
    while read -r library package; do
        case "$loaded" in *"$library"*) ;; *) printf '%s ' "$package" ;; esac
    done <<'LIST'
libglib-2.0.so.0 libglib2.0-0
libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-image.so.0 libxcb-image0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
LIST
    command -v fc-list >/dev/null 2>&1 || printf 'fontconfig '
    if ! command -v fc-list >/dev/null 2>&1 || [ -z "$(fc-list 2>/dev/null | head -n 1)" ]; then
        printf 'fonts-dejavu-core '
    fi
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || printf 'python3-venv '
}

install_packages() {
    line="apt-get install -y --no-install-recommends $*"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
    if command -v apt-get >/dev/null 2>&1 && { [ -z "$as_root" ] || $as_root true 2>/dev/null; }; then
        echo "Installing system libraries: $*"
        export DEBIAN_FRONTEND=noninteractive
        $as_root apt-get update -q >/dev/null
        # shellcheck disable=SC2086 # the list is meant to be split into words
        $as_root $line >/dev/null
    else
        echo "System libraries are missing, and apt-get may not be used from here. Please run:" >&2
        echo "    sudo $line" >&2
        echo "and then the same make command again." >&2
        exit 1
    fi
}

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Maskwright needs Python 3.11 or newer; install it (for example: sudo apt-get install python3 python3-venv) and try again." >&2
    exit 1
}

python=$(find_python)
packages=$(missing_packages)
# shellcheck disable=SC2086 # the list is meant to be split into words
if [ -n "$packages" ]; then install_packages $packages; fi

stamp=.venv/.installed
wanted=$(cksum pyproject.toml resources/setup/install.sh | tr -d '\n')
if [ ! -x .venv/bin/maskwright ] || [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    echo "Installing Maskwright and what it stands on into .venv (PyTorch is large: this can take some minutes)"
    .venv/bin/python -m pip install -q --disable-pip-version-check -e '.[dev]'
    # Now, while there is room: Python keeps half of a compiled file when a disk becomes full.
    .venv/bin/python -m compileall -q core gui resources
    printf '%s' "$wanted" >"$stamp"
fi
