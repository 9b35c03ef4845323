#!/bin/bash
# Control comes and goes in mid-run: the server is killed and starts again empty, then nothing passes for 10 s. The run goes on.   outages.sh FOLDER RECORD
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
verify_begins --record "$2"
redis_killed
sleep 1
redis_on
seen '^steady' "$WORK/out"
nft -f - <<'RULES'
table inet cut { chain in { type filter hook input priority 0; policy accept; tcp dport 6379 drop; tcp sport 6379 drop; }; }
RULES
sleep 10
nft delete table inet cut
verify_ended
