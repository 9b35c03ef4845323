# Runs both sides in turn, keeps their figures, and makes the table of medians and ratios.

failed=0
table=()

# Numbers, none of them negative: a loss below nothing is a counting error, not a figure.
is_figures() { [[ $1 =~ ^[0-9][0-9.]*(e[+-]?[0-9]+)?(\ [0-9][0-9.]*(e[+-]?[0-9]+)?)*$ ]]; }

# compare TOOL PEER: runs them in turn; $work/tool.1 has the first figure of each of the tool's runs, and so on. A run without figures counts as failed.
compare() {
  local i
  rm -f "$work"/tool.* "$work"/peer.*
  for ((i = 1; i <= runs; i++)); do
    keep peer "$2" "$i"
    keep tool "$1" "$i"
  done
}

keep() {
  local figures column=1 figure
  figures=$("$2") || figures=
  if ! is_figures "$figures"; then
    echo "run $3 of $1 ($2) failed" >&2
    failed=$((failed + 1))
    return 0
  fi
  for figure in $figures; do
    echo "$figure" >>"$work/$1.$column"
    column=$((column + 1))
  done
}

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# complete [SIDES [RUNS]]: whether all runs of these sides, both unless said, have figures.
complete() {
  local side
  for side in ${1:-tool peer}; do [ "$(cat "$work/$side.1" 2>/dev/null | wc -l)" -eq "${2:-$runs}" ] || return 1; done
}

# spread SIDE COLUMN SCALE: the median, and the lowest and highest of several runs.
spread() {
  sort -g "$work/$1.$2" | awk -v s="$3" -v m="$(median <"$work/$1.$2")" \
    'NR == 1 { least = $1 } { most = $1 } END { if (NR > 1) printf "%.4g (%.4g to %.4g)", m / s, least / s, most / s; else printf "%.4g", m / s }'
}

add() {
  table+=("$1")
  echo "$1" >&2
}

# row WORK PEER UNIT SCALE BOUND [COLUMN [loss]]: the medians of a column, and their ratio. The bound is ">=R", "<=R" or nothing, for a row that only informs;
# with "loss" the second column is the loss in percent, and a bound is missed where the tool loses more than the peer and more than is allowed.
row() {
  local column=${6:-1} mine theirs ratio reached lost=""
  if ! complete; then
    unmeasured "$1" "runs failed"
    return
  fi
  mine=$(median <"$work/tool.$column") theirs=$(median <"$work/peer.$column")
  ratio=$(awk -v a="$mine" -v b="$theirs" 'BEGIN { print (b > 0 ? a / b : 0) }')
  reached=$(awk -v r="$ratio" -v b="${5:2}" -v how="${5:0:2}" -v t="$theirs" 'BEGIN { print (how == "" ? "–" : t > 0 && (how == "<=" ? r <= b : r >= b) ? "yes" : "no") }')
  if [ "${7:-}" = loss ]; then
    lost="; lost $(spread tool 2 1) % against $(spread peer 2 1) %"
    if awk -v m="$(median <"$work/tool.2")" -v t="$(median <"$work/peer.2")" -v a="$least_loss" 'BEGIN { exit !(m > t && m > a) }'; then reached="no: it lost more"; fi
  fi
  add "| $1$lost | $(spread tool "$column" "$4") $3 | $2: $(spread peer "$column" "$4") $3 | $(printf '%.3g' "$ratio") × | $(bound "${5:-}") | $reached |"
}

bound() {
  case $1 in
    "") echo "for information" ;;
    "<="*) echo "at most ${1#<=} ×" ;;
    *) echo "at least ${1#>=} ×" ;;
  esac
}

# figure WORK COLUMN UNIT MOST [SIDES [RUNS]]: a figure of the tool alone.
figure() {
  if ! complete "${5:-}" "${6:-}"; then
    unmeasured "$1" "runs failed"
    return
  fi
  if [ "$4" = – ]; then
    add "| $1 | $(spread tool "$2" 1) $3 | – | – | for information | – |"
    return
  fi
  add "| $1 | $(spread tool "$2" 1) $3 | – | – | at most $4 $3 | $(awk -v m="$(median <"$work/tool.$2")" -v b="$4" 'BEGIN { print (m <= b ? "yes" : "no") }') |"
}

# unmeasured WORK WHY
unmeasured() { add "| $1 | not measured: $2 | – | – | – | – |"; }

results() {
  cat <<TEXT
# Side by side with peers

$(date -u +%F), Linux $(uname -r), $(nproc) processors; load average $VSANEMU_BENCH_LOAD before the first run. $(versions).

Medians of $runs alternating runs of $seconds s, lowest and highest in brackets. One machine carries senders, fabric and receivers, so ratios hold better than figures.

| work | vsanemu | peer | ratio | wanted | reached |
| --- | --- | --- | --- | --- | --- |
$(printf '%s\n' "${table[@]}")

What the figures rest on:

- The fabric is network namespaces behind a snooping bridge, where a burst that the kernel is to cut (GSO) crosses uncut: no NIC and no switch would see these packet rates. The row
  without GSO and GRO compares datagram by datagram.
- iperf 2 and mgen send at the highest rate, of a few tried, at which they lost no more than vsanemu, or $least_loss %.
- vsanemu sends streams by sendfile(2) and discards what it receives without a copy. iperf3 copies on both sides, and with -Z not where it sends: the rows with -Z tell method from tool.
- Socket buffers: vsanemu's have 16 MB, as its privileges allow; the peers ask for 8 MB (iperf3: 4 MB) and get what net.core.rmem_max allows, $(cat /proc/sys/net/core/rmem_max) bytes.
- TCP is under cubic on both sides. iperf3 $(iperf3 --version | awk 'NR == 1 { print $2 }') serves all its flows from one thread.
- Both sides of a round trip wait in blocking calls; vsanemu's two ends are threads of one process, sockperf's two processes.
TEXT
}

# uname and nproc say the machine; this, the peers.
versions() {
  echo "$(iperf3 --version | head -n 1 | cut -d' ' -f1-2), $(iperf -v 2>&1 | head -n 1 | cut -d' ' -f1-3), $(sockperf --version 2>&1 | head -n 1), mgen $(dpkg-query -W -f '${Version}' mgen 2>/dev/null || echo "of unknown version")"
}
