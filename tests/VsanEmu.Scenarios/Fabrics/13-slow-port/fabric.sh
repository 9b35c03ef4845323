#!/bin/bash
# The port of m3 sends 4 Mbit/s and no more. An echo request waits there behind what VMs write: with some luck for more than 5 ms.
. "$(dirname "$0")/../common.sh"
usual_segment sw
# Up to 20 ms of what waits. Queries do not: IGMP has a queue of its own, as switches have one for control traffic.
tc -n sw qdisc add dev p-m3 root handle 1: htb default 2
tc -n sw class add dev p-m3 parent 1: classid 1:1 htb rate 1gbit quantum 1514
tc -n sw class add dev p-m3 parent 1: classid 1:2 htb rate 4mbit burst 10kb cburst 10kb
tc -n sw qdisc add dev p-m3 parent 1:2 bfifo limit 20kb
tc -n sw filter add dev p-m3 parent 1: protocol ip u32 match ip protocol 2 0xff flowid 1:1
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
