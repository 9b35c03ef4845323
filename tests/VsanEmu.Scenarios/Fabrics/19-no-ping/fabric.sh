#!/bin/bash
# m3 answers no echo request, and this machine has few processors: what waits for the answers must not keep the rest of the tool waiting.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
ip netns exec m3 sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'
