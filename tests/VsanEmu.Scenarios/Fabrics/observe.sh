#!/bin/bash
# Members started one by one as processes of their own; then two ports are observed, of which one must send nothing meanwhile.
#   unshare -nm observe.sh FOLDER SCRATCH COMMAND...
set -u
folder=$1 scratch=$2
shift 2
. "$(dirname "$0")/machine.sh"
mkdir -p /run/netns && mount -t tmpfs netns /run/netns || exit 91
ip link set lo up
"$folder/fabric.sh" || exit 92
settled
nodes=()
for member in m1 m2 m3; do
  "$@" node --spec "$folder/cluster.yaml" --name $member --netns $member >"$scratch/$member" 2>&1 &
  nodes+=($!)
done
trap 'kill "${nodes[@]}" 2>/dev/null; wait' EXIT
# The kernel's own router solicitations are not the tool's.
ip netns exec silent sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
for member in m1 m2 m3; do
  for _ in $(seq 1200); do grep -q 'takes part in cluster' "$scratch/$member" && break; sleep 0.1; done
done
# Elected, and each with its connections.
sleep 3
sent() { ip -n silent -s -j link show eth0 | grep -o '"tx":{[^}]*}' | grep -o '"packets":[0-9]*'; }
before=$(sent)
"$@" observe -i eth0 --netns silent -d 6s >/dev/null &
silent=$!
"$@" observe -i eth0 --netns m1 -d 6s
wait $silent
[ "$before" = "$(sent)" ] || exit 90
