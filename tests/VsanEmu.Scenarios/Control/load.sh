#!/bin/bash
# Loads whose members are behind a control server: datagrams, groups and streams, VMs, round trips; one whose controller is killed, and one whose server is;
# and one in this process alone, on a fabric that refuses streams.   load.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
for name in m1 m2 m3; do seen "waits for a controller" "$WORK/$name.log"; done
for load in "multicast -b 2M" "ring -b 5M" "pair -b 1M --dscp 46" "vm --iops 200" "pair --rtt" "multicast -b 2M --latency"; do
  # shellcheck disable=SC2086
  $VSANEMU load --control "$CONTROL" --members 3 -t 2 --json --profile $load >"$WORK/load.json" || echo "failed: $load"
  echo "json: $(tr -d '\n' <"$WORK/load.json")"
done
$VSANEMU load --control "$CONTROL" --members 3 --profile pair -t 600 -b 5M >"$WORK/out" 2>&1 &
RUN=$!
seen '^1\.' "$WORK/out"
kill -9 "$RUN"
wait "$RUN" 2>/dev/null || true
seen 'its controller has not been heard of for 20 s' "$WORK/m1.log"
echo "sent after the end: $(sent_in_a_second m1)"

# What is started in the background ignores Ctrl-C.
env --default-signal=INT $VSANEMU load --control "$CONTROL" --members 3 --profile pair -t 600 -b 5M >"$WORK/out" 2>&1 &
RUN=$!
seen '^1\.' "$WORK/out"
redis_killed
kill -INT "$RUN"
exit=0
wait "$RUN" || exit=$?
echo "server gone: exit $exit: $(tail -1 "$WORK/out")"
ip netns exec m2 nft 'table ip load { chain c { type filter hook input priority 0; tcp dport 2233 reject with tcp reset; }; }'
exit=0
$VSANEMU load --spec "$SPEC" --profile ring -t 1 >"$WORK/out" 2>&1 || exit=$?
echo "streams refused: exit $exit: $(tail -1 "$WORK/out")"
