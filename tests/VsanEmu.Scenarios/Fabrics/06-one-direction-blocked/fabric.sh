#!/bin/bash
# m2 may not open connections to m3; the other way round, and the groups, work.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw "ip saddr 198.18.0.12 ip daddr 198.18.0.13 tcp dport 2233 tcp flags & (syn | ack) == syn drop"
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
