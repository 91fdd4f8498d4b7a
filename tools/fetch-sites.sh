#!/bin/sh
# Fetch the site of every release from GitHub into the folder $1, for tools/roof.py. Needs gh and, in a workflow, GH_TOKEN.
set -eu
mkdir -p "$1"
for tag in $(gh release list --limit 1000 --json tagName --jq '.[].tagName'); do
    gh release download "$tag" --pattern '*-site.tar.gz' --dir "$1"
done
