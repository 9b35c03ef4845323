#!/bin/bash
# Every interface and switch port takes 9000 bytes, the port of m3 takes 1500. The spec does not say what must pass.
. "$(dirname "$0")/../common.sh"
usual_segment sw
for i in 1 2 3; do ip -n sw link set p-m$i mtu 9000 && ip -n m$i link set eth0 mtu 9000; done
ip -n sw link set p-m3 mtu 1500
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
