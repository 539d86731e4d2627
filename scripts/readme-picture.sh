#!/usr/bin/env bash
# Makes the picture in the README: the first page of the statement of grant G1 at 2026-06-30, as the binary prints it from
# the worked story. The same sources give the same picture; look at it before you commit it.
#
#   scripts/readme-picture.sh          writes docs/img/statement.png
#   DPI=150 scripts/readme-picture.sh  larger
set -euo pipefail
cd "$(dirname "$0")/.."
dpi=${DPI:-110}    # 909 pixels wide: readable on a README's column, sharp on a narrow screen
most=$((300*1024)) # bytes; a README is read on phones too

command -v pdftoppm >/dev/null || { echo "readme-picture: pdftoppm is missing; scripts/setup installs it (poppler-utils)" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/supportledger" ./cmd/supportledger
"$dir/supportledger" demo --no-serve --scenarios S00-S06 --keep "$dir/demo" >/dev/null
"$dir/supportledger" statement render --db "sqlite:$dir/demo/supportledger.db" --subject G1 --to 2026-06-30 -o "$dir/statement.pdf"
pdftoppm -png -r "$dpi" -f 1 -l 1 -singlefile "$dir/statement.pdf" "$dir/statement"

size=$(wc -c <"$dir/statement.png")
[ "$size" -le "$most" ] || { echo "readme-picture: $size bytes, of at most $most; choose a smaller DPI" >&2; exit 1; }
mkdir -p docs/img
mv "$dir/statement.png" docs/img/statement.png
echo "docs/img/statement.png: $((size / 1024)) KiB"
