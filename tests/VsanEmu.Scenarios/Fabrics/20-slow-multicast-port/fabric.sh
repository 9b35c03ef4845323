#!/bin/bash
# What m3 sends to groups may be 400 packets a second, and no more.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
forward_rule sw 'iifname "p-m3" ip daddr 224.0.0.0/4 limit rate over 400/second burst 40 packets drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
