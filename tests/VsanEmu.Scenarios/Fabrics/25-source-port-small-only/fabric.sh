#!/bin/bash
# What m2 sends to m3 from its reliable port passes only where it is small: answers of D1 and D2 do not.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'ip saddr 198.18.0.12 ip daddr 198.18.0.13 tcp sport 2233 meta length > 300 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
