#!/bin/bash
# What m3 sends to groups may be 400 packets a second, and no more.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'iifname "p-m3" ip daddr 224.0.0.0/4 limit rate over 400/second burst 40 packets drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
