#!/bin/bash
# The firewall of m3's own host drops what m2 opens; the switch is innocent.
. "$(dirname "$0")/../common.sh"
usual_segment sw
ip netns exec m3 nft 'table ip own { chain input { type filter hook input priority 0; ip saddr 198.18.0.12 tcp dport 2233 tcp flags & (syn | ack) == syn drop; }; }'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
