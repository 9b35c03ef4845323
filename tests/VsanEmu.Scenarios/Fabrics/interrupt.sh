#!/bin/bash
# Builds one fabric, interrupts runs on it at random moments, and compares the machine after each with the one before.
#   unshare -nm interrupt.sh FOLDER SCRATCH SEED TIMES COMMAND...
set -u
folder=$1 scratch=$2 seed=$3 times=$4
shift 4
. "$(dirname "$0")/machine.sh"
mkdir -p /run/netns && mount -t tmpfs netns /run/netns || exit 91
ip link set lo up
"$folder/fabric.sh" || exit 92
settled
machine >"$scratch/before"
RANDOM=$seed
signals=(KILL INT TERM KILL HUP)
for ((i = 0; i < times; i++)); do
  # Every other one while interfaces are being moved.
  signal=${signals[i % ${#signals[@]}]} at=$((i % 2 ? RANDOM % 9 : 0)).$((RANDOM % 10))
  # In the foreground, or else a shell without job control has SIGINT ignored.
  timeout --foreground -s "$signal" "$at" "$@" verify --spec "$folder/cluster.yaml" --plain >"$scratch/said" 2>&1
  echo "$signal after $at s: exit $?, $(tail -n 1 "$scratch/said")"
  as_before "$scratch/before" || exit 90
done
