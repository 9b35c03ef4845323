# One measurement each, of the tool and of its peers. Each prints figures, separated by blanks.

seconds=2
group=224.2.3.5
limit() { timeout --signal=TERM "$((seconds + 20))" "$@"; }

# The tool: tool FILTER ARGUMENTS, where the filter makes figures of its JSON.
tool() {
  local filter=$1
  shift
  limit "$vsanemu" load --spec "$work/cluster.yaml" -t "$seconds" -J "$@" | jq -r "$filter"
}

tool_packets() { tool '"\(.total.delivered / .total.seconds / ([.flows[].to] | unique | length)) \(100 * (.total.expected - .total.delivered) / .total.expected)"' -b 0 "$@"; }
tool_bits() { tool '"\(8 * .total.deliveredBytes / .total.seconds)"' -b 0 "$@"; }
tool_rtt() { tool '"\(.roundTrip.p50 / 1000) \(.roundTrip.p99 / 1000)"' --rtt --profile pair -l 64; }

# The tool's bits, and the most memory that it had, in MB.
tool_mesh() {
  local pid most=0 now
  limit "$vsanemu" load --spec "$work/cluster.yaml" -t "$seconds" -J -b 0 --profile mesh >"$work/mesh.json" &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    for p in $pid $(pgrep -P "$pid"); do
      now=$(awk '/VmHWM/ { print $2 }' "/proc/$p/status" 2>/dev/null || true)
      [ "${now:-0}" -gt "$most" ] && most=$now
    done
    sleep 0.1
  done
  wait "$pid" || true
  echo "$(jq -r '8 * .total.deliveredBytes / .total.seconds' "$work/mesh.json") $((most / 1024))"
}

# iperf 2 to the group from h1, received at h2 to hN: iperf2_multicast RATE RECEIVERS prints packets/s at each, and the loss in percent.
iperf2_multicast() {
  local i pids=()
  for ((i = 2; i <= $2 + 1; i++)); do
    at "h$i" timeout "$((seconds + 4))" iperf -s -u -B "$group%eth0" -l 1400 -w 8M -y C >"$work/iperf.$i" 2>/dev/null &
    pids+=($!)
  done
  sleep 1
  limit ip netns exec h1 iperf -c "$group" -u -l 1400 -b "$1" -t "$seconds" -T 5 -w 8M >/dev/null 2>&1 || true
  wait "${pids[@]}" || true
  # Fields 11 and 12: lost, and of how many. The last line is the whole.
  for ((i = 2; i <= $2 + 1; i++)); do tail -n 1 "$work/iperf.$i"; done |
    awk -F, -v t="$seconds" '{ n++; lost += $11; all += $12 } END { if (all > 0) print (all - lost) / n / t, 100 * lost / all; else print 0, 100 }'
}

iperf3_udp() { iperf3_run '"\((.end.sum.packets - .end.sum.lost_packets) / .end.sum.seconds) \(.end.sum.lost_percent)"' -u -b 0 -l 256; }
# The same congestion control for both: what paces itself, as bbr does, would be measured instead.
iperf3_tcp() { iperf3_run '"\(.end.sum_received.bits_per_second)"' -C cubic "$@"; }

iperf3_run() {
  local filter=$1 pid
  shift
  at h2 timeout "$((seconds + 20))" iperf3 -s -1 >/dev/null 2>&1 &
  pid=$!
  sleep 0.5
  limit ip netns exec h1 iperf3 -c 198.18.0.2 -t "$seconds" -J "$@" | jq -r "$filter"
  wait "$pid" || true
}

# sockperf's ping-pong: microseconds of a round trip, median and 99 %.
sockperf_rtt() {
  local pid
  at h2 timeout "$((seconds + 10))" sockperf sr -i 198.18.0.2 -p 11111 >/dev/null 2>&1 &
  pid=$!
  sleep 0.5
  limit ip netns exec h1 sockperf pp -i 198.18.0.2 -p 11111 -m 64 -t "$seconds" --full-rtt 2>/dev/null |
    awk '/percentile 50.000/ { p50 = $NF } /percentile 99.000/ { p99 = $NF } END { print p50, p99 }'
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
