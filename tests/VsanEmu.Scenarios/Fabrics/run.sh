#!/bin/bash
# Builds one fabric in a network and mount namespace of its own, has it verified, and compares the machine before and after.
#   unshare -nm run.sh FOLDER RECORD COMMAND...
# The command's exit code is this script's; what was left changed is printed as a diff, and makes it 90.
set -u
folder=$1 record=$2
shift 2
mkdir -p /run/netns && mount -t tmpfs netns /run/netns || exit 91
ip link set lo up
"$folder/fabric.sh" || exit 92
sleep 2 # until tentative addresses and carriers have settled

machine() {
  ip -o link | sed -E 's/ (qdisc|state|link-netns\w*) \S+//g'
  ip -o addr
  ip route
  for netns in $(ip netns list | cut -d' ' -f1 | sort); do
    echo "-- $netns"
    ip -n "$netns" -o addr
    ip -n "$netns" route
  done
}

machine >"$record.before"
"$@" verify --spec "$folder/cluster.yaml" --record "$record" --plain
exit=$?
for _ in $(seq 40); do
  machine >"$record.after"
  cmp -s "$record.before" "$record.after" && exit $exit
  sleep 0.05
done
diff "$record.before" "$record.after"
exit 90
