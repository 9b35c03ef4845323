#!/bin/bash
# The switch stops a group at a port as soon as one leave is heard there.
. "$(dirname "$0")/../common.sh"
usual_segment sw
for i in 1 2 3; do ip -n sw link set p-m$i type bridge_slave fastleave on; done
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
