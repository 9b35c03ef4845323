#!/bin/bash
# The same switch, but its ports are cabled to NICs of this machine, which have addresses and routes of their own.
. "$(dirname "$0")/../common.sh"
switch_on sw
querier_on sw 198.18.0.253
for nic in nic1 nic2 nic3 nic4 nic5; do nic_on sw $nic; done
ip addr add 198.18.77.1/24 dev nic1
ip route add 198.18.78.0/24 via 198.18.77.2 dev nic1
ip link set nic5 down
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-nic5
