#!/bin/bash
# One controller at a time: the second is refused with the first's name. The first is killed: the hosts let go, and another leads them.   controllers.sh FOLDER
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
verify_begins
exit=0
verify 2>"$WORK/second" || exit=$?
echo "second: exit $exit: $(cat "$WORK/second")"
echo "first: $RUN"
kill -9 "$RUN"
wait "$RUN" 2>/dev/null || true
started=$(date +%s)
for name in m1 m2 m3; do seen 'its controller has not been heard of for 20 s' "$WORK/$name.log"; done
echo "let go after $(($(date +%s) - started)) s"
$VSANEMU hosts --control "$CONTROL"
verify --only F1
