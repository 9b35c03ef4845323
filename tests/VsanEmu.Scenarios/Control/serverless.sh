#!/bin/bash
# The server goes for good while a load runs: the controller gives up and says why, and no host goes on sending.   serverless.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
for name in m1 m2 m3; do seen "waits for a controller" "$WORK/$name.log"; done
$VSANEMU load --control "$CONTROL" --members 3 --profile ring -t 600 -b 5M >"$WORK/out" 2>&1 &
RUN=$!
seen '^1\.' "$WORK/out"
redis_killed
for name in m1 m2 m3; do seen 'its controller has not been heard of for 20 s' "$WORK/$name.log"; done
echo "sent after the end: $(sent_in_a_second m1)"
verify_ended
