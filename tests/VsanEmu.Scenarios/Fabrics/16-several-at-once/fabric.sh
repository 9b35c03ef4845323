#!/bin/bash
# No access list, a second querier, and a port that loses one frame in twenty.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'oifname "p-m3" numgen random mod 20 == 0 drop'
# The rival: a switch behind a port, whose querier does not hear the other one.
ip netns exec sw nft 'table bridge rival { chain output { type filter hook output priority 0; oifname "p-rogue" ip protocol igmp drop; }; }'
ip netns add rogue
ip -n rogue link add br0 type bridge mcast_snooping 1 mcast_igmp_version 3
ip -n sw link add p-rogue type veth peer name eth0 netns rogue
ip -n sw link set p-rogue master br0 up
ip -n rogue link set eth0 master br0 up
ip -n rogue addr add 198.18.0.254/24 dev br0
ip -n rogue link set br0 up
ip -n rogue link set br0 type bridge mcast_query_use_ifaddr 1 mcast_query_interval 200 mcast_startup_query_interval 200 mcast_querier 1
