#!/bin/bash
# A node dies in mid-run: the run ends and names it. It comes back, and the next run has it.   dying.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
verify >"$WORK/out" 2>&1 &
RUN=$!
seen '^forming' "$WORK/out" 60
kill -9 "${NODES[1]}"
sleep 8
node_on m2 m2
exit=0
wait "$RUN" || exit=$?
echo "exit $exit"
cat "$WORK/out"
verify --only F1
