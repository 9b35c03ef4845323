# Words for the fabric scripts: ip, bridge and nft as any engineer would type them, and nothing of the tool's own.
# Sourced in a network and mount namespace of the test's own, so that whatever is made here vanishes with it.
set -eu

# A snooping switch that prunes groups which nobody joined, as hardware does.      switch_on NAME
switch_on() {
  ip netns add "$1"
  ip -n "$1" link add br0 type bridge mcast_snooping 1 mcast_query_response_interval 100 mcast_igmp_version 3
  ip -n "$1" link set br0 up
  # As RFC 4541 2.1.1 has it, reports and leaves are none of a host's business; Linux floods those of IGMPv3.
  forward_rule "$1" 'igmp type { membership-report-v3, leave-group } drop'
}

# Without a querier it keeps pruning, and forwards no group to anybody: hardware does, Linux would flood.   prunes_still SWITCH
prunes_still() { forward_rule "$1" 'ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 drop'; }

# General queries every 2 s, the first ones sooner.                                querier_on SWITCH ADDRESS
querier_on() {
  ip -n "$1" addr add "$2/24" dev br0
  ip -n "$1" link set br0 type bridge mcast_query_use_ifaddr 1 mcast_query_interval 200 mcast_startup_query_interval 100 \
    mcast_membership_interval 500 mcast_last_member_interval 10 mcast_querier_interval 400
  ip -n "$1" link set br0 type bridge mcast_querier 1
}

# An endpoint in a namespace of its own, cabled to a port of the switch.           host_on SWITCH NAME [ADDRESS]
host_on() {
  ip netns add "$2"
  ip -n "$2" link set lo up
  ip -n "$1" link add "p-$2" type veth peer name eth0 netns "$2"
  ip -n "$1" link set "p-$2" master br0
  ip -n "$1" link set "p-$2" up
  ip netns exec "$2" sh -c 'echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/eth0/rp_filter'
  [ $# -lt 3 ] || ip -n "$2" addr add "$3/24" dev eth0
  ip -n "$2" link set eth0 up
}

# What most fabrics begin with: a switch with a querier, three members, a port that joins nothing, an outsider.   usual_segment SWITCH
usual_segment() {
  switch_on "$1"
  querier_on "$1" 198.18.0.253
  local i
  for i in 1 2 3; do host_on "$1" "m$i" "198.18.0.1$i"; done
  host_on "$1" silent
  host_on "$1" out 198.18.0.200
}

# A NIC of this machine, cabled to a port of the switch.                           nic_on SWITCH NAME
nic_on() {
  ip -n "$1" link add "p-$2" type veth peer name "$2" netns "$$"
  ip -n "$1" link set "p-$2" master br0
  ip -n "$1" link set "p-$2" up
  ip link set "$2" up
}

# A rule on what the switch forwards.                                              forward_rule SWITCH RULE
forward_rule() {
  ip netns exec "$1" nft -f - <<RULES
table bridge fabric { chain forward { type filter hook forward priority 0; policy accept; }; }
add rule bridge fabric forward $2
RULES
}

# Waits until an endpoint has a connection to an address: a cluster is about to form.   connected NAME ADDRESS
connected() { until [ -n "$(ip netns exec "$1" ss -Htn state established dst "$2")" ]; do sleep 0.2; done; }

# Drops what matches for a while: before all other rules, and gone without a trace.      gap SWITCH MATCH SECONDS
gap() {
  ip netns exec "$1" nft -f - <<RULES
table bridge gap { chain forward { type filter hook forward priority -10; policy accept; }; }
add rule bridge gap forward $2 drop
RULES
  sleep "$3"
  ip netns exec "$1" nft delete table bridge gap
}

# TCP 2233 and the groups for these addresses among each other, and nobody else; the port is the outsider's.   members_only SWITCH "A, B, C" PORT
members_only() {
  # Whoever is no member has no member's address, and neither sends to groups nor gets them.
  forward_rule "$1" "iifname \"$3\" ip saddr { $2 } drop"
  forward_rule "$1" "iifname \"$3\" ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 drop"
  forward_rule "$1" "oifname \"$3\" ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 drop"
  forward_rule "$1" "ip saddr { $2 } ip daddr { $2 } accept"
  # In IPv4 and IPv6, and the first fragment too.
  forward_rule "$1" "meta l4proto tcp th dport 2233 drop"
  forward_rule "$1" "meta l4proto tcp th sport 2233 drop"
}
