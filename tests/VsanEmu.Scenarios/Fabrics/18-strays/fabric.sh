#!/bin/bash
# Nothing is wrong with the fabric, but something else runs on the first member: it sends datagrams to the second and to a group, and tries the third's port 445.
. "$(dirname "$0")/../01-healthy/fabric.sh"
ip -n m1 route add 224.9.9.9 dev eth0
# As long as the script that had the fabric made runs.
ip netns exec m1 bash -c '
  while kill -0 '$PPID'; do
    echo stray >/dev/udp/198.18.0.12/9999
    echo stray >/dev/udp/224.9.9.9/9998
    timeout 1 bash -c "echo >/dev/tcp/198.18.0.13/445"
    sleep 0.3
  done' >/dev/null 2>&1 </dev/null &
