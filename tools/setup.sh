#!/bin/sh
# Runs tools/setup.py with a Python that can make environments: the one named in $PYTHON, else the
# one in .venv, else the first suitable on the PATH. Says in one line what is missing.
unset CDPATH # with it, cd may lead elsewhere
cd "$(dirname "$0")/.." || exit 1

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'

# A .venv that works answers fastest, and knows the Python it was made with.
if [ -z "${PYTHON:-}" ] && .venv/bin/python -IS -c "$supported" 2>/dev/null; then
    exec .venv/bin/python -IS tools/setup.py "$@"
fi

without_venv=
unsupported=
for python in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    # Trying is the only test: a pyenv shim exists for versions that it then refuses to run.
    version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    if ! "$python" -c "$supported"; then
        unsupported="${unsupported:+$unsupported, }$python is $version"
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        without_venv="$python"
    else
        exec "$python" -I tools/setup.py "$@"
    fi
done

if [ -n "$without_venv" ]; then
    echo "$without_venv cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv)." >&2
elif [ -n "$unsupported" ]; then
    echo "Python 3.11, 3.12 or 3.13 is needed ($unsupported): install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
else
    echo "Python 3.11, 3.12 or 3.13 is needed and ${PYTHON:-no Python} was found to run: install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
fi
exit 1
