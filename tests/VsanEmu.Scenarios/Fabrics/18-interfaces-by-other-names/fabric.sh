#!/bin/bash
# Nothing is wrong, and no interface is called eth0: it is known by the address, by the subnet, or because it is the only one that is up.
. "$(dirname "$0")/../common.sh"

# rename NAMESPACE INTERFACE: what host_on made, called otherwise. That takes the routes away, not the address.
rename() {
  ip -n "$1" link set eth0 down
  ip -n "$1" link set eth0 name "$2"
  ip netns exec "$1" sh -c "echo 0 >/proc/sys/net/ipv4/conf/$2/rp_filter"
  ip -n "$1" link set "$2" up
}

# management NAMESPACE INTERFACE ADDRESS: another interface there, which leads nowhere.
management() {
  ip -n "$1" link add "$2" type bridge
  ip -n "$1" addr add "$3" dev "$2"
  ip -n "$1" link set "$2" up
}

usual_segment sw
rename m1 ens5
management m1 eth0 10.9.8.1/24
rename m2 vmk2
rename m3 bond0.7
management m3 ens1 10.9.8.3/24
rename silent tap
ip -n silent link add spare type bridge
rename out uplink
management out eth0 10.9.8.9/24
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
