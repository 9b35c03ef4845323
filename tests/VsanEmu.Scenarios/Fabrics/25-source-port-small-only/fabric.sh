#!/bin/bash
# What m2 sends to m3 from its reliable port passes only where it is small: answers of D1 and D2 do not.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
forward_rule sw 'ip saddr 198.18.0.12 ip daddr 198.18.0.13 tcp sport 2233 meta length > 300 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
