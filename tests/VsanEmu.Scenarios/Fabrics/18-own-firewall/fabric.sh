#!/bin/bash
# Two outsiders: the switch blocks what the second sends to groups, and nothing of the first's; but that one's own firewall refuses it before it leaves.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out1 198.18.0.201
host_on sw out2 198.18.0.202
forward_rule sw 'iifname "p-out2" ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 drop'
ip netns exec out1 nft "table ip own { chain output { type filter hook output priority 0; ip daddr 224.0.0.0/4 drop; }; }"
