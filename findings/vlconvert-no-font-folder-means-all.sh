#!/usr/bin/env bash
# What one would expect: a fontconfig file that names no folder means no fonts
# What is:               text is then measured in the fonts of the system and of the person; only a file that names a
#                        folder, if only one that does not exist, keeps them out
# Where it bites here:   the same chart would be laid out otherwise on another machine; the edition's file names an
#                        empty place
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "vl-convert-python==1.9.0.post1" \
    "reportlab==4.4.4" \
    "pillow==12.0.0"

mkdir -p without/.fonts with/.fonts
cp venv/lib/python3*/site-packages/reportlab/fonts/Vera.ttf with/.fonts/
head='<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
printf '%s<fontconfig></fontconfig>\n' "$head" > no-folder.conf
printf '%s<fontconfig><dir>%s/nowhere</dir></fontconfig>\n' "$head" "$work" > missing-folder.conf
cat > draw.py <<'PYTHON'
import vl_convert

font = "Bitstream Vera Sans"
values = [{"State": "Micronesia (Federated States of)", "votes": 47}, {"State": "Norway", "votes": 12}]
print(vl_convert.vegalite_to_svg({
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": values},
    "mark": "bar",
    "config": {"axis": {"labelFont": font, "titleFont": font}},
    "encoding": {
        "x": {"field": "votes", "type": "quantitative"},
        "y": {"field": "State", "type": "nominal"},
    },
}))
PYTHON
venv/bin/python -c 'from importlib.metadata import version; print("vl-convert-python", version("vl-convert-python"))'
for home in without with; do
    for file in no-folder missing-folder; do
        env -u XDG_DATA_HOME HOME="$work/$home" FONTCONFIG_FILE="$work/$file.conf" \
            venv/bin/python draw.py > "$home-$file.svg"
        echo "  $home the font, $file: $(grep -o '^<svg[^>]*' "$home-$file.svg" | grep -o ' width="[^"]*"')"
    done
done
cmp without-missing-folder.svg with-missing-folder.svg
for other in without-no-folder with-missing-folder; do
    if cmp -s "$other.svg" with-no-folder.svg; then
        echo "the font is not used where no folder is named" >&2
        exit 1
    fi
done
