#!/usr/bin/env bash
# Cuts the fonts of the statements down to the letters they need, from Debian's fonts-dejavu-extra.
# Run it again to add letters; the result is committed, so nobody else needs these tools.
#
#   apt-get install fonttools fonts-dejavu-extra
#   statements/assets/subset.sh
#
# Letters: all of European Latin with Danish; Latin Extended Additional, the dotted and hooked letters and the combining
# accents of Yoruba, Igbo, Hausa and the languages beside them; Greek and Cyrillic, for names; punctuation, super- and
# subscripts, currency signs with naira and euro, letter-like signs, arrows, U+2212 and a few shapes.
set -euo pipefail
cd "$(dirname "$0")"
from=${FONTS:-/usr/share/fonts/truetype/dejavu}
letters=U+0020-007E,U+00A0-024F,U+0250-0299,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF
letters+=,U+2010-2027,U+2030-203A,U+2044,U+2070-208E,U+20A0-20BF,U+2116,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264-2265
letters+=,U+25A0,U+25B2,U+25BC,U+25CF,U+2713,U+2717
for style in Condensed:regular Condensed-Bold:bold Condensed-Oblique:oblique; do
  pyftsubset "$from/DejaVuSans${style%%:*}.ttf" --unicodes="$letters" --layout-features='' --no-hinting \
    --drop-tables+=GPOS,GSUB,GDEF,kern,FFTM,gasp --name-IDs='0,1,2,3,4,5,6,14' --notdef-outline \
    --output-file="dejavu-${style##*:}.ttf"
done
ls -l ./*.ttf
