#!/bin/bash
# Twice the Agent Group does not reach m3 for 0.7 s, which no timer of the cluster notices.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
# Before all other rules, and gone without a trace.
gaps() {
  until [ -n "$(ip netns exec m1 ss -Htn state established dst 198.18.0.12)" ]; do sleep 0.2; done
  sleep 6
  for _ in 1 2; do
    ip netns exec sw nft -f - <<RULES
table bridge gap { chain forward { type filter hook forward priority -10; policy accept; }; }
add rule bridge gap forward oifname "p-m3" ip daddr 224.2.3.5 drop
RULES
    sleep 0.7
    ip netns exec sw nft delete table bridge gap
    sleep 1.5
  done
}
gaps </dev/null >/dev/null 2>&1 &
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
