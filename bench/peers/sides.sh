# One measurement each, of the tool and of its peers. Each prints its figures separated by blanks, or fails.

group=224.2.3.5
# What may be lost, percent, however little the other side loses.
least_loss=0.1
# What a measurement may take beside the measured time, seconds.
patience=20

limit() { timeout --foreground --kill-after=2 "$((seconds + patience))" "$@"; }

# serve HOST OUTPUT COMMAND ...: a server, which finish ends; its process is $server.
serve() {
  ip netns exec "$1" timeout --foreground --kill-after=2 "$((seconds + patience))" "${@:3}" >"$2" 2>"$work/server.err" &
  server=$!
}

finish() {
  kill "$@" 2>/dev/null || true
  wait "$@" 2>/dev/null || true
}

# The tool: tool FILTER ARGUMENTS, where the filter makes figures of its JSON. A missed L1 or L2 (exit code 1) has figures too; a run that was cut short has none.
tool() {
  local code=0
  limit "$vsanemu" load --spec "$work/cluster.yaml" -t "$seconds" -J "${@:2}" >"$work/tool.json" || code=$?
  [ "$code" -le 1 ] && jq -re "$1" "$work/tool.json"
}

whole='if .completed and all(.flows[]; .error == "") then . else error("cut short") end | '
bits="$whole"'8 * .total.deliveredBytes / .total.seconds'
packets="$whole"'"\(.total.delivered / .total.seconds / ([.flows[].to] | unique | length)) \(100 * (.total.expected - .total.delivered) / .total.expected)"'

tool_packets() { tool "$packets" -b 0 "$@"; }
tool_bits() { tool "$bits" -b 0 "$@"; }
tool_rtt() { tool '"\(.roundTrip.p50 / 1000) \(.roundTrip.p99 / 1000)"' --rtt --profile pair -l 64; }

# The tool's bits, and the most memory that it had (proc(5), VmHWM), MB.
tool_mesh() {
  local run pid most=0 now
  tool "$bits" -b 0 --profile mesh >"$work/mesh" &
  run=$!
  while kill -0 "$run" 2>/dev/null; do
    for pid in $(pgrep -x vsanemu); do
      now=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
      [ "${now:-0}" -le "$most" ] || most=$now
    done
    sleep 0.1
  done
  wait "$run" && echo "$(cat "$work/mesh") $((most / 1000))"
}

# 16 clusters of 64 members in one process: processors, heartbeats missed, their jitter in ms (99 %), MB.
control() {
  local code=0
  timeout --foreground --kill-after=5 300 "$vsanemu" load --profile control --clusters 16 -n 64 -t 30 -J >"$work/control.json" || code=$?
  [ "$code" -le 1 ] && jq -re '"\(.processors) \(.missed + .roleChanges) \(.jitter.p99 / 1e6) \(.memoryBytes / 1e6)"' "$work/control.json"
}

# To the group from h1, received at h2 to hN: iperf2_multicast RATE RECEIVERS prints packets/s at each, and the loss in percent.
iperf2_multicast() {
  local i servers=()
  for ((i = 2; i <= $2 + 1; i++)); do
    serve "h$i" "$work/iperf.$i" iperf -s -u -B "$group%eth0" -l 1400 -w 8M -y C
    servers+=("$server")
  done
  sleep 1
  limit ip netns exec h1 iperf -c "$group" -u -l 1400 -b "${1}pps" -t "$seconds" -T 5 -w 8M >/dev/null 2>&1 || true
  sleep 1
  finish "${servers[@]}"
  # Field 7 is the time from first to last, 11 and 12 what was lost of how many; a receiver without a report heard nothing.
  for ((i = 2; i <= $2 + 1; i++)); do tail -n 1 "$work/iperf.$i" | grep . || echo ",,,,,,0-1,,,,1,1"; done |
    awk -F, '{ split($7, t, "-"); rate += ($12 - $11) / (t[2] - t[1]); lost += $11; all += $12 } END { print rate / NR, 100 * lost / all }'
}

# The same by mgen, at h2 alone. It writes a line for each datagram; its numbers begin at 0.
mgen_multicast() {
  serve h2 /dev/null mgen event "JOIN $group INTERFACE eth0" event "LISTEN UDP 5000" rxbuffer 8388608 output "$work/mgen"
  sleep 1
  timeout --foreground --kill-after=1 "$((seconds + 1))" ip netns exec h1 mgen interface eth0 txbuffer 8388608 nolog \
    event "ON 1 UDP DST $group/5000 PERIODIC [$1 1400]" event "$seconds.0 OFF 1" >/dev/null 2>&1 || true
  sleep 1
  finish "$server"
  awk '
    function time(text, v) { split(text, v, ":"); return v[1] * 3600 + v[2] * 60 + v[3] }
    $2 == "RECV" { n++; sub("seq>", "", $5); if ($5 + 0 > last) last = $5 + 0; if (n == 1) from = time($1); to = time($1) }
    END { if (n > 1 && to > from) print n / (to - from), 100 * (last + 1 - n) / (last + 1); else exit 1 }' "$work/mgen"
}

# may_lose TOOL: what its peer may lose, percent.
may_lose() {
  local figures
  figures=$("$1") || figures="0 0"
  awk -v f="$figures" -v least="$least_loss" 'BEGIN { split(f, v, " "); print (v[2] > least ? v[2] : least) }'
}

# highest_rate PEER RECEIVERS LOSS: the highest rate, packets/s, at which it loses no more than that, of at most eight that are tried.
highest_rate() {
  local low=0 high=1000000 rate=1000000 got lost
  for _ in 1 2 3 4 5 6 7 8; do
    read -r got lost < <("$1" "$rate" "$2" || echo 0 100)
    echo "$1: $got/s, $lost % lost when $rate/s were asked for" >&2
    if awk -v l="$lost" -v most="$3" 'BEGIN { exit !(l <= most) }'; then
      low=$rate
      # It cannot even send what is asked for: no higher rate is there.
      awk -v g="$got" -v r="$rate" 'BEGIN { exit !(g < 0.9 * r) }' && break
    else
      high=$rate
    fi
    # As long as all rates were too high, what came through is a better guess than half.
    rate=$(awk -v g="$got" -v l="$low" -v h="$high" 'BEGIN { print int(l == 0 && g > h / 10 && g < 0.9 * h ? g : (l + h) / 2) }')
    awk -v l="$low" -v h="$high" 'BEGIN { exit !(l > 0 && h - l < 0.05 * h) }' && break
  done
  echo "$((low > 0 ? low : rate))"
}

# iperf3's packets/s and loss in percent.
iperf3_udp() { iperf3_run '"\((.end.sum.packets - .end.sum.lost_packets) / .end.sum.seconds) \(.end.sum.lost_percent)"' -u -b 0 -l 256 -w 4M; }
# The same congestion control for both: of one that paces itself, as bbr does, the pace would be measured.
iperf3_tcp() { iperf3_run '.end.sum_received.bits_per_second' -C cubic "$@"; }

iperf3_run() {
  serve h2 /dev/null iperf3 -s -1
  sleep 0.5
  limit ip netns exec h1 iperf3 -c 198.18.0.2 -t "$seconds" -J "${@:2}" >"$work/iperf3.json" || true
  finish "$server"
  jq -re 'if .error then error(.error) else . end | '"$1" "$work/iperf3.json"
}

# sockperf's ping-pong: microseconds of a round trip, median and 99 %.
sockperf_rtt() {
  serve h2 /dev/null sockperf sr -i 198.18.0.2 -p 11111
  sleep 0.5
  limit ip netns exec h1 sockperf pp -i 198.18.0.2 -p 11111 -m 64 -t "$seconds" --full-rtt >"$work/sockperf" 2>/dev/null || true
  finish "$server"
  awk '/percentile 50.000/ { p50 = $NF } /percentile 99.000/ { p99 = $NF } END { if (p50 > 0) print p50, p99; else exit 1 }' "$work/sockperf"
}
