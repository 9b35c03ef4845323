#!/bin/bash
# The port of m3 loses one TCP segment in fifty, both ways, and nothing else.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'iifname "p-m3" meta l4proto tcp numgen random mod 50 == 0 drop'
forward_rule sw 'oifname "p-m3" meta l4proto tcp numgen random mod 50 == 0 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
