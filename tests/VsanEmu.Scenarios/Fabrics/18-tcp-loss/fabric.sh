#!/bin/bash
# The port of m3 loses one TCP segment in fifty, both ways, and nothing else.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
forward_rule sw 'iifname "p-m3" meta l4proto tcp numgen random mod 50 == 0 drop'
forward_rule sw 'oifname "p-m3" meta l4proto tcp numgen random mod 50 == 0 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
