#!/bin/bash
# The firewall of m3's own host drops what m2 opens; the switch is innocent.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
ip netns exec m3 nft 'table ip own { chain input { type filter hook input priority 0; ip saddr 198.18.0.12 tcp dport 2233 tcp flags & (syn | ack) == syn drop; }; }'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
