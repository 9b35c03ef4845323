#!/bin/bash
# A Linux bridge as it comes, Docker's for one: it would snoop, but has no querier, so it floods every group to every port.
. "$(dirname "$0")/../common.sh"
switch_on sw
for i in 1 2 3; do host_on sw m$i 198.18.0.1$i; done
host_on sw silent
host_on sw out 198.18.0.200
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
