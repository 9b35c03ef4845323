#!/bin/bash
# One host alone loses control for 8 s in mid-run, the rest do not: it is named, and the run goes on with it.   lonely.sh FOLDER RECORD
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on --bind 127.0.0.1 127.0.0.2
for name in m1 m3 observer out; do
  case $name in observer) node_on observer silent ;; *) node_on $name $name ;; esac
done
CONTROL=redis://127.0.0.2:6379 node_on m2 m2
verify_begins --record "$2"
nft -f - <<'RULES'
table inet cut { chain in { type filter hook input priority 0; policy accept; ip daddr 127.0.0.2 drop; ip saddr 127.0.0.2 drop; }; }
RULES
sleep 8
$VSANEMU hosts --control "$CONTROL" | sed 's/^/during: /'
nft delete table inet cut
verify_ended
$VSANEMU hosts --control "$CONTROL" | sed 's/^/after: /'
