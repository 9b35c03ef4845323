#!/bin/bash
# Builds one fabric in a network and mount namespace of its own, has it verified, and compares the machine before and after.
#   unshare -nm run.sh FOLDER RECORD COMMAND...
# A folder's options.sh, where there is one, sets options of verify, and its environment.
# The command's exit code is this script's; what was left changed is printed as a diff, and makes it 90.
set -u
folder=$1 record=$2
shift 2
. "$(dirname "$0")/machine.sh"
mkdir -p /run/netns && mount -t tmpfs netns /run/netns || exit 91
ip link set lo up
"$folder/fabric.sh" || exit 92
settled
machine >"$record.before"
options=()
[ ! -f "$folder/options.sh" ] || . "$folder/options.sh"
"$@" verify --spec "$folder/cluster.yaml" --record "$record" --plain ${options[@]+"${options[@]}"}
exit=$?
as_before "$record.before" || exit 90
exit $exit
