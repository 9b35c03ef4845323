#!/bin/bash
# What has come far, by its TTL, is dropped: groups with a TTL below 4.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 ip ttl < 4 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
