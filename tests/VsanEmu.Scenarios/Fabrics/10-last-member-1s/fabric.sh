#!/bin/bash
# After a leave the switch asks twice, a second apart, who else is there: the group stops after 2 s.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
# Linux puts off its next general query for as long; with a longer interval that does no harm.
ip -n sw link set br0 type bridge mcast_last_member_interval 100 mcast_query_interval 1500 mcast_membership_interval 3100
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
