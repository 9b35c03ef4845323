#!/bin/bash
# One frame in ten is lost on its way to m3.
. "$(dirname "$0")/../common.sh"
usual_segment sw
forward_rule sw 'oifname "p-m3" numgen random mod 10 == 0 drop'
members_only sw "198.18.0.11, 198.18.0.12, 198.18.0.13" p-out
