#!/bin/bash
# Snooping, and nobody to query: the switch forwards the groups to no port.
. "$(dirname "$0")/../common.sh"
switch_on sw
# A querier that falls silent after it has made the switch snoop: without one, Linux floods, which hardware does not.
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
prunes_still sw
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
ip netns exec sw nft -f - <<'RULES'
table bridge mute { chain output { type filter hook output priority 0; ip protocol igmp drop; }; }
RULES
