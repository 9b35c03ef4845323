#!/bin/bash
# The port of m3 takes packets of 1400 bytes at most.
. "$(dirname "$0")/../common.sh"
usual_segment sw
ip -n sw link set p-m3 mtu 1400
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
