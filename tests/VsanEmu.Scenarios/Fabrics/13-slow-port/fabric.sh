#!/bin/bash
# The port of m3 sends 4 Mbit/s and no more. An echo request waits there behind what VMs write: with some luck for more than 5 ms.
. "$(dirname "$0")/../common.sh"
usual_segment sw
tc -n sw qdisc add dev p-m3 root tbf rate 4mbit burst 10kb latency 20ms
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
