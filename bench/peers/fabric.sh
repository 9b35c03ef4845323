# A snooping bridge with a querier and hosts behind it, by plain commands, in the caller's own network and mount namespace: it vanishes with that.

# fabric HOSTS: namespaces h1 to hN with 198.18.0.1 to .N on eth0, and a cluster spec of them in $work/cluster.yaml
fabric() {
  local i
  unfabric
  ip netns add sw
  ip -n sw link add br0 type bridge mcast_snooping 1 mcast_igmp_version 3
  ip -n sw addr add 198.18.0.253/24 dev br0
  ip -n sw link set br0 up
  ip -n sw link set br0 type bridge mcast_query_use_ifaddr 1 mcast_query_interval 200 mcast_startup_query_interval 100 \
    mcast_query_response_interval 100 mcast_membership_interval 500 mcast_querier 1
  printf 'name: bench\nsubnet: 198.18.0.0/24\nmembers:\n' >"$work/cluster.yaml"
  for ((i = 1; i <= $1; i++)); do
    ip netns add "h$i"
    ip -n "h$i" link set lo up
    ip -n sw link add "p$i" type veth peer name eth0 netns "h$i"
    ip -n sw link set "p$i" master br0 up
    ip -n "h$i" addr add "198.18.0.$i/24" dev eth0
    ip -n "h$i" link set eth0 up
    ip -n "h$i" route add 224.0.0.0/4 dev eth0
    echo "  - {name: h$i, netns: h$i}" >>"$work/cluster.yaml"
  done
  neighbours "$1"
  sleep 2 # ports and groups settle
}

# All namespaces of a machine share one table of ARP entries, by default 1024 (gc_thresh3), and 64 hosts that all know each other need 4032. An entry that
# is learned externally does not count; its address is still found by ARP.
neighbours() {
  local i j
  for ((i = 1; i <= $1; i++)); do
    for ((j = 1; j <= $1; j++)); do [ "$i" = "$j" ] || echo "neigh add 198.18.0.$j dev eth0 nud none extern_learn"; done | ip -n "h$i" -batch -
  done
}

unfabric() {
  local netns
  for netns in $(ip netns list 2>/dev/null | cut -d' ' -f1); do ip netns delete "$netns"; done
}
