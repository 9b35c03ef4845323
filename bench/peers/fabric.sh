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
  sleep 2 # ports and groups settle
}

unfabric() {
  local netns
  for netns in $(ip netns list 2>/dev/null | cut -d' ' -f1); do ip netns delete "$netns"; done
}
