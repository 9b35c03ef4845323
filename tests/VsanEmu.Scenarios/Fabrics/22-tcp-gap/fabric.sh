#!/bin/bash
# In the middle of the run TCP between m1 and m2 is dropped for 3 s.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
# Before all other rules, and gone without a trace.
gap() {
  # Once m1 and m2 are connected, and a while later.
  until [ -n "$(ip netns exec m1 ss -Htn state established dst 198.18.0.12)" ]; do sleep 0.2; done
  sleep 4
  ip netns exec sw nft -f - <<RULES
table bridge gap { chain forward { type filter hook forward priority -10; policy accept; }; }
add rule bridge gap forward ip saddr { 198.18.0.11, 198.18.0.12 } ip daddr { 198.18.0.11, 198.18.0.12 } meta l4proto tcp drop
RULES
  sleep 3
  ip netns exec sw nft delete table bridge gap
}
gap </dev/null >/dev/null 2>&1 &
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
