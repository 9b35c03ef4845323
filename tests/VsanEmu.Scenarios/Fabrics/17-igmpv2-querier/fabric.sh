#!/bin/bash
# The querier speaks IGMPv2 only; hosts follow it.
. "$(dirname "$0")/../common.sh"
usual_segment sw
ip -n sw link set br0 type bridge mcast_igmp_version 2
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
