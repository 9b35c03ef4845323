#!/bin/bash
# m3 answers no echo request, and this machine has few processors: what waits for the answers must not keep the rest of the tool waiting.
. "$(dirname "$0")/../common.sh"
usual_segment sw
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
ip netns exec m3 sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'
