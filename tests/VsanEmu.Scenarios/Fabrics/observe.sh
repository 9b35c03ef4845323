#!/bin/bash
# Members started one by one as processes of their own; then two ports are observed, of which one must send nothing meanwhile.
#   unshare -nm observe.sh FOLDER COMMAND...
set -u
folder=$1
shift
mkdir -p /run/netns && mount -t tmpfs netns /run/netns || exit 91
ip link set lo up
"$folder/fabric.sh" || exit 92
sleep 2
for member in m1 m2 m3; do "$@" node --spec "$folder/cluster.yaml" --name $member --netns $member --duration 15s --log none & done
# The kernel's own router solicitations are not the tool's.
ip netns exec silent sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
sleep 5
sent() { ip -n silent -s -j link show eth0 | grep -o '"tx":{[^}]*}' | grep -o '"packets":[0-9]*'; }
before=$(sent)
"$@" observe -i eth0 --netns silent -d 6s >/dev/null &
"$@" observe -i eth0 --netns m1 -d 6s
wait
[ "$before" = "$(sent)" ] || exit 90
