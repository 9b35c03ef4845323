#!/bin/bash
# A run is interrupted while its members still listen: they take no part any more, and the next run has them all. The nodes are as in containers: the fabric's namespace is
# their own, and they reach control by another way.   interrupted.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on --unixsocket "$WORK/redis.sock"
CONTROL=unix://$WORK/redis.sock
for name in m1 m2 m3; do
  # shellcheck disable=SC2086
  ip netns exec $name $VSANEMU node --control "$CONTROL" --name $name -i 198.18.0.0/24 >"$WORK/$name.log" 2>&1 &
  NODES+=($!)
done
run="$VSANEMU verify --control $CONTROL --members 3 --only F1 --plain"
begun=0
# At first a member only captures, then it has its sockets and still listens.
for when in 0.5 2.5; do
  $run >"$WORK/out" 2>&1 &
  RUN=$!
  begun=$((begun + 1))
  for _ in $(seq 1200); do [ "$(grep -c 'takes part in a run' "$WORK/m1.log")" -ge $begun ] && break; sleep 0.1; done
  sleep $when
  kill -TERM "$RUN"
  verify_ended >"$WORK/ended"
  echo "interrupted: $(head -n 1 "$WORK/ended"): $(tail -n 1 "$WORK/ended")"
done
$run
