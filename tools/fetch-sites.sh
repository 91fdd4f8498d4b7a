#!/bin/sh
# Fetch the site of every release from GitHub into the folder $1, for tools/roof.py. Needs gh and, in a workflow, GH_TOKEN.
set -eu
# What lies there already is no release: it may have come with the repository.
rm -rf "$1"
mkdir -p "$1"
# On a line of its own: within `for`, a failure would pass for a repository without releases, and unpublish them all.
tags=$(gh release list --limit 1000 --json tagName --jq '.[].tagName')
for tag in $tags; do
    gh release download "$tag" --pattern '*-site.tar.gz' --dir "$1"
done
