#!/bin/bash
# Loads on a plain fabric that is broken in one way after the other: what each ends with, and what it says.
#   unshare -nm loads.sh SPEC COMMAND...
. "$(dirname "$0")/../Fabrics/common.sh"
spec=$1
shift
mkdir -p /run/netns
mount -t tmpfs netns /run/netns
ip link set lo up
switch_on sw
querier_on sw 198.18.0.253
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
cat >"$spec" <<'SPEC'
name: loaded fabric
subnet: 198.18.0.0/24
members:
  - {name: m1, netns: m1}
  - {name: m2, netns: m2}
  - {name: m3, netns: m3}
SPEC
sleep 2 # until carriers have settled and the querier has asked

# What a busy machine could not send is sent again.
load() { # NAME OPTION ...
  local name=$1 exit try
  shift
  for try in 1 2 3 4 5; do
    exit=0
    "${command[@]}" load --spec "$spec" "$@" >"$spec.out" 2>&1 || exit=$?
    case $name in "more than"* | "own firewall"*) break ;; esac
    grep -q 'the generator was the limit' "$spec.out" || break
  done
  echo "== $name: exit $exit"
  cat "$spec.out"
}
command=("$@")
broken() { ip netns exec sw nft "table bridge broken { chain c { type filter hook forward priority 10; $1; }; }"; }
mended() { ip netns exec sw nft delete table bridge broken; }

own() { ip netns exec "$1" nft "table ip own { chain c { type filter hook $2 priority 0; $3; }; }"; }
disowned() { ip netns exec "$1" nft delete table ip own; }

load healthy -t 1 -b 5M
load "no such congestion control" --profile ring -b 5M -t 0.5 -C nope
load "single bytes" --profile pair --tcp -l 1 -t 0.5
load "all that was asked for" --profile pair --search -b 5M -t 0.5
own m1 output 'udp dport 12321 drop'
load "own firewall, a rate" --profile pair -b 5M -t 0.5
load "own firewall, in bursts" --profile pair -b 0 -t 0.5
load "own firewall, in a search" --profile pair --search -t 0.5
disowned m1
own m2 input 'udp dport 12321 numgen inc mod 2 == 0 drop'
load "own input" --profile pair -b 5M -t 1
disowned m2
(sleep 3 && broken 'ip saddr 198.18.0.12 ip daddr 198.18.0.13 drop') &
load "dies, ring" --profile ring -b 0 -t 6
wait
mended
(sleep 3 && broken 'oifname "p-m3" udp dport 23451 drop') &
load "dies, to a group" -b 0 -t 6
wait
mended
broken 'tcp dport 2233 meta length > 200 numgen random mod 2 == 0 drop'
load "a stream that loses" --profile ring -b 50M -t 2
mended
load "a slow stream" --profile pair --tcp -b 1M -t 1
load "too long for a packet" --profile pair -l 1473 -t 0.5 -b 5M
load "just short enough" --profile pair -l 1472 -t 0.5 -b 5M
load "half a bit a second" -b 0.5 -t 1
load "more than can be sent, in a search" --profile pair --search -b 900G -t 0.3
load "more than can be sent, in a burst" --profile pair --back-to-back 100M -t 0.3
load "in bursts" --profile pair -b 0 -t 0.5
ip netns exec m1 ethtool -K eth0 tx-udp-segmentation off
load "in bursts that are cut" --profile pair -b 0 -t 0.5
broken 'udp dport { 12321, 23451 } drop'
load "nothing, to a group" -t 0.5
load "nothing, of a pair" --profile pair -b 0 -t 0.5
load "nothing, of a ring" --profile ring --udp -t 0.5
load "nothing, of a mesh" --profile mesh --udp -t 0.5
load "nothing, as JSON" --profile pair -t 0.5 --json --record "$spec.record"
load "nothing, of a ping-pong" --profile pair --rtt -t 0.5
load "nothing, under load" --latency -t 0.5
load "nothing, in a search" --profile pair --search -b 5M -t 0.3
echo "== record: exit 0"
cat "$spec.record"
mended
broken 'oifname "p-m3" udp dport 23451 drop'
load "nothing at one of two" -t 0.5 -b 5M
mended
broken 'udp dport 12321 numgen inc mod 50 == 0 drop'
load "two percent" --profile pair -t 1 -b 5M --no-offload
load "two percent, allowed" --profile pair -t 1 -b 5M --no-offload --max-loss 5
mended
broken 'tcp dport 2233 meta length > 1000 drop'
load "black hole, ring" --profile ring -t 0.5
load "black hole, pair" --profile pair --tcp -t 0.5
load "black hole, VMs" --profile vm -t 0.5
