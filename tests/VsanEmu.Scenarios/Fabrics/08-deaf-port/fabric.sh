#!/bin/bash
# The port of m3 does not get the Agent Group; all else works.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'oifname "p-m3" ip daddr 224.2.3.5 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
