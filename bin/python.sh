# Sourced by the commands of this folder: goes to the checkout's root and finds a Python new enough.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "需要 Python 3.11 或更新版本。Debian、Ubuntu：sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
