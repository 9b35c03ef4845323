#!/bin/bash
# The server is full in mid-run: the controller says so and gives up, and the hosts let go by themselves.   full.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
verify_begins
redis-cli -h 127.0.0.1 config set maxmemory 1 >/dev/null
verify_ended
for name in m1 m2 m3; do seen "$name has let go of its run" "$WORK/$name.log"; done
seen 'is full' "$WORK/m1.log"
