#!/bin/sh
# The drawn sample by other means: draw.sh SEED LOT N. Needs sha256sum and bc.
# The k-th number is SHA-256 of "SEED:k"; Floyd's method takes number mod last + 1, or last where that is taken.
seed=$1 lot=$2 n=$3 k=0 chosen=" "
last=$((lot - n + 1))
while [ "$last" -le "$lot" ]; do
  hex=$(printf '%s:%d' "$seed" "$k" | sha256sum | cut -c1-64 | tr a-f A-F)
  k=$((k + 1))
  # Numbers beyond the last whole multiple of ``last`` are passed over.
  pick=$(BC_LINE_LENGTH=0 bc <<BC
ibase=16
x=$hex
ibase=A
w=2^256-2^256%$last
if (x < w) x%$last+1 else 0
BC
  )
  [ "$pick" = 0 ] && continue
  case "$chosen" in *" $pick "*) pick=$last ;; esac
  chosen="$chosen$pick "
  last=$((last + 1))
done
echo "$chosen" | tr ' ' '\n' | grep . | sort -n | tr '\n' ' '
