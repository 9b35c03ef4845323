#!/bin/bash
# The hosts of the observer and of the outsider never come: what only they could have seen is not passed over.   absent.sh FOLDER RECORD
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
for i in 1 2 3; do node_on m$i m$i; done
for _ in $(seq 600); do [ "$($VSANEMU hosts --control "$CONTROL" | grep -c ' member ')" -lt 3 ] || break; sleep 0.2; done
verify --wait 5s --record "$2"
