#!/bin/bash
# A node dies in mid-run: the run ends and names it. It comes back, and the next run has it.   dying.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
verify_begins
kill -9 "${NODES[1]}"
sleep 8
node_on m2 m2
verify_ended
verify --only F1
